import type { Connection } from "../../db/connection.ts";
import { fileUri, openDatabase } from "../../db/open.ts";
import type { LostRows } from "../../runner/request.ts";
import { quoteText } from "../../sql/identifier.ts";
import { TableKeeper } from "./table_keeper.ts";

/** What every file of lost rows says of itself, for a person who opens it with sqlite3. */
const ABOUT =
  "Rows that a run of Aludel took, as they were before. Each table is called as it was; aludel_fate says whether a row is " +
  "gone or changed, aludel_written has the values that the run wrote instead, aludel_schema the schema before. " +
  "To put them back: aludel restore POINT --rows";

/** The format of the file's own tables. */
export const ROWS_FORMAT = 1;

/** The tables of the file that are not the user's. */
const OWN_TABLES = `
CREATE TABLE aludel_point (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE aludel_schema (type TEXT, name TEXT, tbl_name TEXT, sql TEXT);
CREATE TABLE aludel_table (name TEXT PRIMARY KEY, now TEXT, key TEXT NOT NULL, gone INTEGER NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE aludel_column (tbl TEXT, name TEXT, now TEXT, PRIMARY KEY (tbl, name)) WITHOUT ROWID;
CREATE TABLE aludel_written (tbl TEXT, row INTEGER, name TEXT, value, PRIMARY KEY (tbl, row, name)) WITHOUT ROWID`;

/** Where lost rows go, and how much room they may take. */
export interface LostRowsRequest {
  /** An empty file. */
  readonly file: string;
  /** The database's path. A new reader of it sees the state before the run. */
  readonly database: string;
  /** What was lost, by the keys of its rows, and the connection that took it. */
  readonly lost: { readonly fresh: Connection; readonly tables: readonly LostRows[] };
  readonly reason: string;
  readonly created: string;
  /** More than this is not small any more, in bytes. */
  readonly limit: number;
}

/**
 * Writes the rows that a run took into a database of their own, copied by SQLite from the state before it, so that every
 * value is what it was: types, digits, bytes that are no text.
 *
 * @throws {RowsUnfit}
 * @throws {SqlError}
 */
export async function writeLostRows(request: LostRowsRequest): Promise<void> {
  const { file, database, lost, limit } = request;
  await using kept = await openDatabase({ path: file, mode: "write" });
  // Both must have one encoding, which is set before there is a table.
  const [{ encoding } = {}] = await lost.fresh.query("PRAGMA main.encoding");
  await kept.execute(`PRAGMA main.encoding = ${quoteText(String(encoding))}`);
  await kept.execute(`ATTACH ${quoteText(fileUri(database, "mode=ro"))} AS old`);
  await kept.execute("BEGIN");
  for (const sql of OWN_TABLES.split(";")) await kept.execute(sql);
  await describe(kept, request);
  for (const table of lost.tables) await new TableKeeper(kept, lost.fresh, limit).keep(table);
  await kept.execute("COMMIT");
}

async function describe(kept: Connection, { reason, created }: LostRowsRequest): Promise<void> {
  const facts = { about: ABOUT, format: BigInt(ROWS_FORMAT), reason, created };
  for (const [key, value] of Object.entries(facts)) {
    await kept.query("INSERT INTO main.aludel_point VALUES (?, ?)", [key, value]);
  }
  await kept.execute(
    `INSERT INTO main.aludel_schema SELECT type, name, tbl_name, sql FROM old.sqlite_schema
     WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'aludel\\_%' ESCAPE '\\' ORDER BY rowid`,
  );
}
