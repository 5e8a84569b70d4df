import { digest } from "../../digest.ts";
import type { ManifestRevision, TextHash } from "../../manifest/manifest.ts";
import { judgeFiles, type TextHashes, type Verdict } from "../../manifest/verdict.ts";
import { decodeCanonicalText } from "../../sql/canonical_text.ts";
import type { RevisionFiles } from "./revision_files.ts";

/** A file of a revision: its name for messages, its canonical text and the text's hash. */
export interface RevisionText {
  readonly file: string;
  readonly text: string;
  readonly hash: TextHash;
}

/** The two files of a revision as they are now; null where there is none. */
export interface RevisionTextPair {
  readonly up: RevisionText | null;
  readonly down: RevisionText | null;
}

/**
 * Reads, decodes and hashes a revision's files.
 * @throws {AludelError} `sql-encoding`, `sql-nul`, or an error of the area `file`.
 */
export function readRevisionTexts(
  files: RevisionFiles,
  entry: Pick<ManifestRevision, "dir">,
): RevisionTextPair {
  return {
    up: readRevisionText(files, `${entry.dir}/up.sql`),
    down: readRevisionText(files, `${entry.dir}/down.sql`),
  };
}

/**
 * Reads, decodes and hashes one SQL file.
 *
 * @param path Relative to the migrations folder.
 * @returns null where there is no such file.
 * @throws {AludelError} As {@linkcode readRevisionTexts}.
 */
export function readRevisionText(
  files: RevisionFiles,
  path: string,
): RevisionText | null {
  const bytes = files.read(path);
  if (bytes === null) return null;
  const file = `${files.name}/${path}`;
  const text = decodeCanonicalText(file, bytes);
  return { file, text, hash: digest(text) };
}

/** The pair as it enters a lineage; undefined without an up. */
export function textHashes({ up, down }: RevisionTextPair): TextHashes | undefined {
  return up === null ? undefined : { up: up.hash, down: down?.hash ?? "none" };
}

/** A revision's files as they are now, compared with its line in the manifest. */
export interface InspectedRevision extends RevisionTextPair {
  readonly verdict: Verdict;
}

/**
 * Reads and judges one revision.
 * @throws {AludelError} As `readRevisionTexts`.
 */
export function inspectRevision(
  files: RevisionFiles,
  entry: ManifestRevision,
): InspectedRevision {
  const texts = readRevisionTexts(files, entry);
  const hashes = { up: texts.up?.hash ?? null, down: texts.down?.hash ?? null };
  return { ...texts, verdict: judgeFiles(entry, hashes) };
}
