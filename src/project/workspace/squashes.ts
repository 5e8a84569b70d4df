import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import {
  type ManifestRevision,
  replacementsIn,
  withReplacements,
} from "../../manifest/manifest.ts";
import { lineages } from "../../manifest/verdict.ts";
import type { AppliedRevision } from "../../state/state.ts";
import { say, shell } from "../../text/next_step.ts";

/** A squash whose replaced revisions the database has all applied, but has not yet recorded as one. */
export interface PastSquash {
  /** The record that replaces theirs. */
  readonly record: AppliedRevision;
  /** In order of application. */
  readonly replaced: readonly RevisionId[];
}

/** A squash of which the database has applied only a part. */
export interface InsideSquash {
  readonly id: RevisionId;
  readonly applied: readonly RevisionId[];
  readonly missing: readonly RevisionId[];
}

/** Records as they will be after every squash that was fully applied. */
export interface FoldedRecords {
  readonly records: readonly AppliedRevision[];
  readonly past: readonly PastSquash[];
  /** The records that change because they follow a replaced revision. */
  readonly moved: readonly AppliedRevision[];
  readonly inside: readonly InsideSquash[];
}

/**
 * Replaces the records of squashed revisions by that of the squash, if all of them are there.
 *
 * A record whose lineage did not match before keeps it, so that it is still reported as changed.
 * @param records In order of application.
 */
export function foldSquashes(
  entries: ReadonlyMap<RevisionId, ManifestRevision>,
  records: readonly AppliedRevision[],
): FoldedRecords {
  const past: PastSquash[] = [];
  const inside: InsideSquash[] = [];
  const ids = new Set(records.map(({ id }) => id));
  const ended: ManifestRevision[] = [];
  for (const entry of entries.values()) {
    const { id, replaces, up } = entry;
    if (replaces === undefined || ids.has(id)) continue;
    const missing = replaces.filter((one) => !ids.has(one));
    if (missing.length === replaces.length) continue;
    if (missing.length === 0 && up !== null) ended.push(entry);
    else inside.push({ id, applied: replaces.filter((one) => ids.has(one)), missing });
  }
  if (ended.length === 0) return { records, past, moved: [], inside };
  const replacements = replacementsIn(ended);
  const known = new Map(records.map((record) => [record.id, record]));
  const before = lineages(records, (id) => known.get(id));
  const isSound = new Map(records.map(({ id, lineage }) => [id, before.get(id) === lineage]));
  const lastOf = new Map<RevisionId, AppliedRevision>();
  for (const record of records) {
    const by = replacements.get(record.id);
    if (by !== undefined) lastOf.set(by, record);
  }
  const folded = records.flatMap((record): AppliedRevision[] => {
    const by = replacements.get(record.id);
    if (by === undefined) {
      const parents = withReplacements(record.parents, replacements);
      const dependsOn = withReplacements(record.dependsOn, replacements);
      return [{ ...record, parents, dependsOn }];
    }
    if (lastOf.get(by) !== record) return [];
    const { id, parents, dependsOn, labels, message, up, down } = entries.get(by)!;
    const facts = { id, parents, dependsOn, labels, message, up: up!, down: down! };
    return [{ ...record, ...facts, kind: "stamped", durationMs: 0 }];
  });
  const byId = new Map(folded.map((record) => [record.id, record]));
  const now = lineages(folded, (id) => byId.get(id));
  const moved: AppliedRevision[] = [];
  const settled = folded.map((record) => {
    const wasSound = lastOf.has(record.id)
      ? entries.get(record.id)!.replaces!.every((one) => isSound.get(one))
      : isSound.get(record.id);
    const lineage = now.get(record.id);
    if (!wasSound || lineage === undefined || lineage === record.lineage) return record;
    const settled = { ...record, lineage };
    if (!lastOf.has(record.id)) moved.push(settled);
    return settled;
  });
  for (const { id, replaces } of ended) {
    const run = new Set(replaces);
    const replaced = records.filter((record) => run.has(record.id)).map((one) => one.id);
    past.push({ record: settled.find((record) => record.id === id)!, replaced });
  }
  return { records: settled, past, moved, inside };
}

/**
 * The error for a database that has applied a part of the squashed revisions: running the squash would create existing
 * objects again.
 * @param database The name of the database; null if it is clear from the context.
 */
export function squashInside(
  { id, applied, missing }: InsideSquash,
  database: string | null,
): AludelError {
  const subject = database === null ? "The database" : `Database "${database}"`;
  return new AludelError(
    "squash-inside",
    `${subject} is inside the run of revisions that "${id}" replaces`,
    {
      revision: id,
      notes: [
        `It has applied ${applied.length} of them, and not ${named(missing)}`,
      ],
      outcome: "Nothing was run",
      next: [
        shell`git log -1 -S ${`"${
          missing.at(-1)
        }"`} -- migrations/manifest.json # find the commit that squashed them`,
        say(
          `In a checkout from before that commit, run aludel upgrade on this database; it is recorded as "${id}" with the next run here`,
        ),
      ],
    },
  );
}

/** The number of revisions that a message names. */
const NAMED = 5;

function named(ids: readonly string[]): string {
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
  return ids.slice(0, NAMED).map((id) => `"${id}"`).join(", ") + more;
}
