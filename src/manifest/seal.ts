import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import {
  type ActualHashes,
  type DownHash,
  type Manifest,
  type ManifestRevision,
  requireKnown,
  type TextHash,
} from "./manifest.ts";
import type { Change } from "./verdict.ts";
import { say, shell } from "../text/next_step.ts";

/** The task of `aludel seal`. */
export interface SealRequest {
  /** The revisions to seal, or all of them. */
  readonly ids: readonly RevisionId[] | "all";
  readonly hashesOf: (id: RevisionId) => ActualHashes;
  /**
   * `drafts`: seals drafts and refuses an edited revision · `cosmetic`: signs edited ones again if only
   * space and comments changed · `force`: signs edited ones again whatever changed.
   */
  readonly mode: "drafts" | "cosmetic" | "force";
  /** The difference between an edited revision and its sealed text; called only in mode `cosmetic`. */
  readonly changeOf: (id: RevisionId) => Change;
}

/** The result of sealing. Ids are in the manifest's order. */
export interface SealResult {
  readonly manifest: Manifest;
  /** Drafts that were sealed. */
  readonly sealed: readonly RevisionId[];
  /** Sealed revisions that were signed again; `was` has their old pair. */
  readonly resealed: readonly RevisionId[];
  /** Sealed revisions whose files have the sealed hashes. */
  readonly unchanged: readonly RevisionId[];
}

/**
 * Records the hashes of revisions in the manifest: all that were asked for, or none.
 *
 * Signing again moves the old pair to the end of `was`, so that the git hook and databases still accept it. If `was`
 * had the new pair, it is removed there.
 *
 * @throws {AludelError} `revision-unknown`, `seal-no-up` (a folder without up.sql), `seal-edited` (a
 * sealed revision differs, and the mode does not allow signing it again).
 */
export function seal(manifest: Manifest, request: SealRequest): SealResult {
  const asked = request.ids === "all" ? undefined : new Set(request.ids);
  requireKnown(manifest, asked ?? []);
  const done = { sealed: [] as string[], resealed: [] as string[], unchanged: [] as string[] };
  const withoutUp: RevisionId[] = [];
  const edited: RevisionId[] = [];
  const revisions = manifest.revisions.map((revision) => {
    if (asked !== undefined && !asked.has(revision.id)) return revision;
    const actual = request.hashesOf(revision.id);
    if (actual.up === null) {
      withoutUp.push(revision.id);
      return revision;
    }
    const up = actual.up;
    const down: DownHash = actual.down ?? "none";
    if (revision.up === null || revision.down === null) {
      done.sealed.push(revision.id);
      return { ...revision, up, down };
    }
    if (revision.up === up && revision.down === down) {
      done.unchanged.push(revision.id);
      return revision;
    }
    const allowed = request.mode === "force" ||
      (request.mode === "cosmetic" && request.changeOf(revision.id) === "cosmetic");
    (allowed ? done.resealed : edited).push(revision.id);
    return allowed ? { ...revision, up, down, was: earlierPairs(revision, up, down) } : revision;
  });
  if (withoutUp.length > 0) throw noUpError(withoutUp);
  if (edited.length > 0) throw editedError(edited, request.mode);
  return { manifest: { revisions }, ...done };
}

function earlierPairs(
  revision: ManifestRevision,
  up: TextHash,
  down: DownHash,
): ManifestRevision["was"] {
  if (revision.up === null || revision.down === null) return revision.was;
  const { up: oldUp, down: oldDown } = revision;
  const others = revision.was.filter(([u, d]) =>
    !(u === up && d === down) && !(u === oldUp && d === oldDown)
  );
  return [...others, [oldUp, oldDown]];
}

function noUpError(ids: readonly RevisionId[]): AludelError {
  const [first = ""] = ids;
  return new AludelError("seal-no-up", `Revision "${first}" has no up.sql to seal`, {
    revision: first,
    notes: ids.slice(1).map((id) => `nor has "${id}"`),
    outcome: "Nothing was sealed",
    next: [say("Write its up.sql"), shell`aludel verify --fix # or take the revision out`],
  });
}

function editedError(ids: readonly RevisionId[], mode: SealRequest["mode"]): AludelError {
  const [first = ""] = ids;
  const message = mode === "cosmetic"
    ? `More than space and comments changed in sealed revision "${first}"`
    : `Revision "${first}" is sealed, and its files changed since`;
  return new AludelError("seal-edited", message, {
    revision: first,
    notes: ids.slice(1).map((id) => `so did "${id}"`),
    outcome: "Nothing was sealed",
    next: mode === "cosmetic"
      ? [shell`aludel seal --force ${ids}`]
      : [shell`aludel seal --cosmetic ${ids}`, shell`aludel seal --force ${ids}`],
  });
}
