import type { ManifestRevision } from "../manifest/manifest.ts";
import { judgeFiles, type Verdict } from "../manifest/verdict.ts";
import { readRevisionTexts, type RevisionTextPair } from "./revision_texts.ts";
import type { RevisionFiles } from "./revision_files.ts";

/** A revision's files as they are now, compared with its line in the manifest. */
export interface InspectedRevision extends RevisionTextPair {
  readonly verdict: Verdict;
}

/**
 * Reads and judges one revision.
 * @throws {AludelError} As `readRevisionTexts`.
 */
export async function inspectRevision(
  files: RevisionFiles,
  entry: ManifestRevision,
): Promise<InspectedRevision> {
  const { digest } = await import("./digest.ts");
  const texts = readRevisionTexts(files, entry, digest);
  const hashes = { up: texts.up?.hash ?? null, down: texts.down?.hash ?? null };
  return { ...texts, verdict: judgeFiles(entry, hashes) };
}
