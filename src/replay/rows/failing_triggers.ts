import type { Connection } from "../../db/connection.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import type { Schema, Table } from "../../schema/model/model.ts";

/**
 * Changes a table; if SQLite refuses and the table has triggers, tries once more without them. Afterwards they are there
 * again.
 *
 * @param action Gives SQLite's words if it refuses.
 * @returns Its words at the last try.
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
