import type { PipedProcess } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { MANIFEST_FILE, type RevisionFiles } from "../project/workspace/revision_files.ts";
import { say, shell } from "../text/next_step.ts";
import { git, gitError, type GitFolder, gitLine, pathIn, startGit } from "./git.ts";

/** A path that git has recorded. */
interface GitEntry {
  /** The path from the listed folder. Bytes that are not UTF-8 were replaced by U+FFFD. */
  readonly path: string;
  /** The object's id, SHA-1 or SHA-256. */
  readonly id: string;
  readonly kind: "file" | "link" | "submodule";
}

/** The number of paths that an error names. */
const NAMED = 10;

/**
 * Lists the index's entries for a folder, and for some other files, whose paths are relative to the same `cwd`.
 * @throws {AludelError} `git-unmerged` (a conflict that is not resolved), and the error for git's failure.
 */
export async function listIndex(
  folder: GitFolder,
  files: readonly string[] = [],
): Promise<{ readonly entries: readonly GitEntry[]; readonly present: readonly string[] }> {
  const own = folder.path === "" ? "." : `${folder.path}/`;
  const { bytes } = await git({
    cwd: folder.cwd,
    args: ["ls-files", "-s", "-z", "--", own, ...files],
  });
  const unmerged = new Set<string>();
  const present: string[] = [];
  const others = new Set(files);
  const entries = parseListing(bytes, folder, (stage, path, whole) => {
    if (others.has(whole)) return void present.push(whole);
    if (stage !== "0") unmerged.add(pathIn(folder, path));
  }).filter(({ path }) => !others.has(path));
  if (unmerged.size > 0) throw unmergedError([...unmerged]);
  return { entries, present };
}

/** Lists the files that the next commit adds or changes. */
export async function stagedFiles(
  { cwd }: GitFolder,
  files: readonly string[],
): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const filter = "--diff-filter=d"; // Removed files do not count.
  const args = ["diff", "--cached", "--name-only", "--relative", filter, "-z", "--", ...files];
  const { text } = await git({ cwd, args });
  return text.split("\0").filter((path) => path !== "");
}

/** Lists a commit's entries for a folder. @throws {AludelError} The error for git's failure. */
export async function listCommit(
  folder: GitFolder,
  commit: string,
): Promise<readonly GitEntry[]> {
  const args = ["ls-tree", "-r", "-z", commit, "--", folder.path === "" ? "." : `${folder.path}/`];
  const { bytes } = await git({ cwd: folder.cwd, args });
  return parseListing(bytes, folder, () => {});
}

/**
 * Parses `MODE ID STAGE<tab>PATH<nul>` of ls-files and `MODE TYPE ID<tab>PATH<nul>` of ls-tree.
 * @param each Called with the last word before the tab (the stage in the index), the path in the folder and the whole
 * path.
 */
function parseListing(
  bytes: Uint8Array,
  { path: prefix }: GitFolder,
  each: (last: string, path: string, whole: string) => void,
): GitEntry[] {
  const start = prefix === "" ? 0 : prefix.length + 1;
  const entries: GitEntry[] = [];
  for (const line of new TextDecoder().decode(bytes).split("\0")) {
    const tab = line.indexOf("\t");
    if (tab < 0) continue; // The end of the list.
    const [mode = "", second = "", third = ""] = line.slice(0, tab).split(" ");
    const whole = line.slice(tab + 1);
    const path = prefix === "" || whole.startsWith(`${prefix}/`) ? whole.slice(start) : whole;
    each(third, path, whole);
    const id = third.length > 1 ? third : second;
    entries.push({ path, id, kind: kindOf(mode) });
  }
  return entries;
}

function kindOf(mode: string): GitEntry["kind"] {
  return mode === "120000" ? "link" : mode === "160000" ? "submodule" : "file";
}

function unmergedError(paths: readonly string[]): AludelError {
  const [first = ""] = paths;
  const others = paths.slice(1, NAMED).map((path) => `so is ${JSON.stringify(path)}`);
  if (paths.length > NAMED) others.push(`and ${paths.length - NAMED} more`);
  return new AludelError("git-unmerged", `${JSON.stringify(first)} is unmerged in the index`, {
    notes: others,
    next: [shell`git add -- ${first} # once the conflict is resolved`, shell`git status`],
  });
}

// Buffered, because flushing after every object makes thousands of small ones ten times as slow.
const ARGS = ["cat-file", "--batch", "--buffer"];
const LF = 0x0a;

/**
 * One `git cat-file --batch`. It is started by the constructor, so that it is ready when the names are known, and is
 * used once.
 *
 * https://git-scm.com/docs/git-cat-file, "Batch output"
 */
export class ObjectBatch implements AsyncDisposable {
  readonly #cwd: string;
  readonly #child: PipedProcess;
  #asked = false;

