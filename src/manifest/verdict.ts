import { digest } from "../digest.ts";
import type { Revision, RevisionId } from "../graph/revision.ts";
import { sameTokens } from "../sql/read_script.ts";
import type {
  ActualHashes,
  CanonicalTexts,
  DownHash,
  ManifestRevision,
  TextHash,
} from "./manifest.ts";

/** The hashes of the canonical texts of a revision; `down` is `"none"` if there is no down. */
export interface TextHashes {
  readonly up: TextHash;
  readonly down: DownHash;
}

/** The first line of the hashed text. It separates lineages from all other hashes and names the version of the rule. */
const DOMAIN = "aludel-lineage-1";

/**
 * Computes the lineage of every revision: a hash of the whole history that leads to it, itself included.
 *
 * It covers the id, the hashes of the actual texts, draft or sealed, and the lineages of the parents and
 * dependencies. docs/formats.md, "Lineage", specifies the bytes. It takes linear time in the edges.
 *
 * @param order Revisions, each after its parents and dependencies.
 * @param hashesOf The hashes of a revision's texts, or undefined if they are unknown.
 * @param before Lineages that were already computed. `order` need not name their revisions.
 * @returns The lineages by id. A revision has none if its texts, or those of an ancestor, are unknown.
 */
export function lineages(
  order: Iterable<Revision>,
  hashesOf: (id: RevisionId) => TextHashes | undefined,
  before: ReadonlyMap<RevisionId, TextHash> = new Map(),
): ReadonlyMap<RevisionId, TextHash> {
  const known = new Map(before);
  for (const revision of order) {
    const hashes = hashesOf(revision.id);
    const parents = linesOf("parent", revision.parents, known);
    const dependencies = linesOf("depends", revision.dependsOn, known);
    if (hashes === undefined || parents === undefined || dependencies === undefined) continue;
    const head = `${DOMAIN}\nid ${revision.id}\nup ${hashes.up}\ndown ${hashes.down}\n`;
    known.set(revision.id, digest(head + parents + dependencies));
  }
  return known;
}

/** Formats a line for each lineage, sorted. Returns undefined if a lineage is unknown. */
function linesOf(
  name: "parent" | "depends",
  ids: readonly RevisionId[],
  known: ReadonlyMap<RevisionId, TextHash>,
): string | undefined {
  if (ids.length === 0) return "";
  const lines: string[] = [];
  for (const id of ids) {
    const lineage = known.get(id);
    if (lineage === undefined) return undefined;
    lines.push(`${name} ${lineage}\n`);
  }
  return lines.sort().join("");
}

/**
 * The difference between an edited text and its sealed one: `cosmetic` (the same tokens: only space and comments
 * other than directives changed), `changed`, or `unknown` because the sealed text is lost.
 */
export type Change = "cosmetic" | "changed" | "unknown";

/** The comparison of a revision's files with its line in the manifest. */
export type Verdict =
  /** Not sealed: the files may have any content. */
  | { readonly kind: "draft" }
  /** Sealed, and the files are the signed ones. */
  | { readonly kind: "sealed" }
  /** Signed again since, and the files are an earlier pair that `was` still accepts. */
  | { readonly kind: "was" }
  /** There is no up.sql, or no down.sql although one was sealed. */
  | { readonly kind: "missing"; readonly file: "up" | "down" }
  /** There is a down.sql although the revision was sealed without one. */
  | { readonly kind: "unexpected"; readonly file: "down" }
  /** Sealed, and these files differ from the signed ones. */
  | {
    readonly kind: "edited";
    readonly files: readonly ("up" | "down")[];
    readonly change: Change;
  };

/** The texts from which {@linkcode judgeFiles} finds how an edited revision differs. */
export interface TextSource {
  /** The canonical texts in the folder now. */
  actual(): CanonicalTexts;
  /** The canonical texts as sealed, from a database or from git; undefined if they are lost. */
  sealed(): CanonicalTexts | undefined;
}

/**
 * Compares a revision's files with its line in the manifest.
 *
 * @param texts Used only for edited revisions. Without it, `change` is `unknown`.
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

/** The comparison of a database's record of a revision with the revision's files. */
export type AppliedVerdict =
  /** The texts that ran are the texts in the folder. */
  | "same"
  /** Signed again since: `was` has the texts that ran, and the record must be updated. */
  | "resealed"
  /** A draft that was edited after it ran: `aludel redo` runs it again. */
  | "draft-edited"
  /** The texts that ran are neither the folder's nor accepted, which is an error. */
  | "edited";

/**
 * Compares the hashes of the texts that ran in a database with a revision's line and its files.
 *
 * @param actual The hashes of the present files, `"none"` for no down.
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

/** Hashes canonical texts. */
export function hashTexts(
  { up, down }: { readonly up: string; readonly down: string | null },
): TextHashes {
  return { up: digest(up), down: down === null ? "none" : digest(down) };
}

/** Whether signing the revision again replaced this pair of hashes. */
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
