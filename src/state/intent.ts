import type { Connection } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { LoggedDirection, LogStamp } from "./log.ts";
import { readFormat } from "./state_format.ts";
import { CLEAR_INTENTS, INTEND, INTENT_DONE, WITHDRAW_INTENT } from "./statements.ts";
import { appendLog } from "./write_state.ts";

/** A statement of a script that runs outside a transaction; `aludel_intent` keeps it until the script is done. */
export interface Intent {
  readonly revision: RevisionId;
  readonly direction: LoggedDirection;
  /** Counted from 1 within the script. */
  readonly statement: number;
  readonly sql: string;
  /** `intended`: it was about to run, and may have run. `done`: it has run. */
  readonly state: "intended" | "done";
  /** UTC to the second. */
  readonly at: string;
}

/**
 * Reads the statements of an unfinished script that have run or may have run, in the order of the script. The list is
 * empty if no script is unfinished or the database has no state tables.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readIntents(connection: Connection): Promise<Intent[]> {
  if (await readFormat(connection) === "absent") return [];
  const rows = await connection.query(
    "SELECT revision, direction, statement, sql, state, at FROM main.aludel_intent " +
      "ORDER BY revision, direction DESC, statement",
  );
  return rows.map((row) => ({
    revision: String(row["revision"]),
    direction: row["direction"] as LoggedDirection,
    statement: Number(row["statement"]),
    sql: String(row["sql"]),
    state: row["state"] as Intent["state"],
    at: String(row["at"]),
  }));
}

/**
 * Records that a statement is about to run. It must be committed before that; it may be repeated after a crash.
 * @throws {SqlError}
 */
export async function recordIntent(
  connection: Connection,
  intent: Omit<Intent, "state" | "at">,
  stamp: LogStamp,
): Promise<void> {
  const { revision, direction, statement, sql } = intent;
  const { at } = stamp;
  await INTEND.run(connection, { revision, direction, statement: BigInt(statement), sql, at });
  await appendLog(connection, {
    ...stamp,
    event: "off-intent",
    revision,
    details: { direction, statement },
  });
}

/**
 * Records that a statement has run.
 * @throws {SqlError}
 */
export async function recordDone(
  connection: Connection,
  intent: Omit<Intent, "state" | "at" | "sql">,
  stamp: LogStamp,
): Promise<void> {
  const { revision, direction, statement } = intent;
  const { at } = stamp;
  await INTENT_DONE.run(connection, { revision, direction, statement: BigInt(statement), at });
  await appendLog(connection, {
    ...stamp,
    event: "off-done",
    revision,
    details: { direction, statement },
  });
}

/**
 * Removes the record of a statement that was refused and changed nothing.
 * @throws {SqlError}
 */
export async function withdrawIntent(
  connection: Connection,
  { revision, direction, statement }: Omit<Intent, "state" | "at" | "sql">,
): Promise<void> {
  await WITHDRAW_INTENT.run(connection, { revision, direction, statement: BigInt(statement) });
}

/**
 * Removes the statements of a script that is done or was given up. It runs in the transaction that writes or removes
 * the revision's record.
 * @throws {SqlError}
 */
export async function clearIntents(connection: Connection, revision: RevisionId): Promise<void> {
  await CLEAR_INTENTS.run(connection, { revision });
}
