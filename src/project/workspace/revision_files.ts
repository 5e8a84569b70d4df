import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { say, shell } from "../../text/next_step.ts";

/**
 * The files of a migrations folder: on disk, in git's index, or embedded in a program.
 *
 * The interface is synchronous, because that makes reading 20,000 small files five times faster (docs/decisions/).
 */
export interface RevisionFiles {
  /** The name of the folder for messages, such as `migrations`. */
  readonly name: string;
  /**
   * The bytes of a file, or null if there is none.
   * @param path Relative to the folder, with `/`: `manifest.json`, `2026-11-23_3f9c_create/up.sql`.
   */
  read(path: string): Uint8Array | null;
  /** The names of the folders inside it, sorted. */
  folders(): readonly string[];
}

/** The name of the manifest inside the folder. */
export const MANIFEST_FILE = "manifest.json";

/** Small files are read with one buffer, because allocating one for each would take as long as reading. */
const BUFFER_BYTES = 64 * 1024;

/**
 * The files of a migrations folder on disk.
 *
 * A symbolic link is followed only to a place inside the folder, so that a cloned project cannot make Aludel read other
 * files of the machine.
 */
export class DiskFiles implements RevisionFiles {
  readonly name: string;
  readonly #path: string;
  #realPath: string | undefined;
  #buffer: Uint8Array | undefined;
  /** Folders that are known not to be links, so that their files need no other check. */
  readonly #checkedFolders = new Set<string>();

  /**
   * @param path The migrations folder.
   * @param name The name for messages; the path if left out.
   */
  constructor(path: string, name = path) {
    this.#path = path;
    this.name = name;
  }

  /**
   * Reads a file.
   * @throws {AludelError} `file-is-folder`, `file-outside` (a link out of the folder), `file-unreadable`
   * (permissions, a device or a pipe, something other than a folder on the way).
   */
  read(path: string): Uint8Array | null {
    const full = `${this.#path}/${path}`;
    try {
      const slash = path.indexOf("/");
      if (slash > 0) this.#refuseLinkedFolder(path.slice(0, slash));
      const info = host.files.lstat(full);
      if (info.isSymlink) this.#refuseOutside(path);
      else if (info.isDirectory) throw this.#isFolder(path);
      else if (!info.isFile) throw this.#unreadable(path, "it is neither a file nor a folder");
      return info.size < BUFFER_BYTES ? this.#readSmall(full, info.size) : host.files.read(full);
    } catch (error) {
      if (host.fault(error) === "not-found") return null;
      throw this.#translate(path, error);
    }
  }

  folders(): readonly string[] {
    const names: string[] = [];
    try {
      for (const entry of host.files.list(this.#path)) {
        if (entry.isDirectory) this.#checkedFolders.add(entry.name);
        if (entry.isDirectory || (entry.isSymlink && this.#leadsToFolder(entry.name))) {
          names.push(entry.name);
        }
      }
    } catch (error) {
      if (host.fault(error) === "not-found") return [];
      throw this.#translate("", error);
    }
    return names.sort();
  }

  #readSmall(full: string, size: number): Uint8Array {
    const buffer = this.#buffer ??= new Uint8Array(BUFFER_BYTES);
    const file = host.files.open(full, { read: true });
    try {
      const read = file.read(buffer) ?? 0;
      if (read === size) return buffer.slice(0, read);
    } finally {
      file.close();
    }
    return host.files.read(full); // The file is growing, or its file system returns pieces.
  }

  #refuseLinkedFolder(folder: string): void {
    if (this.#checkedFolders.has(folder)) return;
    // After a second folder many will follow, so list all of them at once.
    if (this.#checkedFolders.size === 1) this.folders();
    if (this.#checkedFolders.has(folder)) return;
    const info = host.files.lstat(`${this.#path}/${folder}`);
    if (info.isSymlink) this.#refuseOutside(folder);
    else if (!info.isDirectory) throw this.#unreadable(folder, "it is not a folder");
    this.#checkedFolders.add(folder);
  }

  #refuseOutside(path: string): void {
    this.#realPath ??= host.files.realPath(this.#path);
    const real = host.files.realPath(`${this.#path}/${path}`);
    const separator = host.os === "windows" ? "\\" : "/";
    if (real.startsWith(this.#realPath + separator)) return;
    throw new AludelError(
      "file-outside",
      `"${this.name}/${path}" is a link to a place outside the migrations folder`,
      {
        place: { file: `${this.name}/${path}` },
        notes: [`it leads to "${real}"`],
        next: [say("Replace the link with the file itself")],
      },
    );
  }

  #leadsToFolder(name: string): boolean {
    try {
      return host.files.stat(`${this.#path}/${name}`).isDirectory;
    } catch {
      return false;
    }
  }

  #translate(path: string, error: unknown): unknown {
    if (error instanceof AludelError || !(error instanceof Error)) return error;
    return host.fault(error) === "is-folder"
      ? this.#isFolder(path, error)
      : this.#unreadable(path, error.message, error);
  }

  #isFolder(path: string, cause?: Error): AludelError {
    const file = path === "" ? this.name : `${this.name}/${path}`;
    return new AludelError("file-is-folder", `"${file}" is a folder, not a file`, {
      place: { file },
      next: [say("Move the folder away and write the file")],
      cause,
    });
  }

  #unreadable(path: string, reason: string, cause?: Error): AludelError {
    const file = path === "" ? this.name : `${this.name}/${path}`;
    return new AludelError("file-unreadable", `"${file}" could not be read`, {
      place: { file },
      notes: [reason],
      next: [shell`aludel verify # once that is fixed`],
      cause,
    });
  }
}

/** The texts of a migrations folder by path: `manifest.json`, `2026-11-23_3f9c1a2b4d5e_create_events/up.sql`. */
export type EmbeddedTexts =
  & Readonly<Record<`${string}/${string}`, string>>
  & {
    /** The manifest's text, or the value of importing it as JSON. */
    readonly "manifest.json": string | object;
  };

/** The files of a migrations folder that are embedded in a program. */
export class EmbeddedFiles implements RevisionFiles {
  readonly name: string;
  readonly #texts: ReadonlyMap<string, string>;

  /** @param name The name of the folder for messages. */
  constructor(texts: EmbeddedTexts, name = "migrations") {
    this.name = name;
    this.#texts = new Map(
      Object.entries<string | object>(texts).map(([path, text]) => [
        path,
        typeof text === "string" ? text : JSON.stringify(text),
      ]),
    );
  }

  read(path: string): Uint8Array | null {
    const text = this.#texts.get(path);
    return text === undefined ? null : new TextEncoder().encode(text);
  }

  folders(): readonly string[] {
    const names = new Set<string>();
    for (const path of this.#texts.keys()) {
      if (path !== MANIFEST_FILE && path.includes("/")) names.add(path.slice(0, path.indexOf("/")));
    }
    return [...names].sort();
  }
}
