import type { Place } from "../../errors.ts";
import type { Finding, Notice } from "../../finding.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";
import type { RestorePoint } from "../../project/copies/restore_points.ts";
import type { OfflineStamp } from "../../project/migrate/offline.ts";
import type { OrderProof } from "../../proof/branches.ts";
import type { DriftReport } from "../../proof/drift.ts";
import type { Proof } from "../../proof/proof.ts";

/*
 * The common parts of the JSON answers, which schemas/json/parts.json describes. Every field is always present; it is
 * null if there is no value or it was not read.
 */

/** A finding. */
export function findingJson({ level, code, message, revision, place, notes, next }: Finding) {
  return {
    level,
    code,
    message,
    revision: revision ?? null,
    place: place === undefined ? null : placeJson(place),
    notes,
    next,
  };
}

/** A place. Line and column are null if the whole file or line is meant. */
export function placeJson({ file, line, column, frame }: Place) {
  return { file, line: line ?? null, column: column ?? null, frame: frame ?? null };
}

/** Notices. Those that a program can distinguish have a code. */
export function noticesJson(notices: readonly (Notice | string)[]) {
  return notices.map((notice) =>
    typeof notice === "string" ? { code: null, message: notice, notes: [], next: [] } : {
      code: notice.code,
      message: notice.message,
      notes: notice.notes ?? [],
      next: notice.next ?? [],
    }
  );
}

/** Drift, with an empty list of changes if none was found; null if it was not looked for. */
export function driftJson(drift: DriftReport | null) {
  return { changes: drift?.changes ?? [], sql: drift?.sql ?? null };
}

/** A restore point. */
export function pointJson({ heads, ...point }: RestorePoint) {
  return { ...point, heads: idsOf(heads) };
}

/** The ids of revisions. */
export function idsOf(revisions: readonly { readonly id: RevisionId }[]): readonly RevisionId[] {
  return revisions.map(({ id }) => id);
}

/** A proof, with its finding if it failed. */
export function proofJson({ verdict, ...proof }: Proof) {
  if (verdict.kind !== "fails") return { ...proof, verdict };
  return { ...proof, verdict: { ...verdict, finding: findingJson(verdict.finding) } };
}

/** The proof that branches commute. */
export function orderJson({ heads, orders, finding }: OrderProof) {
  return { heads, count: orders, finding: finding && findingJson(finding) };
}

/** The revisions of a database before steps and after them. */
export function movementJson(
  { graph, applied }: {
    readonly graph: RevisionGraph;
    readonly applied: Iterable<RevisionId>;
  },
  steps: readonly { readonly direction: "up" | "down"; readonly id: RevisionId }[],
) {
  const before = new Set(applied);
  const after = new Set(before);
  for (const { direction, id } of steps) {
    if (direction === "up") after.add(id);
    else after.delete(id);
  }
  return { from: graph.headsOf(before, "parents"), to: graph.headsOf(after, "parents") };
}

/** A stamp: the records before and after it. With --purge the records before are not read. */
export function stampJson({ graph, start, stamp }: OfflineStamp) {
  const { remove, add, purge } = stamp;
  const removed = remove.map((id) => ({ direction: "down", id }) as const);
  const added = add.map(({ id }) => ({ direction: "up", id }) as const);
  const { from, to } = movementJson({ graph, applied: start }, [...removed, ...added]);
  return { from: purge ? null : from, to, added: idsOf(add), removed: remove, purged: purge };
}
