import { AludelError } from "../errors.ts";
import { MANIFEST_FILE, type RevisionFiles } from "../project/revision_files.ts";
import type { GitEntry } from "./git_entry.ts";
import type { ObjectReader } from "./object_reader.ts";

/** The files that a verification reads: the manifest, and each revision's two. */
const READ = /^[^/]+\/(?:up|down)\.sql$/;

/**
 * The files of a migrations folder as git has recorded them, in its index or in a commit. The contents that can be asked
 * for are read beforehand, because `RevisionFiles` answers at once.
 */
export class BlobFiles implements RevisionFiles {
  readonly name: string;
  readonly #entries: ReadonlyMap<string, GitEntry>;
  readonly #blobs: ReadonlyMap<string, Uint8Array>;

  private constructor(
    name: string,
    entries: ReadonlyMap<string, GitEntry>,
    blobs: ReadonlyMap<string, Uint8Array>,
  ) {
    this.name = name;
    this.#entries = entries;
    this.#blobs = blobs;
  }

  /**
   * Reads the contents of the entries that matter.
   * @param name What to call the folder in messages.
   * @param entries Their paths start in the folder.
   */
  static async read(
    name: string,
    entries: readonly GitEntry[],
    reader: ObjectReader,
  ): Promise<BlobFiles> {
    const wanted = entries.filter(({ path, kind }) =>
      kind === "file" && (path === MANIFEST_FILE || READ.test(path))
    );
    const ids = [...new Set(wanted.map((entry) => entry.id))];
    const contents = await reader.read(ids);
    const blobs = new Map<string, Uint8Array>();
    ids.forEach((id, at) => {
      const content = contents[at];
      if (content) blobs.set(id, content);
    });
    return new BlobFiles(name, new Map(entries.map((entry) => [entry.path, entry])), blobs);
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
    if (blob !== undefined) return blob;
    const file = `${this.name}/${path}`;
    throw new AludelError("git-object-missing", `Git has no content for "${file}"`, {
      place: { file },
      notes: [`The object is ${entry.id}`],
      next: ["git fsck"],
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
