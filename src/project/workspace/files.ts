import { host } from "../../host/mod.ts";
import { AludelError, FIX_ACCESS } from "../../errors.ts";
import { shell } from "../../text/next_step.ts";

/**
 * Whether a path is taken, even by a broken link. A path that may not be read counts as free: a later write to it
 * reports the reason.
 */
export function pathExists(path: string): boolean {
  try {
    host.files.lstat(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether a path is a folder, or a link to one. It is false for a path that may not be read. */
export function isFolder(path: string): boolean {
  try {
    return host.files.stat(path).isDirectory;
  } catch {
    return false;
  }
}

/** A Windows path with a drive, `C:\x` or `C:/x`, which looks like a URL with a scheme of one letter. */
const DRIVE = /^[A-Za-z]:[\\/]/;

/**
 * Whether a path means the same from every folder: `/x`, `C:\x`, `\\server\share`. On Windows also `\x` and `C:x`,
 * because only the system knows the current folder of a drive.
 */
export function isAbsolutePath(path: string, os = host.os): boolean {
  if (os === "windows" && /^(?:\\|[A-Za-z]:)/.test(path)) return true;
  return path.startsWith("/") || path.startsWith("\\\\") || DRIVE.test(path);
}

/**
 * Resolves a path from a folder. Absolute paths are kept, `./` is dropped, and `..` is left to the system, which knows
 * about links. (`node:path` could do it too, but takes milliseconds to load.)
 */
export function resolvePath(path: string, folder: string): string {
  if (isAbsolutePath(path)) return path;
  const relative = path.replace(/^(?:\.[/\\]+)+/, "");
  if (relative === "." || relative === "") return folder;
  return /[/\\]$/.test(folder) ? `${folder}${relative}` : `${folder}/${relative}`;
}

/** A path relative to a folder above it, so that it is valid in a clone too. Other paths are returned as they are. */
export function relativeTo(path: string, folder: string): string {
  const prefix = `${folder.replace(/[/\\]$/, "")}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/**
 * Replaces a file's content atomically: a reader, or a crash at any moment, sees either the old or the new content.
 *
 * It writes a temporary file in the same folder, flushes it to the disk, renames it over the target, and flushes the
 * folder. The mode of an existing file is kept. If it is a symbolic link, its target is replaced. A crash can leave a
 * file
 * `.NAME.….tmp` behind, which nothing reads.
 *
 * @throws {AludelError} `file-unwritable`; the target is then unchanged.
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
    const lacksFolder = host.fault(cause) === "not-found" && realPathOf(folder) === undefined;
    throw new AludelError("file-unwritable", `"${path}" could not be written`, {
      place: { file: path },
      notes: [lacksFolder ? `Folder "${folder}" does not exist` : cause.message],
      next: [lacksFolder ? shell`mkdir -p ${folder}` : FIX_ACCESS],
      outcome: existing === undefined ? "Nothing was written" : "The file is unchanged",
      cause,
    });
  }
}

/** Reads the text of a file; empty if there is none. */
export function readIfThere(path: string): string {
  try {
    return host.files.readText(path);
  } catch (error) {
    const fault = host.fault(error);
    if (fault === "not-found" || fault === "not-folder") return "";
    throw error;
  }
}

/** Flushes a folder's list of names to the disk, so that a rename in it survives a loss of power. */
export function flushFolder(folder: string): void {
  // Windows cannot open a folder as a file, and its file systems journal renames.
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

/** Splits a path into the folder and the name. */
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
    // It was not created, or cannot be removed. The first error is the one to report.
  }
}

/**
 * Creates the folder `.aludel` beside the settings, or a folder in it, and keeps it out of git. Its content can be
 * deleted at any time.
 *
 * @param root The folder `.aludel`.
 * @throws {Error} The error of the operating system.
 */
export function makeCacheFolder(root: string, folder: string): void {
  host.files.makeFolder(folder, { recursive: true });
  try {
    host.files.writeText(`${root}/.gitignore`, "*\n", { createNew: true });
  } catch (error) {
    if (host.fault(error) !== "exists") throw error;
  }
}
