import type { Connection } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import { type AppliedTexts, readTexts, type StateMark } from "../state/state.ts";
import { readPolicies } from "../state/policies.ts";
import { clearIntents, readIntents } from "../state/intent.ts";
import { ensureStateTables } from "../state/state_format.ts";
import { appendLog, deleteRevision, insertRevision, purgeRevisions } from "../state/write_state.ts";
import { refuseDrafts } from "./policies.ts";
import { type CheckedUp, type RunHost } from "./request.ts";
import { lockedTransaction } from "./write_lock.ts";
import { toSecond } from "../text/layout.ts";

/** A change of records without running anything. */
export interface CheckedStamp {
  /** Parents first. Their scripts are not run; their texts are recorded, so that they can be undone later. */
  readonly add: readonly CheckedUp[];
  /** Children first. */
  readonly remove: readonly RevisionId[];
  /** Erase all records first, whatever they say. */
  readonly purge: boolean;
  /** Whether the stamp says what became of a revision, so that an interrupted run of it is no question any more. */
  readonly settles: (id: RevisionId) => boolean;
  /** What the disk has of the removed ones: a record of another text is the only copy of what ran, and is kept in the log. */
  readonly onDisk: readonly TextPair[];
}

/** A revision with the hashes of its texts. */
export interface TextPair {
  readonly id: RevisionId;
  readonly up: string;
  readonly down: string;
}

/** A stamp that was made. */
export interface StampOutcome {
  readonly stamp: CheckedStamp;
  /** The entry of the log that has the only copy of some removed revisions' texts. */
  readonly kept: { readonly entry: number; readonly ids: readonly RevisionId[] } | null;
}

/** A checked stamp, with the mark of the state that it was made from. */
export interface MarkedStamp {
  readonly stamp: CheckedStamp;
  readonly mark: StateMark;
}

/** A marked stamp, and how to make it again. */
export interface StampRequest extends MarkedStamp {
  readonly host: RunHost;
  /** Makes the stamp to the same revisions from the state as it is now; called when another process moved it. */
  readonly replan: (connection: Connection) => Promise<MarkedStamp>;
  /** Given if the stamp takes over a database that was there before Aludel: the log says so. */
  readonly baseline?: { readonly tables: number } | undefined;
}

/**
 * Changes the records, and only them, in one transaction behind the write lock. A stamp that changes nothing leaves no
 * trace in the log.
 *
 * @returns What was changed.
 * @throws {AludelError} `lock-timeout`, `interrupted`, and what `replan` throws.
 */
export async function runStamp(request: StampRequest): Promise<StampOutcome> {
  const { host } = request;
  await using connection = await host.connect({ doubleQuotedStrings: false });
  let { stamp, mark } = request;
  for (;;) {
    const outcome = await lockedTransaction(
      connection,
      host,
      mark,
      () => changeRecords(connection, host, stamp, request.baseline),
    );
    if (!outcome.moved) return { stamp, kept: outcome.result };
    ({ stamp, mark } = await request.replan(connection));
    host.emit({ type: "replanned", steps: stamp.add.length + stamp.remove.length });
  }
}

async function changeRecords(
  connection: Connection,
  host: RunHost,
  { add, remove, purge, settles, onDisk }: CheckedStamp,
  baseline: StampRequest["baseline"],
): Promise<StampOutcome["kept"]> {
  refuseDrafts(await readPolicies(connection), add);
  const settled = new Set((await readIntents(connection)).map((intent) => intent.revision));
  for (const id of settled) if (!purge && !settles(id)) settled.delete(id);
  if (add.length + remove.length + settled.size === 0) return null;
  await ensureStateTables(connection);
  const texts = await textsToKeep(connection, remove, onDisk);
  const at = toSecond(host.clock.now());
  if (purge) await purgeRevisions(connection);
  else for (const id of remove) await deleteRevision(connection, id);
  for (const { record, texts } of add) {
    const row = { ...record, kind: "stamped", appliedAt: at, durationMs: 0 } as const;
    await insertRevision(connection, { ...row, appliedBy: host.appliedBy }, texts);
  }
  for (const id of settled) await clearIntents(connection, id);
  const [first] = add;
  if (baseline !== undefined && first !== undefined) {
    const event = { event: "baseline", revision: first.id, details: baseline } as const;
    await appendLog(connection, { at, by: host.appliedBy, ...event });
    return null;
  }
  await appendLog(connection, {
    at,
    by: host.appliedBy,
    event: "stamp",
    revision: null,
    details: {
      added: add.map((step) => step.id),
      removed: remove,
      purged: purge,
      ...(texts.size > 0 && { texts: Object.fromEntries(texts) }),
    },
  });
  const [row] = await connection.query("SELECT max(entry) AS entry FROM main.aludel_log");
  return texts.size === 0 ? null : { entry: Number(row?.["entry"]), ids: [...texts.keys()] };
}

/** The texts of removed records that are not on disk as they ran. */
async function textsToKeep(
  connection: Connection,
  remove: readonly RevisionId[],
  onDisk: readonly TextPair[],
): Promise<ReadonlyMap<RevisionId, AppliedTexts>> {
  const texts = new Map<RevisionId, AppliedTexts>();
  if (remove.length === 0) return texts;
  const pairs = new Map(onDisk.map((pair) => [pair.id, pair]));
  const removed = new Set(remove);
  const rows = await connection.query(
    "SELECT id, up_hash, down_hash FROM main.aludel_revision ORDER BY position",
  );
  for (const row of rows) {
    const id = String(row["id"]);
    const pair = pairs.get(id);
    if (!removed.has(id)) continue;
    if (pair !== undefined && pair.up === row["up_hash"] && pair.down === row["down_hash"]) {
      continue;
    }
    texts.set(id, (await readTexts(connection, id))!);
  }
  return texts;
}
