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

/** A change of the records that runs no script. */
export interface CheckedStamp {
  /** The revisions to record, parents first. Their texts are recorded too, so that they can be undone later. */
  readonly add: readonly CheckedUp[];
  /** The revisions to remove, children first. */
  readonly remove: readonly RevisionId[];
  /** Whether to delete all records first. */
  readonly purge: boolean;
  /** Whether the stamp decides the state of a revision, so that an interrupted run of it need not be resumed. */
  readonly settles: (id: RevisionId) => boolean;
  /** The removed revisions on disk. If a record has another text, that is its only copy, so the log keeps it. */
  readonly onDisk: readonly TextPair[];
}

/** A revision with the hashes of its texts. */
export interface TextPair {
  readonly id: RevisionId;
  readonly up: string;
  readonly down: string;
}

/** The result of a stamp. */
export interface StampOutcome {
  readonly stamp: CheckedStamp;
  /** The log entry that has the only copy of the texts of removed revisions; null if there is none. */
  readonly kept: { readonly entry: number; readonly ids: readonly RevisionId[] } | null;
}

/** A checked stamp, with the mark of the state for which it was planned. */
export interface MarkedStamp {
  readonly stamp: CheckedStamp;
  readonly mark: StateMark;
}

/** A marked stamp, and how to plan it again. */
export interface StampRequest extends MarkedStamp {
  readonly host: RunHost;
  /** Plans the stamp to the same revisions from the present state. Called if another process moved the database. */
  readonly replan: (connection: Connection) => Promise<MarkedStamp>;
  /** Set if the stamp adopts a database that existed before Aludel, which the log then records. */
  readonly baseline?: { readonly tables: number } | undefined;
}

/**
 * Changes only the records, in one transaction. A stamp that changes nothing is not logged.
 *
 * @returns The stamp, which may have been planned again.
 * @throws {AludelError} `lock-timeout`, `interrupted`, `policy-no-drafts`, and the errors of `replan`.
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

/** The texts of removed records that differ from the files. */
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
