import type { Revision } from "./revision.ts";
import { foldName } from "./revision_name.ts";

/**
 * The revisions on disk joined with those recorded in a database: where both know an id, the disk wins. A
 * revision that only the database knows comes last, and without labels that the disk now uses otherwise.
 */
export function joinRevisions(
  disk: readonly Revision[],
  recorded: readonly Revision[],
): readonly Revision[] {
  const ids = new Set(disk.map((revision) => revision.id));
  const unknown = recorded.filter((revision) => !ids.has(revision.id));
  if (unknown.length === 0) return disk;
  const taken = new Set([...disk, ...unknown].map((revision) => foldName(revision.id)));
  for (const { labels } of disk) for (const label of labels) taken.add(foldName(label));
  const free = unknown.map((revision) => ({
    ...revision,
    labels: revision.labels.filter((label) => !taken.has(foldName(label))),
  }));
  return [...disk, ...free];
}
