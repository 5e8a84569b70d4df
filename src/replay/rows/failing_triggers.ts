import { type Connection, SqlError } from "../../db/connection.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import type { Schema, Table } from "../../schema/model/model.ts";

/**
 * Does something to a table; if that fails and the table has triggers, once more without them. They are
 * there again afterwards.
 *
 * @param action Gives what went wrong, in SQLite's words, or undefined.
 * @returns What went wrong the last time.
 */
export async function withoutFailingTriggers(
  connection: Connection,
  schema: Schema,
  table: Table,
  action: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const reason = await action();
  if (reason === undefined) return undefined;
  const key = foldName(table.name);
  const triggers = [...schema.triggers.values()].filter((trigger) =>
    foldName(trigger.table) === key
  );
  if (triggers.length === 0) return reason;
  for (const { name } of triggers) await connection.execute(`DROP TRIGGER ${quoteName(name)}`);
  try {
    return await action();
  } finally {
    for (const { sql } of triggers) await connection.execute(sql);
  }
}

/** What SQLite says when it refuses an action, as text. */
export async function refusalOf(action: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error.sqlite;
    throw error;
  }
}
