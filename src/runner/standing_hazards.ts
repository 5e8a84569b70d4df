import type { Connection } from "../db/connection.ts";
import { SqlError } from "../db/connection.ts";
import { openScratch } from "../db/open_scratch.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { indexedContent } from "../sql/indexed_content.ts";
import type { Hazard } from "./hazard.ts";

/** Of some hazards those that meet rows: a table that is not there, or is empty, has nothing to lose. */
export async function standingHazards(
  connection: Connection,
  hazards: readonly Hazard[],
): Promise<Hazard[]> {
  const found: Hazard[] = [];
  const rows = new Map<string, boolean>();
  for (const hazard of hazards) {
    for (const table of hazard.tables) {
      if (!rows.has(table)) rows.set(table, await mayHaveRows(connection, table));
      if (!rows.get(table)) continue;
      if (hazard.rebuild !== undefined && await keeps(connection, table, hazard.rebuild)) continue;
      found.push(hazard);
      break;
    }
  }
  return found;
}

async function mayHaveRows(connection: Connection, table: string): Promise<boolean> {
  try {
    const rows = await connection.query(`SELECT 1 FROM main.${quoteName(table)} LIMIT 1`);
    return rows.length > 0;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // Where SQLite cannot look, as into a virtual table of a module that is not here, there may be anything.
    return !error.sqlite.startsWith("no such table: ");
  }
}

/** Whether nothing is lost with the old table: the new one has its columns, or it was an index over another's rows. */
async function keeps(connection: Connection, table: string, creation: string): Promise<boolean> {
  const [row] = await connection.query(
    "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)",
    [table],
  );
  return indexedContent(String(row?.["sql"] ?? "")) !== undefined ||
    await keepsColumns(connection, table, creation);
}

/** Whether the new table has every stored column of the old one, going by their names. */
async function keepsColumns(
  connection: Connection,
  table: string,
  creation: string,
): Promise<boolean> {
  await using scratch = openScratch({ doubleQuotedStrings: true });
  try {
    await scratch.execute(creation);
    const created = await scratch.query(
      "SELECT c.name FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c " +
        "WHERE t.schema = 'main' AND t.type <> 'shadow' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    );
    const kept = new Set(created.map((row) => foldName(String(row["name"]))));
    // Generated columns are computed again, and hidden ones of virtual tables hold nothing:
    // https://sqlite.org/pragma.html#pragma_table_xinfo
    const old = await connection.query(
      "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0",
      [table],
    );
    return kept.size > 0 && old.every((row) => kept.has(foldName(String(row["name"]))));
  } catch (error) {
    // CREATE TABLE AS SELECT, or a function of the application: nobody can tell without running it.
    if (error instanceof SqlError) return false;
    throw error;
  }
}
