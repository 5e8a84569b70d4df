import type { RevisionId } from "../graph/revision.ts";
import {
  type DownHash,
  followReplacements,
  formatRevision,
  type Manifest,
  type ManifestRevision,
  replacementsIn,
  sortById,
  sortTexts,
  type TextHash,
  withReplacements,
} from "./manifest.ts";
import { isEarlierPair } from "./verdict.ts";

/** A revision that both sides changed differently; undefined on a side that removed it. */
export interface MergeConflict {
  readonly id: RevisionId;
  readonly ours: ManifestRevision | undefined;
  readonly theirs: ManifestRevision | undefined;
}

/** The result of a three-way merge. */
export interface ManifestMerge {
  /** All revisions that are not in conflict, sorted by id. */
  readonly manifest: Manifest;
  /** The conflicts, sorted by id. The manifest is complete only if there are none. */
  readonly conflicts: readonly MergeConflict[];
}

/**
 * Merges two manifests revision by revision. A change by one side is taken, an equal change by both is taken once, and
 * different changes by both are a conflict.
 *
 * Without conflicts it is commutative, associative and idempotent (tests/property/merge_manifest_test.ts). The graph of
 * the result is not checked: one side may have removed a revision that the other side follows.
 */
export function mergeManifests(base: Manifest, ours: Manifest, theirs: Manifest): ManifestMerge {
  const [before, left, right] = [byId(base), byId(ours), byId(theirs)];
  const revisions: ManifestRevision[] = [];
  const conflicts: MergeConflict[] = [];
  for (const id of new Set([...before.keys(), ...left.keys(), ...right.keys()])) {
    const [mine, other] = [left.get(id), right.get(id)];
    const winner = winnerOf(before.get(id), mine, other);
    if (winner === "conflict") conflicts.push({ id, ours: mine, theirs: other });
    else if (winner !== undefined) revisions.push(winner);
  }
  return {
    // One side may have squashed revisions that the other side follows.
    manifest: { revisions: followReplacements(sortById(revisions)) },
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

/**
 * A change of a sealed revision, which is not allowed:
 * `removed`: its line is gone · `unsealed`: it is a draft again · `resigned`: it has other hashes, and `was` lacks the
 * old ones · `forgotten`: `was` lacks a pair that it had · `moved`: it has other parents or dependencies · `retold`:
 * only its folder, labels, message or time changed, which no hash covers.
 */
export type SealedChangeKind =
  | "removed"
  | "unsealed"
  | "resigned"
  | "forgotten"
  | "moved"
  | "retold";

/** A change of a sealed revision. */
export interface SealedChange {
  readonly kind: SealedChangeKind;
  readonly id: RevisionId;
  /** The line before the change. */
  readonly before: ManifestRevision;
}

/**
 * Finds changes of the sealed revisions of an earlier manifest. Drafts may change and vanish, and so may revisions that
 * another one replaces.
 * @returns The worst change of each changed revision, in the order of the earlier manifest.
 */
export function compareManifests(before: Manifest, after: Manifest): readonly SealedChange[] {
  const now = new Map(after.revisions.map((revision) => [revision.id, revision]));
  const replacements = replacementsIn(after.revisions);
  const changes: SealedChange[] = [];
  for (const revision of before.revisions) {
    if (revision.up === null || revision.down === null) continue;
    const pair = [revision.up, revision.down] as const;
    if (replacements.has(revision.id) && !now.has(revision.id)) continue;
    const parents = withReplacements(revision.parents, replacements);
    const dependsOn = withReplacements(revision.dependsOn, replacements);
    const kind = changeOf({ ...revision, parents, dependsOn }, pair, now.get(revision.id));
    if (kind !== undefined) changes.push({ kind, id: revision.id, before: revision });
  }
  return changes;
}

function changeOf(
  before: ManifestRevision,
  [up, down]: readonly [TextHash, DownHash],
  after: ManifestRevision | undefined,
): SealedChangeKind | undefined {
  if (after === undefined) return "removed";
  if (after.up === null) return "unsealed";
  const same = after.up === up && after.down === down;
  if (!same && !isEarlierPair(after, { up, down })) return "resigned";
  if (!sameSet(before.parents, after.parents) || !sameSet(before.dependsOn, after.dependsOn)) {
    return "moved";
  }
  const accepted = (pair: ManifestRevision["was"][number]) =>
    isEarlierPair(after, { up: pair[0], down: pair[1] }) ||
    (pair[0] === after.up && pair[1] === after.down);
  if (!before.was.every(accepted)) return "forgotten";
  const asBefore = { ...after, up: before.up, down: before.down, was: before.was };
  return formatRevision(before) === formatRevision(asBefore) ? undefined : "retold";
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  if (a.length < 2) return a[0] === b[0];
  const [left, right] = [sortTexts(a), sortTexts(b)];
  return left.every((text, at) => text === right[at]);
}
