import type { RevisionId } from "../../graph/revision.ts";
import type { ManifestRevision, TextHash } from "../../manifest/manifest.ts";
import {
  type AppliedVerdict,
  hashTexts,
  isEarlierPair,
  judgeApplied,
  lineages,
  type TextHashes,
} from "../../manifest/verdict.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { AppliedRevision, StoredTexts } from "../../state/state.ts";
import type { Catalogue } from "../workspace/catalogue.ts";

/** A difference between a record of the database and the disk. */
export type RecordFinding =
  | { readonly id: RevisionId; readonly kind: Exclude<AppliedVerdict, "same"> }
  /** In the database, but not on disk. */
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
  /** Recorded with a lineage that does not match its own texts, parents and dependencies. */
  | { readonly id: RevisionId; readonly kind: "lineage-changed" }
  /** Recorded with texts that do not match the recorded hashes. */
  | { readonly id: RevisionId; readonly kind: "text-changed"; readonly files: readonly TextFile[] };

/** One of a revision's two texts. */
export type TextFile = "up" | "down";

/**
 * The lineages of the records, each computed from its own hashes, parents and dependencies. A record has none if one of
 * its parents has none.
 */
export function recordLineages(
  { graph, records }: Catalogue,
): ReadonlyMap<RevisionId, TextHash> {
  const order = graph.ids.flatMap((id) => records.get(id) ?? []);
  return lineages(order, (id) => records.get(id));
}

/**
 * The stored texts of a record that do not match its hashes.
 *
 * @param entry The revision's line in the manifest, whose `was` is accepted; undefined if it is not on disk.
 */
export function changedTexts(
  record: AppliedRevision,
  entry: ManifestRevision | undefined,
  { texts, replaced }: StoredTexts,
): readonly TextFile[] {
  const stored = texts.get(record.id);
  if (stored === undefined) return [];
  const actual = hashTexts(stored);
  const isEqual = ({ up, down }: TextHashes) => up === actual.up && down === actual.down;
  if (isEqual(record) || replaced.get(record.id)?.some(isEqual)) return [];
  if (entry !== undefined && isEarlierPair(entry, actual)) return [];
  const files: TextFile[] = [];
  if (actual.up !== record.up) files.push("up");
  if (actual.down !== record.down) files.push("down");
  return files;
}

/** The texts and hashes with which {@linkcode compareRecords} compares the records. */
interface RecordSources {
  /** The hashes of a revision's present files; undefined without an up.sql. */
  readonly hashesOf: (entry: ManifestRevision) => TextHashes | undefined;
  /** The result of {@linkcode recordLineages}. */
  readonly lineageOf: ReadonlyMap<RevisionId, TextHash>;
  /** The stored texts, if they should be compared with their hashes. */
  readonly stored?: StoredTexts | undefined;
}

/**
 * Compares every record with itself, with the records that it follows, and with the disk. Together this compares the
 * lineages, revision by revision.
 *
 * @returns Findings in topological order; empty if the lineages agree.
 */
export function compareRecords(
  catalogue: Catalogue,
  { hashesOf, lineageOf, stored }: RecordSources,
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
      const files = changedTexts(record, entry, stored);
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
 * Finds the revision as which a pending one has already run: it is in the database but not on disk, and has the same
 * up.
 * @returns undefined if there is none, and for a text without statements, which many merges have.
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

/** Whether the manifest has the hashes of the texts that ran. If so, a file that differs was edited on disk. */
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
