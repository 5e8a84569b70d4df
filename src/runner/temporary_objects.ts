import type { Connection } from "../db/connection.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { readMentions } from "../sql/mentions.ts";
import type { Script } from "../sql/script.ts";

/**
 * Drops the temporary objects that a script left. Otherwise a temporary table would hide a table of the same name from
 * the next script, and the rows written to it would be lost when the connection closes.
 *
 * @param script The text that ran. A text without the word TEMP leaves nothing.
 * @throws {SqlError}
 */
export async function dropTemporaryObjects(connection: Connection, script: string): Promise<void> {
  if (!/temp/i.test(script)) return;
  // Triggers come first, because dropping a view or table also drops its triggers.
  const objects = await connection.query(
    `SELECT type, name FROM temp.sqlite_schema
     WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       AND name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'temp' AND type = 'shadow')
     ORDER BY type <> 'trigger', type <> 'view'`,
  );
  for (const { type, name } of objects) {
    await connection.execute(`DROP ${type} temp.${quoteName(String(name))}`);
  }
}

/** Returns statements that drop the temporary objects which a script creates, for the sqlite3 shell. */
export function dropTemporaryText({ text, statements }: Script): string[] {
  if (!/temp/i.test(text)) return [];
  const created = statements.flatMap((statement) => readMentions(text, statement))
    .filter(({ schema, inTrigger }) =>
      !inTrigger && schema !== undefined && foldName(schema) === "temp"
    );
  return DROP_ORDER.flatMap(([kind, type]) =>
    created.filter((mention) => mention.kind === kind)
      .map(({ name }) => `DROP ${type} IF EXISTS temp.${quoteName(name)};`)
  );
}

const DROP_ORDER = [
  ["create-trigger", "TRIGGER"],
  ["create-view", "VIEW"],
  ["create-table", "TABLE"],
  ["create-virtual-table", "TABLE"],
] as const;
