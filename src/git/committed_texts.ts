import type { RevisionTexts } from "../manifest/actual_files.ts";
import type { Digest, ManifestRevision } from "../manifest/manifest.ts";
import { canonicalText } from "../sql/canonical_text.ts";
import { gitLine } from "./git.ts";
import { type GitFolder, pathIn } from "./git_folder.ts";

/** How many of a file's commits are looked through, newest first. */
const DEPTH = 50;

/**
 * Looks through git's history for the texts that a revision was sealed with.
 *
 * @param folder The migrations folder.
 * @returns The canonical texts, or undefined where git is missing, the folder is in no repository, or no
 *   commit holds a text with the sealed hash.
 */
export function committedTexts(
  folder: GitFolder,
  entry: ManifestRevision,
  digest: Digest,
): RevisionTexts | undefined {
  if (entry.up === null || entry.down === null) return undefined;
  const up = findText(folder, `${entry.dir}/up.sql`, entry.up, digest);
  if (up === undefined) return undefined;
  if (entry.down === "none") return { up, down: null };
  const down = findText(folder, `${entry.dir}/down.sql`, entry.down, digest);
  return down === undefined ? undefined : { up, down };
}

function findText(
  folder: GitFolder,
  path: string,
  wanted: string,
  digest: Digest,
): string | undefined {
  const { cwd } = folder;
  const name = `./${pathIn(folder, path)}`;
  const log = gitLine(cwd, ["log", `--max-count=${DEPTH}`, "--format=%H", "--", name]);
  for (const commit of log?.split("\n") ?? []) {
    if (commit === "") continue;
    const text = gitLine(cwd, ["show", `${commit}:${name}`]);
    if (text === undefined) continue; // the commit that removed the file
    const canonical = canonicalText(text);
    if (digest(canonical) === wanted) return canonical;
  }
  return undefined;
}
