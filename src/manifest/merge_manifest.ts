import type { RevisionId } from "../graph/revision.ts";
import { formatRevision, sortById } from "./format_manifest.ts";
import type { Manifest, ManifestRevision } from "./manifest.ts";

/** A revision that both sides changed, each in its own way; undefined on the side that removed it. */
export interface MergeConflict {
  readonly id: RevisionId;
  readonly base: ManifestRevision | undefined;
  readonly ours: ManifestRevision | undefined;
  readonly theirs: ManifestRevision | undefined;
}

/** The result of a three-way merge. */
export interface ManifestMerge {
  /** Everything that is not in conflict, sorted by id. */
  readonly manifest: Manifest;
  /** Sorted by id. The manifest is the result only where there are none. */
  readonly conflicts: readonly MergeConflict[];
}

/**
 * Merges two manifests revision by revision: what only one side added, changed or removed wins, what both
 * did alike is taken once, and what both changed in different ways is a conflict.
 *
 * Without conflicts it is commutative, associative and idempotent (tests/property/merge_manifest_test.ts). Whether the
 * graph of the result holds together is not judged here: one side may have removed what the other built on.
 */
export function mergeManifests(base: Manifest, ours: Manifest, theirs: Manifest): ManifestMerge {
  const [before, left, right] = [byId(base), byId(ours), byId(theirs)];
  const revisions: ManifestRevision[] = [];
  const conflicts: MergeConflict[] = [];
  for (const id of new Set([...before.keys(), ...left.keys(), ...right.keys()])) {
    const sides = { base: before.get(id), ours: left.get(id), theirs: right.get(id) };
    const winner = winnerOf(sides.base, sides.ours, sides.theirs);
    if (winner === "conflict") conflicts.push({ id, ...sides });
    else if (winner !== undefined) revisions.push(winner);
  }
  return {
    manifest: { revisions: sortById(revisions) },
    conflicts: conflicts.sort((a, b) => a.id < b.id ? -1 : 1),
  };
}

type Line = ManifestRevision | undefined;

function winnerOf(base: Line, ours: Line, theirs: Line): Line | "conflict" {
  if (sameLine(ours, theirs)) return ours;
  if (sameLine(base, ours)) return theirs;
  if (sameLine(base, theirs)) return ours;
  return "conflict";
}

function sameLine(a: Line, b: Line): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && formatRevision(a) === formatRevision(b);
}

function byId({ revisions }: Manifest): ReadonlyMap<RevisionId, ManifestRevision> {
  return new Map(revisions.map((revision) => [revision.id, revision]));
}
