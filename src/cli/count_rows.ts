import { type Connection, SqlError } from "../db/connection.ts";
import { foldName, quoteName } from "../sql/identifier.ts";

/** Counts rows of a database's tables, each table once and when it is first asked for. */
export function rowCounter(
  connection: Connection | null,
): (table: string) => Promise<number | undefined> {
  const known = new Map<string, Promise<number | undefined>>();
  return (table) => {
    const key = foldName(table);
    let count = known.get(key);
    if (count === undefined) known.set(key, count = countRows(connection, table));
    return count;
  };
}

async function countRows(
  connection: Connection | null,
  table: string,
): Promise<number | undefined> {
  try {
    const [row] = await connection?.query(`SELECT count(*) AS n FROM main.${quoteName(table)}`) ??
      [];
    return row === undefined ? undefined : Number(row["n"]);
  } catch (error) {
    // Not there yet, or a virtual table of a module that is not here.
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}
