import { type Connection, SqlError } from "../../db/connection.ts";
import { quoteName } from "../../sql/identifier.ts";

/** The number of rows of each table, except tables of Aludel and SQLite, and shadow tables. */
type RowCounts = ReadonlyMap<string, number>;

/** A table before and after; null if it did not exist. */
export interface RowChange {
  readonly table: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** Counts the rows of every table that can be read. */
export async function countRows(connection: Connection): Promise<RowCounts> {
  const tables = await connection.query(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'aludel\\_%' ESCAPE '\\' ORDER BY name`,
  );
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const table = String(name);
    try {
      const [row] = await connection.query(`SELECT count(*) AS n FROM main.${quoteName(table)}`);
      counts.set(table, Number(row?.["n"]));
    } catch (error) {
      // It is a virtual table of a module that is not loaded.
      if (!(error instanceof SqlError)) throw error;
    }
  }
  return counts;
}

/** The tables whose numbers of rows differ, by name. */
export function rowChanges(before: RowCounts, after: RowCounts): RowChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((table) => ({
      table,
      before: before.get(table) ?? null,
      after: after.get(table) ?? null,
    }))
    .filter((change) => change.before !== change.after);
}
