import type { Connection } from "../db/connection.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { readMentions } from "../sql/mentions.ts";
import type { Script } from "../sql/script.ts";

/**
 * Drops what a script left in the connection's temporary schema. Left there, a temporary table would take the
 * place of a table of the same name in the next script, and take its rows with it when the connection closes.
 *
 * @param script The text that has run: one without the word TEMP leaves nothing.
 * @throws {SqlError}
 */
export async function dropTemporaryObjects(connection: Connection, script: string): Promise<void> {
  if (!/temp/i.test(script)) return;
  // Triggers first, since they go with their view or table, or stay on a table of the main schema.
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

/** The same as statements, for a script that cannot look: what the script's text creates as temporary. */
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
