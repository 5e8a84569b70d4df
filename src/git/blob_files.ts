import { AludelError } from "../errors.ts";
import { MANIFEST_FILE, type RevisionFiles } from "../project/revision_files.ts";
import type { GitEntry } from "./git_entry.ts";

/** The files that a verification reads: the manifest, and each revision's two. */
const READ = /^[^/]+\/(?:up|down)\.sql$/;

/** The ids of the objects that {@linkcode BlobFiles} has to be given, none twice. */
export function neededObjects(entries: readonly GitEntry[]): readonly string[] {
  const ids = new Set<string>();
  for (const { path, kind, id } of entries) {
    if (kind === "file" && (path === MANIFEST_FILE || READ.test(path))) ids.add(id);
  }
  return [...ids];
}

/**
 * The files of a migrations folder as git has recorded them, in its index or in a commit. Their contents have been read
 * beforehand, because `RevisionFiles` answers at once.
 */
export class BlobFiles implements RevisionFiles {
  readonly name: string;
  readonly #entries: ReadonlyMap<string, GitEntry>;
  readonly #blobs: ReadonlyMap<string, Uint8Array | null>;

  /**
   * @param name What to call the folder in messages.
   * @param entries Their paths start in the folder.
   * @param blobs The contents by object id.
   */
  constructor(
    name: string,
    entries: readonly GitEntry[],
    blobs: ReadonlyMap<string, Uint8Array | null>,
  ) {
    this.name = name;
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
    this.#blobs = blobs;
  }

  /** @throws {AludelError} `git-not-a-file` (a symbolic link, a submodule), `git-object-missing`. */
  read(path: string): Uint8Array | null {
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      const folder = this.#entries.get(path.slice(0, path.indexOf("/")));
      if (folder !== undefined && folder.kind !== "file") throw this.#notAFile(folder);
      return null;
    }
    if (entry.kind !== "file") throw this.#notAFile(entry);
    const blob = this.#blobs.get(entry.id);
    if (blob) return blob;
    const file = `${this.name}/${path}`;
    throw new AludelError("git-object-missing", `Git has no content for "${file}"`, {
      place: { file },
      notes: [`The object is ${entry.id}`],
      next: ["git fsck, to see what is missing", "git fetch, where the clone is a partial one"],
    });
  }

  folders(): readonly string[] {
    const names = new Set<string>();
    for (const path of this.#entries.keys()) {
      const slash = path.indexOf("/");
      if (slash > 0) names.add(path.slice(0, slash));
    }
    return [...names].sort();
  }

  #notAFile({ path, kind }: GitEntry): AludelError {
    const file = `${this.name}/${path}`;
    const what = kind === "link" ? "symbolic link" : "submodule";
    return new AludelError("git-not-a-file", `"${file}" is a ${what} in git, and no file`, {
      place: { file },
      notes: ["What it leads to is not part of the commit"],
      next: [`Put the file itself there: git rm --cached -- ${file}`],
    });
  }
}
