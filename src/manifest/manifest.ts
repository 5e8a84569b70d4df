import type { TextHash } from "../digest.ts";
import { AludelError } from "../errors.ts";
import type { Revision, RevisionId } from "../graph/revision.ts";
import { shell } from "../text/next_step.ts";

export type { TextHash };

/** A sealed down: its hash, or `"none"` for a revision that cannot be undone. */
export type DownHash = TextHash | "none";

/** One line of the manifest. Arrays are sorted. */
export interface ManifestRevision extends Revision {
  /** The folder's name inside the migrations folder. */
  readonly dir: string;
  readonly message: string;
  /** UTC to the second: `2026-11-23T10:15:00Z`. */
  readonly created: string;
  /** `null` in a draft. */
  readonly up: TextHash | null;
  /** `null` in a draft. */
  readonly down: DownHash | null;
  /** Earlier `[up, down]` pairs that a re-signing replaced, oldest first. */
  readonly was: readonly (readonly [TextHash, DownHash])[];
  /** In a squashed revision: the revisions that it replaces, which are no longer in the manifest. */
  readonly replaces?: readonly RevisionId[];
}

/** The content of `manifest.json`: revisions sorted by id. */
export interface Manifest {
  readonly revisions: readonly ManifestRevision[];
}

/** The hashes of the canonical texts that a revision's folder has now; null if there is no file. */
export interface ActualHashes {
  readonly up: TextHash | null;
  readonly down: TextHash | null;
}

/** The canonical texts themselves, or earlier ones; null if there is no file. */
export interface CanonicalTexts {
  readonly up: string | null;
  readonly down: string | null;
}

/** The newest layout of `manifest.json` that this code reads and writes. */
export const MANIFEST_FORMAT = 2;

/** The first line of a manifest, without its newline. Format 2 is used only if a revision has `replaces`. */
export function firstLine({ revisions }: Manifest): string {
  const squashed = revisions.some(({ replaces }) => replaces !== undefined);
  return FIRST_LINES[squashed ? 1 : 0];
}

/** The first lines of all formats, oldest first. */
export const FIRST_LINES = [
  '{"format":1,"revisions":[',
  '{"format":2,"revisions":[',
] as const;

/** The last line. With a final null, every revision's line ends alike, so that git can merge them. */
export const LAST_LINE = "null]}";

/** The keys that every revision has, in the order in which they are written. */
export const REVISION_KEYS = [
  "id",
  "dir",
  "parents",
  "dependsOn",
  "labels",
  "message",
  "created",
  "up",
  "down",
  "was",
] as const;

/**
 * Formats a manifest canonically: one revision a line, sorted by id in UTF-16 code unit order (ids are ASCII), as
 * docs/formats.md, "The manifest", specifies. Arrays are sorted too, except `was`.
 *
 * @returns A text that {@linkcode parseManifest} reads back to an equal manifest.
 */
export function formatManifest(manifest: Manifest): string {
  const lines = sortById(manifest.revisions).map((revision) => `${formatRevision(revision)},\n`);
  return `${firstLine(manifest)}\n${lines.join("")}${LAST_LINE}\n`;
}

/** One revision's line, without the comma and the newline. */
export function formatRevision(revision: ManifestRevision): string {
  return JSON.stringify({
    id: revision.id,
    dir: revision.dir,
    parents: sortTexts(revision.parents),
    dependsOn: sortTexts(revision.dependsOn),
    labels: sortTexts(revision.labels),
    message: revision.message,
    created: revision.created,
    up: revision.up,
    down: revision.down,
    was: revision.was,
    ...(revision.replaces && { replaces: sortTexts(revision.replaces) }),
  });
}

/** Sorts revisions as the manifest does. Returns the same array if it is sorted. */
export function sortById(revisions: readonly ManifestRevision[]): readonly ManifestRevision[] {
  const sorted = revisions.every((revision, index) => {
    const before = revisions[index - 1];
    return before === undefined || before.id < revision.id;
  });
  return sorted ? revisions : revisions.toSorted((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Sorts texts in UTF-16 code unit order. Returns the same array if it is sorted. */
export function sortTexts(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : texts.toSorted();
}

/** @throws {AludelError} `revision-unknown` for an id that the manifest does not have. */
export function requireKnown(manifest: Manifest, ids: Iterable<RevisionId>): void {
  const known = new Set(manifest.revisions.map(({ id }) => id));
  for (const id of ids) {
    if (known.has(id)) continue;
    throw new AludelError("revision-unknown", `Revision "${id}" is not in the manifest`, {
      revision: id,
      next: [shell`aludel history # list the revisions`],
    });
  }
}

/** Maps each revision that a squash took out of the manifest to the revision that replaces it. */
export function replacementsIn(
  revisions: readonly ManifestRevision[],
): ReadonlyMap<RevisionId, RevisionId> {
  const found = new Map<RevisionId, RevisionId>();
  for (const { id, replaces } of revisions) for (const one of replaces ?? []) found.set(one, id);
  return found;
}

/** Puts the replacement in the place of each replaced id. Returns the same array if none is replaced. */
export function withReplacements(
  ids: readonly RevisionId[],
  replacements: ReadonlyMap<RevisionId, RevisionId>,
): readonly RevisionId[] {
  if (!ids.some((id) => replacements.has(id))) return ids;
  return sortTexts([...new Set(ids.map((id) => replacements.get(id) ?? id))]);
}

/**
 * Makes revisions that follow or depend on a replaced revision follow its replacement. A branch that was begun before
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
