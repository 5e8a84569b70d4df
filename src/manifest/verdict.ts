import { sameTokens } from "../sql/fingerprint.ts";
import type { ActualHashes, RevisionTexts } from "./actual_files.ts";
import type { TextHashes } from "./lineage.ts";
import type { ManifestRevision } from "./manifest.ts";

/**
 * How an edited text differs from its sealed one: `cosmetic` (the same tokens: only space and comments
 * other than directives changed), `changed`, or `unknown` because nobody has the sealed text any more.
 */
export type Change = "cosmetic" | "changed" | "unknown";

/** How the files of a revision compare with its line in the manifest. */
export type Verdict =
  /** Not sealed: the files may be anything. */
  | { readonly kind: "draft" }
  /** Sealed, and the files are what was signed. */
  | { readonly kind: "sealed" }
  /** Sealed again since, and the files are an earlier pair that `was` still accepts. */
  | { readonly kind: "was" }
  /** There is no up.sql, or no down.sql although one was sealed. */
  | { readonly kind: "missing"; readonly file: "up" | "down" }
  /** There is a down.sql although the revision was sealed without one. */
  | { readonly kind: "unexpected"; readonly file: "down" }
  /** Sealed, and these files differ from what was signed. */
  | {
    readonly kind: "edited";
    readonly files: readonly ("up" | "down")[];
    readonly change: Change;
  };

/** The texts that {@linkcode judgeFiles} needs to say how an edited revision differs. */
export interface TextSource {
  /** The canonical texts in the folder now. */
  actual(): RevisionTexts;
  /** The canonical texts as sealed, from a database or from git; undefined where nobody has them. */
  sealed(): RevisionTexts | undefined;
}

/**
 * Compares a revision's files with its line in the manifest.
 *
 * @param texts Asked for edited revisions only; without it `change` is `unknown`.
 */
export function judgeFiles(
  revision: ManifestRevision,
  actual: ActualHashes,
  texts?: TextSource,
): Verdict {
  if (actual.up === null) return { kind: "missing", file: "up" };
  if (revision.up === null || revision.down === null) return { kind: "draft" };
  const down = actual.down ?? "none";
  if (actual.up === revision.up && down === revision.down) return { kind: "sealed" };
  if (isEarlierPair(revision, { up: actual.up, down })) return { kind: "was" };
  if (revision.down === "none" && down !== "none") return { kind: "unexpected", file: "down" };
  if (revision.down !== "none" && down === "none") return { kind: "missing", file: "down" };
  const files: ("up" | "down")[] = [];
  if (actual.up !== revision.up) files.push("up");
  if (down !== revision.down) files.push("down");
  return { kind: "edited", files, change: changeOf(files, texts) };
}

/** How what a database has recorded of a revision compares with its files now. */
export type AppliedVerdict =
  /** The texts that ran are the texts in the folder. */
  | "same"
  /** Signed again since: the texts that ran are in `was`, and the record is to be updated. */
  | "resealed"
  /** A draft that was edited after it ran: `aludel redo` runs it again. */
  | "draft-edited"
  /** The texts that ran are neither the folder's nor accepted: an error. */
  | "edited";

/**
 * Compares the hashes of what ran in a database with a revision's line and its files.
 *
 * @param actual The hashes of the files now, `"none"` for no down.
 * @param applied The hashes that the database recorded.
 */
export function judgeApplied(
  revision: ManifestRevision,
  actual: TextHashes,
  applied: TextHashes,
): AppliedVerdict {
  if (applied.up === actual.up && applied.down === actual.down) return "same";
  if (isEarlierPair(revision, applied)) return "resealed";
  return revision.up === null ? "draft-edited" : "edited";
}

/** Whether a pair of hashes is one that a re-signing of the revision replaced. */
export function isEarlierPair(revision: ManifestRevision, pair: TextHashes): boolean {
  return revision.was.some(([up, down]) => up === pair.up && down === pair.down);
}

function changeOf(files: readonly ("up" | "down")[], texts: TextSource | undefined): Change {
  const sealed = texts?.sealed();
  if (texts === undefined || sealed === undefined) return "unknown";
  const actual = texts.actual();
  let change: Change = "cosmetic";
  for (const file of files) {
    const before = sealed[file];
    const after = actual[file];
    if (before === null || after === null) return "unknown";
    if (!sameTokens(before, after)) change = "changed";
  }
  return change;
}
