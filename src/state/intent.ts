import type { Connection } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { LoggedDirection, LogStamp } from "./log.ts";
import { readFormat } from "./state_format.ts";
import { appendLog } from "./write_state.ts";

/** A statement of a script that runs outside a transaction, as `aludel_intent` keeps it until the script is done. */
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
 * Reads which statements of an unfinished script have run and which may have: in order of statement, empty
 * where nothing is unfinished or the database has no state tables.
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
 * Says that a statement is about to run. To be committed before it does; saying it again after a crash is fine.
 * @throws {SqlError}
 */
export async function recordIntent(
  connection: Connection,
  intent: Omit<Intent, "state" | "at">,
  stamp: LogStamp,
): Promise<void> {
  const { revision, direction, statement } = intent;
  await connection.query(
    "INSERT OR REPLACE INTO main.aludel_intent (revision, direction, statement, sql, state, at) " +
      "VALUES (?, ?, ?, ?, 'intended', ?)",
    [revision, direction, BigInt(statement), intent.sql, stamp.at],
  );
  await appendLog(connection, {
    ...stamp,
    event: "off-intent",
    revision,
    details: { direction, statement },
  });
}

/**
 * Says that a statement has run.
 * @throws {SqlError}
 */
export async function recordDone(
  connection: Connection,
  intent: Omit<Intent, "state" | "at" | "sql">,
  stamp: LogStamp,
): Promise<void> {
  const { revision, direction, statement } = intent;
  await connection.query(
    "UPDATE main.aludel_intent SET state = 'done', at = ? " +
      "WHERE revision = ? AND direction = ? AND statement = ?",
    [stamp.at, revision, direction, BigInt(statement)],
  );
  await appendLog(connection, {
    ...stamp,
    event: "off-done",
    revision,
    details: { direction, statement },
  });
}

/**
 * Takes back that a statement is about to run: it was refused and changed nothing.
 * @throws {SqlError}
 */
export async function withdrawIntent(
  connection: Connection,
  { revision, direction, statement }: Omit<Intent, "state" | "at" | "sql">,
): Promise<void> {
  await connection.query(
    "DELETE FROM main.aludel_intent WHERE revision = ? AND direction = ? AND statement = ?",
    [revision, direction, BigInt(statement)],
  );
}

/**
 * Forgets the statements of a script that is done or was given up: in the transaction that writes the
 * revision's record or takes it away.
 * @throws {SqlError}
 */
export async function clearIntents(connection: Connection, revision: RevisionId): Promise<void> {
  await connection.query("DELETE FROM main.aludel_intent WHERE revision = ?", [revision]);
}
