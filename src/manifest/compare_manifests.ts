import type { RevisionId } from "../graph/revision.ts";
import { formatRevision, sortTexts } from "./format_manifest.ts";
import type { DownHash, Manifest, ManifestRevision, TextHash } from "./manifest.ts";
import { isEarlierPair } from "./verdict.ts";

/**
 * What became of a sealed revision that must not change:
 * `removed`: it has no line any more · `unsealed`: it is a draft again · `resigned`: it has other hashes, and
 * `was` does not hold the old ones · `forgotten`: `was` lacks a pair that it held · `moved`: it has other parents or
 * dependencies · `retold`: only its folder, labels, message or time changed, which no hash covers.
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
  /** Its line before. */
  readonly before: ManifestRevision;
}

/**
 * What happened to the sealed revisions of an earlier manifest; drafts may change and vanish.
 * @returns In the order of the earlier manifest, one change a revision: the gravest.
 */
export function compareManifests(before: Manifest, after: Manifest): readonly SealedChange[] {
  const now = new Map(after.revisions.map((revision) => [revision.id, revision]));
  const changes: SealedChange[] = [];
  for (const revision of before.revisions) {
    if (revision.up === null || revision.down === null) continue;
    const pair = [revision.up, revision.down] as const;
    const kind = changeOf(revision, pair, now.get(revision.id));
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
