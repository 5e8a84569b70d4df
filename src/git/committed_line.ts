import type { ManifestRevision } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/parse_manifest.ts";
import { MANIFEST_FILE } from "../project/workspace/revision_files.ts";
import { type GitFolder, gitLine, pathIn } from "./git.ts";

/** Where a line may be that a merge has lost: in the commit, and on both sides of the merge. */
const COMMITS = ["HEAD", "MERGE_HEAD", "HEAD^1", "HEAD^2"] as const;

/**
 * Looks for the line that the manifest of a recent commit has for a folder.
 * @param folder The migrations folder.
 * @returns A function that reads the commits when it is first called; it finds nothing where git is missing.
 */
export function committedLine(folder: GitFolder): (dir: string) => ManifestRevision | undefined {
  let lines: ReadonlyMap<string, ManifestRevision> | undefined;
  return (dir) => (lines ??= readLines(folder)).get(dir);
}

function readLines(folder: GitFolder): ReadonlyMap<string, ManifestRevision> {
  const lines = new Map<string, ManifestRevision>();
  for (const commit of COMMITS) {
    const text = gitLine(folder.cwd, ["show", `${commit}:./${pathIn(folder, MANIFEST_FILE)}`]);
    for (const entry of text === undefined ? [] : entriesOf(text)) {
      if (!lines.has(entry.dir)) lines.set(entry.dir, entry);
    }
  }
  return lines;
}

/** A manifest that cannot be read, as in the middle of a conflict, has no line. */
function entriesOf(text: string): readonly ManifestRevision[] {
  try {
    return parseManifest(text, MANIFEST_FILE).revisions;
  } catch {
    return [];
  }
}
