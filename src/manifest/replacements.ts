import type { RevisionId } from "../graph/revision.ts";
import { type ManifestRevision, sortTexts } from "./manifest.ts";

/** The revision that stands for each one that a squash has taken out of the manifest. */
export function replacementsIn(
  revisions: readonly ManifestRevision[],
): ReadonlyMap<RevisionId, RevisionId> {
  const found = new Map<RevisionId, RevisionId>();
  for (const { id, replaces } of revisions) for (const one of replaces ?? []) found.set(one, id);
  return found;
}

/** The ids with each replaced one as the one that replaces it; the same array if there is none. */
export function withReplacements(
  ids: readonly RevisionId[],
  replacements: ReadonlyMap<RevisionId, RevisionId>,
): readonly RevisionId[] {
  if (!ids.some((id) => replacements.has(id))) return ids;
  return sortTexts([...new Set(ids.map((id) => replacements.get(id) ?? id))]);
}

/**
 * Lets what follows a replaced revision, or depends on it, follow the one that replaces it: a branch that was begun before
 * the squash has such lines.
 */
export function followReplacements(
  revisions: readonly ManifestRevision[],
): readonly ManifestRevision[] {
  if (!revisions.some(({ replaces }) => replaces !== undefined)) return revisions;
  const replacements = replacementsIn(revisions);
  return revisions.map((revision) => {
    const parents = withReplacements(revision.parents, replacements);
    const dependsOn = withReplacements(revision.dependsOn, replacements);
    const same = parents === revision.parents && dependsOn === revision.dependsOn;
    return same ? revision : { ...revision, parents, dependsOn };
  });
}
