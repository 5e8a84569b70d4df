import { host } from "../../host/mod.ts";
import { AludelError, FIX_ACCESS } from "../../errors.ts";

/**
 * Whether something is at a path, a link that leads nowhere included. A path that may not be looked at counts as free:
 * a later write there reports why that fails.
 */
export function pathExists(path: string): boolean {
  try {
    host.files.lstat(path);
    return true;
  } catch {
    return false;
  }
}

/** A path of Windows with a drive, `C:\x` or `C:/x`: it looks like a URL with a scheme of one letter. */
const DRIVE = /^[A-Za-z]:[\\/]/;

/**
 * Whether a path leads to the same place from every folder: `/x`, `C:\x`, `\\server\share`. On Windows `\x` and `C:x`
 * as well: they are seen from a drive, and only the system knows which folder that is.
 */
export function isAbsolutePath(path: string, os = host.os): boolean {
  if (os === "windows" && /^(?:\\|[A-Za-z]:)/.test(path)) return true;
  return path.startsWith("/") || path.startsWith("\\\\") || DRIVE.test(path);
}

/**
 * A path as seen from a folder. Absolute paths are kept, and `./` is dropped; `..` is left to the
 * system, which knows about links. (`node:path` would do it too, and costs milliseconds to load.)
 */
export function resolvePath(path: string, folder: string): string {
  if (isAbsolutePath(path)) return path;
  const relative = path.replace(/^(?:\.[/\\]+)+/, "");
  if (relative === "." || relative === "") return folder;
  return /[/\\]$/.test(folder) ? `${folder}${relative}` : `${folder}/${relative}`;
}

/** A path below a folder as seen from it, so that a clone finds it too; any other path as it is. */
export function relativeTo(path: string, folder: string): string {
  const prefix = `${folder.replace(/[/\\]$/, "")}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/**
 * Replaces a file's content so that a reader, or a crash at any moment, sees the old one or the new one.
 *
 * Writes a temporary file in the same folder, flushes it to the disk, renames it over the target, and
 * flushes the folder. The mode of a file that was there is kept; a symbolic link stays one, and what it
 * leads to is replaced. A crash can leave a file `.NAME.….tmp` behind, which nothing reads.
 *
 * @throws {AludelError} `file-unwritable`; the target is as it was then.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const existing = realPathOf(path);
  const target = existing ?? path;
  const { folder, file } = splitPath(target);
  const temporary = `${folder}/.${file}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const mode = existing === undefined ? null : host.files.stat(existing).mode;
    writeNewFile(temporary, typeof content === "string" ? encode(content) : content, mode);
    host.files.rename(temporary, target);
    flushFolder(folder);
  } catch (cause) {
    removeQuietly(temporary);
    if (!(cause instanceof Error)) throw cause;
    throw new AludelError("file-unwritable", `"${path}" could not be written`, {
      place: { file: path },
      notes: [cause.message],
      next: [FIX_ACCESS],
      outcome: "The file is unchanged",
      cause,
    });
  }
}

/** The text of a file; empty if there is none. */
export function readIfThere(path: string): string {
  try {
    return host.files.readText(path);
  } catch (error) {
    const fault = host.fault(error);
    if (fault === "not-found" || fault === "not-folder") return "";
    throw error;
  }
}

/** Flushes a folder's list of names to the disk, so that a rename in it outlives a loss of power. */
export function flushFolder(folder: string): void {
  // Windows cannot open a folder as a file; its file systems journal renames.
  if (host.os === "windows") return;
  using handle = host.files.open(folder, { read: true });
  handle.sync();
}

function writeNewFile(path: string, content: Uint8Array, mode: number | null): void {
  using file = host.files.open(path, { write: true, createNew: true });
  for (let written = 0; written < content.length;) {
    written += file.write(content.subarray(written));
  }
  if (mode !== null && host.os !== "windows") host.files.setMode(path, mode & 0o7777);
  file.sync();
}

function realPathOf(path: string): string | undefined {
  try {
    return host.files.realPath(path);
  } catch {
    return undefined;
  }
}

/** The folder and the name of a path. */
export function splitPath(path: string): { readonly folder: string; readonly file: string } {
  const at = Math.max(
    path.lastIndexOf("/"),
    host.os === "windows" ? path.lastIndexOf("\\") : -1,
  );
  if (at < 0) return { folder: ".", file: path };
  return { folder: at === 0 ? "/" : path.slice(0, at), file: path.slice(at + 1) };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function removeQuietly(path: string): void {
  try {
    host.files.remove(path);
  } catch {
    // It was never made, or it cannot be removed: the first error is the one to report.
  }
}

/**
 * Makes the folder `.aludel` beside the settings, or a folder in it, and keeps it out of git. What is in it can be
 * deleted at any time.
 *
 * @param root The folder `.aludel`.
 * @throws {Error} What the operating system says.
 */
export function makeCacheFolder(root: string, folder: string): void {
  host.files.makeFolder(folder, { recursive: true });
  try {
    host.files.writeText(`${root}/.gitignore`, "*\n", { createNew: true });
  } catch (error) {
    if (host.fault(error) !== "exists") throw error;
  }
}
