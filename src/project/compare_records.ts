import type { RevisionId } from "../graph/revision.ts";
import type { TextHashes } from "../manifest/lineage.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { type AppliedVerdict, judgeApplied } from "../manifest/verdict.ts";
import type { AppliedRevision } from "../state/applied_revision.ts";
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
  | { readonly id: RevisionId; readonly kind: "file-missing" };

/**
 * Compares every record with the disk: together this is the comparison of lineages, told revision by revision.
 *
 * @param hashesOf The hashes of a revision's files now; undefined without an up.sql.
 * @returns Findings in topological order; empty where the lineages agree.
 */
export function compareRecords(
  catalogue: Catalogue,
  hashesOf: (entry: ManifestRevision) => TextHashes | undefined,
): RecordFinding[] {
  const findings: RecordFinding[] = [];
  for (const id of catalogue.graph.ids) {
    const record = catalogue.records.get(id);
    if (record === undefined) continue;
    const entry = catalogue.entries.get(id);
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
