import type { RevisionId } from "../graph/revision.ts";
import { lineages, type TextHashes } from "../manifest/lineage.ts";
import type { Digest, ManifestRevision, TextHash } from "../manifest/manifest.ts";
import { type AppliedVerdict, isEarlierPair, judgeApplied } from "../manifest/verdict.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import type { AppliedRevision } from "../state/applied_revision.ts";
import type { StoredTexts } from "../state/read_state.ts";
import type { Catalogue } from "./catalogue.ts";

/** How a record of the database and the disk differ. */
export type RecordFinding =
  | { readonly id: RevisionId; readonly kind: Exclude<AppliedVerdict, "same"> }
  /** In the database, not on disk. */
  | { readonly id: RevisionId; readonly kind: "unknown" }
  /** On disk with other parents or dependencies than when it ran. */
  | {
    readonly id: RevisionId;
    readonly kind: "moved";
    readonly was: readonly RevisionId[];
    readonly now: readonly RevisionId[];
  }
  /** On disk without its up.sql. */
  | { readonly id: RevisionId; readonly kind: "file-missing" }
  /** Recorded without the records of revisions that it follows. */
  | {
    readonly id: RevisionId;
    readonly kind: "parent-missing";
    readonly missing: readonly RevisionId[];
  }
  /** Recorded with a lineage that is not the one of its own texts, parents and dependencies. */
  | { readonly id: RevisionId; readonly kind: "lineage-changed" }
  /** Recorded with texts that are not the ones whose hashes are recorded. */
  | { readonly id: RevisionId; readonly kind: "text-changed"; readonly files: readonly TextFile[] };

/** One of a revision's two texts. */
export type TextFile = "up" | "down";

/**
 * The lineages that the records give, each from its own hashes, parents and dependencies. A record whose parent has none
 * has no lineage here.
 */
export function recordLineages(
  { graph, records }: Catalogue,
  digest: Digest,
): ReadonlyMap<RevisionId, TextHash> {
  const order = graph.ids.flatMap((id) => records.get(id) ?? []);
  return lineages(order, (id) => records.get(id), digest);
}

/**
 * The stored texts of a record that are not what it says they are.
 *
 * @param entry The revision's line in the manifest, whose `was` is accepted; undefined where it is not on disk.
 */
export function changedTexts(
  record: AppliedRevision,
  entry: ManifestRevision | undefined,
  { texts, replaced }: StoredTexts,
  digest: Digest,
): readonly TextFile[] {
  const stored = texts.get(record.id);
  if (stored === undefined) return [];
  const actual: TextHashes = {
    up: digest(stored.up),
    down: stored.down === null ? "none" : digest(stored.down),
  };
  const isEqual = ({ up, down }: TextHashes) => up === actual.up && down === actual.down;
  if (isEqual(record) || replaced.get(record.id)?.some(isEqual)) return [];
  if (entry !== undefined && isEarlierPair(entry, actual)) return [];
  const files: TextFile[] = [];
  if (actual.up !== record.up) files.push("up");
  if (actual.down !== record.down) files.push("down");
  return files;
}

/** What {@linkcode compareRecords} compares the records with. */
export interface RecordSources {
  /** The hashes of a revision's files now; undefined without an up.sql. */
  readonly hashesOf: (entry: ManifestRevision) => TextHashes | undefined;
  /** As {@linkcode recordLineages} gives them. */
  readonly lineageOf: ReadonlyMap<RevisionId, TextHash>;
  /** Where they are to be compared with their hashes as well. */
  readonly stored?: StoredTexts | undefined;
  readonly digest: Digest;
}

/**
 * Compares every record with itself, with the records that it follows, and with the disk: together this is the
 * comparison of lineages, told revision by revision.
 *
 * @returns Findings in topological order; empty where the lineages agree.
 */
export function compareRecords(
  catalogue: Catalogue,
  { hashesOf, lineageOf, stored, digest }: RecordSources,
): RecordFinding[] {
  const findings: RecordFinding[] = [];
  for (const id of catalogue.graph.ids) {
    const record = catalogue.records.get(id);
    if (record === undefined) continue;
    const entry = catalogue.entries.get(id);
    const missing = [...record.parents, ...record.dependsOn]
      .filter((parent) => !catalogue.records.has(parent));
    if (missing.length > 0) findings.push({ id, kind: "parent-missing", missing });
    const lineage = lineageOf.get(id);
    if (lineage !== undefined && lineage !== record.lineage) {
      findings.push({ id, kind: "lineage-changed" });
    }
    if (stored !== undefined) {
      const files = changedTexts(record, entry, stored, digest);
      if (files.length > 0) findings.push({ id, kind: "text-changed", files });
    }
    if (entry === undefined) {
      findings.push({ id, kind: "unknown" });
      continue;
    }
    if (!sameEdges(record, entry)) findings.push(moved(record, entry));
    const hashes = hashesOf(entry);
    if (hashes === undefined) {
      findings.push({ id, kind: "file-missing" });
      continue;
    }
    const verdict = judgeApplied(entry, hashes, record);
    if (verdict !== "same") findings.push({ id, kind: verdict });
  }
  return findings;
}

/**
 * The revision under whose id a pending one ran already: one that the database has, the disk does not, and whose up is
 * the same text. undefined where there is none, and for a text without a statement, as many merges have.
 *
 * @param up The pending revision's up: its text and hash.
 */
export function ranUnder(
  { records, entries }: Catalogue,
  up: { readonly text: string; readonly hash: TextHash },
): RevisionId | undefined {
  for (const { id, up: hash } of records.values()) {
    if (hash !== up.hash || entries.has(id)) continue;
    return new Tokenizer(up.text).nextSignificant() ? id : undefined;
  }
  return undefined;
}

/** Whether what ran is what the manifest says now: then a file that differs was edited on disk, and nothing else is wrong. */
export function ranAsSealed({ entries, records }: Catalogue, id: RevisionId): boolean {
  const entry = entries.get(id);
  const record = records.get(id);
  return entry !== undefined && record !== undefined &&
    entry.up === record.up && entry.down === record.down;
}

function sameEdges(record: AppliedRevision, entry: ManifestRevision): boolean {
  return sameSet(record.parents, entry.parents) && sameSet(record.dependsOn, entry.dependsOn);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}

function moved(record: AppliedRevision, entry: ManifestRevision): RecordFinding {
  return {
    id: record.id,
    kind: "moved",
    was: [...record.parents, ...record.dependsOn],
    now: [...entry.parents, ...entry.dependsOn],
  };
}