  /** @throws {AludelError} `git-missing`. */
  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#child = startGit({ cwd, args: ARGS });
  }

  /**
   * Reads the contents of objects, in the order of their names; null if there is no such object.
   *
   * @param names Object ids, or `REV:./PATH` with the path relative to the batch's folder. A name must not contain a line
   * break.
   * @throws {AludelError} `git-path`, and the error for git's failure.
   */
  async read(names: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    const broken = names.find((name) => name.includes("\n"));
    if (broken !== undefined) throw pathError(broken);
    this.#asked = true;
    const asked = this.#child.feed(names.map((name) => `${name}\n`).join(""))
      .then(() => this.#child.endInput());
    const { code, stdout, stderr } = await this.#child.output();
    await asked;
    if (code !== 0) throw await gitError(ARGS, code, new TextDecoder().decode(stderr), this.#cwd);
    return parseBatch(stdout, names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#asked) return;
    await this.#child.endInput();
    await this.#child.output();
  }
}

/** Parses `ID TYPE SIZE<lf>CONTENT<lf>` or `NAME missing<lf>` for each name. */
function parseBatch(
  output: Uint8Array,
  names: readonly string[],
): readonly (Uint8Array | null)[] {
  const decoder = new TextDecoder();
  let at = 0;
  return names.map((name) => {
    const end = output.indexOf(LF, at);
    const header = decoder.decode(output.subarray(at, end < 0 ? output.length : end));
    if (end >= 0 && header.startsWith(name) && / (?:missing|ambiguous)$/.test(header)) {
      at = end + 1;
      return null;
    }
    const match = /^[0-9a-f]+ [a-z]+ (\d+)$/.exec(header);
    if (match === null) {
      throw new AludelError("git-failed", `Git answered ${JSON.stringify(header)}`, {
        next: [shell`git fsck # check the repository`],
      });
    }
    const start = end + 1;
    const length = Number(match[1]);
    at = start + length + 1;
    return output.subarray(start, start + length);
  });
}

function pathError(path: string): AludelError {
  return new AludelError(
    "git-path",
    `The path ${JSON.stringify(path)} contains a line break, which git cannot be asked for`,
    { next: [say("Rename the folder")] },
  );
}

/** The files of revisions that a verification reads, besides the manifest. */
const READ = /^[^/]+\/(?:up|down)\.sql$/;

/** The ids of the objects that {@linkcode BlobFiles} needs, without repetitions. */
export function neededObjects(entries: readonly GitEntry[]): readonly string[] {
  const ids = new Set<string>();
  for (const { path, kind, id } of entries) {
    if (kind === "file" && (path === MANIFEST_FILE || READ.test(path))) ids.add(id);
  }
  return [...ids];
}

/**
 * The files of a migrations folder in git's index or in a commit. Their contents were read before, because
 * `RevisionFiles` is synchronous.
 */
export class BlobFiles implements RevisionFiles {
  readonly name: string;
  readonly #entries: ReadonlyMap<string, GitEntry>;
  readonly #blobs: ReadonlyMap<string, Uint8Array | null>;

  /**
   * @param name The name of the folder for messages.
   * @param entries The entries, with paths relative to the folder.
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

  /** Reads a file. @throws {AludelError} `git-not-a-file` (a symbolic link, a submodule), `git-object-missing`. */
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
      next: [shell`git fsck # see what is missing`, shell`git fetch # complete a partial clone`],
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
    return new AludelError("git-not-a-file", `"${file}" is a ${what} in git, not a file`, {
      place: { file },
      notes: ["Its target is not part of the commit"],
      next: [shell`git rm --cached -- ${file} # then add the file itself`],
    });
  }
}

/**
 * Finds the revisions' folders that git can restore: HEAD has them, and nothing in them was changed since.
 * @returns An empty set outside a repository, and before the first commit.
 */
export function committedFolders(folder: GitFolder): ReadonlySet<string> {
  const place = folder.path === "" ? "." : folder.path;
  const committed = gitLine(folder.cwd, [
    "ls-tree",
    "-r",
    "-z",
    "--name-only",
    "HEAD",
    "--",
    place,
  ]);
  const status = [
    "status",
    "--porcelain",
    "-z",
    "--no-renames",
    "--untracked-files=all",
    "--",
    place,
  ];
  const changed = gitLine(folder.cwd, status);
  const prefix = gitLine(folder.cwd, ["rev-parse", "--show-prefix"])?.trim();
  if (committed === undefined || changed === undefined || prefix === undefined) return new Set();
  const above = folder.path === "" ? "" : `${folder.path}/`;
  const dirOf = (path: string, before: string) =>
    path.startsWith(before) ? path.slice(before.length).split("/", 1)[0]! : "";
  const folders = new Set(
    committed.split("\0").filter((path) => path.endsWith("/up.sql"))
      .map((path) => dirOf(path, above)),
  );
  // These paths start at the root of the repository, after two letters and a space.
  for (const line of changed.split("\0")) folders.delete(dirOf(line.slice(3), prefix + above));
  return folders;
}
