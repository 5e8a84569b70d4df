import { AludelError } from "../errors.ts";
import { git } from "./git.ts";
import { type GitFolder, pathIn } from "./git_folder.ts";
import { shellWord } from "./shell_word.ts";

/** One path that git has recorded. */
export interface GitEntry {
  /** Seen from the folder that was listed. Bytes that are not UTF-8 have become U+FFFD. */
  readonly path: string;
  /** The object's id, of SHA-1 or SHA-256. */
  readonly id: string;
  readonly kind: "file" | "link" | "submodule";
}

/** How many paths an error names. */
const NAMED = 10;

/**
 * What the index holds of a folder.
 * @throws {AludelError} `git-unmerged` (a conflict that is not resolved), and what git's failure means.
 */
export async function listIndex(folder: GitFolder): Promise<readonly GitEntry[]> {
  const args = ["ls-files", "-s", "-z", "--", folder.path === "" ? "." : `${folder.path}/`];
  const { bytes } = await git({ cwd: folder.cwd, args });
  const unmerged = new Set<string>();
  const entries = parseListing(bytes, folder, (stage, path) => {
    if (stage !== "0") unmerged.add(pathIn(folder, path));
  });
  if (unmerged.size > 0) throw unmergedError([...unmerged]);
  return entries;
}

/** What a commit holds of a folder. @throws {AludelError} What git's failure means. */
export async function listCommit(
  folder: GitFolder,
  commit: string,
): Promise<readonly GitEntry[]> {
  const args = ["ls-tree", "-r", "-z", commit, "--", folder.path === "" ? "." : `${folder.path}/`];
  const { bytes } = await git({ cwd: folder.cwd, args });
  return parseListing(bytes, folder, () => {});
}

/**
 * Reads `MODE ID STAGE<tab>PATH<nul>` of ls-files and `MODE TYPE ID<tab>PATH<nul>` of ls-tree.
 * @param each Told the last word before the tab, which is the stage in the index.
 */
function parseListing(
  bytes: Uint8Array,
  { path: prefix }: GitFolder,
  each: (last: string, path: string) => void,
): GitEntry[] {
  const start = prefix === "" ? 0 : prefix.length + 1;
  const entries: GitEntry[] = [];
  for (const line of new TextDecoder().decode(bytes).split("\0")) {
    const tab = line.indexOf("\t");
    if (tab < 0) continue; // after the last one
    const [mode = "", second = "", third = ""] = line.slice(0, tab).split(" ");
    const path = line.slice(tab + 1 + start);
    each(third, path);
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
    next: [`Resolve the conflict, then: git add -- ${shellWord(first)}`, "git status"],
  });
}
