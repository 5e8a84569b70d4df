import type { RevisionTexts } from "../manifest/actual_files.ts";
import type { Digest, ManifestRevision } from "../manifest/manifest.ts";
import { canonicalText } from "../sql/canonical_text.ts";

/** How many of a file's commits are looked through, newest first. */
const DEPTH = 50;

/**
 * Looks through git's history for the texts that a revision was sealed with.
 *
 * @param migrations The migrations folder, absolute.
 * @returns The canonical texts, or undefined where git is missing, the folder is in no repository, or no
 *   commit holds a text with the sealed hash.
 */
export function committedTexts(
  migrations: string,
  entry: ManifestRevision,
  digest: Digest,
): RevisionTexts | undefined {
  if (entry.up === null || entry.down === null) return undefined;
  const up = findText(migrations, `${entry.dir}/up.sql`, entry.up, digest);
  if (up === undefined) return undefined;
  if (entry.down === "none") return { up, down: null };
  const down = findText(migrations, `${entry.dir}/down.sql`, entry.down, digest);
  return down === undefined ? undefined : { up, down };
}

function findText(
  migrations: string,
  path: string,
  wanted: string,
  digest: Digest,
): string | undefined {
  const log = git(migrations, ["log", `--max-count=${DEPTH}`, "--format=%H", "--", `./${path}`]);
  for (const commit of log?.split("\n") ?? []) {
    if (commit === "") continue;
    const text = git(migrations, ["show", `${commit}:./${path}`]);
    if (text === undefined) continue; // the commit that removed the file
    const canonical = canonicalText(text);
    if (digest(canonical) === wanted) return canonical;
  }
  return undefined;
}

function git(folder: string, args: readonly string[]): string | undefined {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["-C", folder, "--literal-pathspecs", ...args],
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout) : undefined;
  } catch {
    return undefined; // there is no git
  }
}
