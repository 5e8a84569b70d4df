import type { Connection, Row, SqlValue } from "../../db/connection.ts";
import { openDatabase } from "../../db/open.ts";
import { literal } from "../../db/server/batch.ts";
import { AludelError } from "../../errors.ts";
import { foldName, freeRowidName, quoteName } from "../../sql/identifier.ts";
import { indexedContent } from "../../sql/token_reader.ts";
import { say } from "../../text/next_step.ts";

/** The number of rows that are read at once in a transaction. */
const PORTION = 500;

/** The maximum length of the values in one statement. */
const LONGEST_TEXT = 200_000;

/** A table to copy. */
interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Whether it is a full-text index of another table's rows. */
  readonly indexes: boolean;
  /** The name of its rowid; undefined for a table without rowids, or if a column is the rowid. */
  readonly rowid: string | undefined;
}

/** A full-text index whose rows are not stored: https://sqlite.org/fts5.html#contentless_tables */
const CONTENTLESS = /\bcontent\s*=\s*(?:''|"")/i;

/** Tables of SQLite or Cloudflare. */
const FOREIGN = /^(?:sqlite_|_cf_)/i;

/**
 * Copies a database into a file by SQL: the schema, then the rows with their rowids, all digits and bytes. This is for
 * servers whose pages cannot be read. Text that is not UTF-8 cannot be copied.
 *
 * @param connection In a transaction; if its transactions are batches, its tables are read in one batch.
 * @param file An empty file.
 * @throws {AludelError} `copy-failed` for a full-text index without content, which SQL cannot read.
 * @throws {SqlError}
 */
export async function copyByRows(
  connection: Connection,
  file: string,
  interrupted: () => void,
): Promise<void> {
  await using copy = await openDatabase({ path: file, mode: "write", doubleQuotedStrings: true });
  await copy.execute("BEGIN");
  await pour(connection, copy, interrupted);
  await copy.execute("COMMIT");
}

/**
 * Replaces the content of a database by that of another one, in the open transaction.
 * @throws As {@linkcode copyByRows}.
 */
export async function replaceByRows(
  live: Connection,
  source: Connection,
  interrupted: () => void,
): Promise<void> {
  const { objects } = await readTables(live);
  const order = ["trigger", "view", "table"];
  for (const type of order) {
    // Later objects come first, because they may refer to earlier ones.
    for (const row of objects.filter((one) => one["type"] === type).toReversed()) {
      await live.execute(`DROP ${type} IF EXISTS main.${quoteName(String(row["name"]))}`);
    }
  }
  await pour(source, live, interrupted);
}

/** Copies a database into an empty one. */
async function pour(
  connection: Connection,
  copy: Connection,
  interrupted: () => void,
): Promise<void> {
  const { objects, tables } = await readTables(connection);
  const isTable = ({ type }: Row) => type === "table";
  for (const { sql } of objects.filter(isTable)) await copy.execute(String(sql));
  await copyRows(connection, copy, tables.filter(({ indexes }) => !indexes), interrupted);
  for (const { name } of tables.filter(({ indexes }) => indexes)) {
    await copy.execute(
      `INSERT INTO main.${quoteName(name)} (${quoteName(name)}) VALUES ('rebuild')`,
    );
  }
  for (const { sql } of objects.filter((row) => !isTable(row))) await copy.execute(String(sql));
}

async function readTables(connection: Connection) {
  const begins = connection.batch !== undefined;
  if (begins) await connection.execute("BEGIN");
  try {
    const all = await connection.query(
      "SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY type <> 'table', type <> 'index', type <> 'view', rowid",
    );
    const listed = await connection.query(
      "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'",
    );
    const kinds = new Map(listed.map((row) => [foldName(String(row["name"])), row]));
    const objects = all.filter(({ name }) =>
      !FOREIGN.test(String(name)) && kinds.get(foldName(String(name)))?.["type"] !== "shadow"
    );
    const tables: CopiedTable[] = [];
    for (const { type, name, sql } of objects) {
      if (type !== "table") continue;
      const kind = kinds.get(foldName(String(name)));
      const isVirtual = kind?.["type"] === "virtual";
      const columns = (await connection.query(
        "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0 ORDER BY cid",
        [name!],
      )).map((row) => String(row["name"]));
      // An index of another table's rows is built again.
      const indexes = isVirtual && indexedContent(String(sql)) !== undefined;
      if (isVirtual && CONTENTLESS.test(String(sql))) throw unreadable(String(name));
      const hasRowid = isVirtual ? /\busing\s+fts/i.test(String(sql)) : !kind?.["wr"];
      tables.push({
        name: String(name),
        columns,
        indexes,
        rowid: hasRowid && columns.length < 100 ? freeRowidName(columns) : undefined,
      });
    }
    if (all.some(({ sql }) => /\bAUTOINCREMENT\b/i.test(String(sql)))) {
      tables.push({
        name: "sqlite_sequence",
        columns: ["name", "seq"],
        indexes: false,
        rowid: undefined,
      });
    }
    return { objects, tables };
  } finally {
    if (begins) await connection.execute("ROLLBACK");
  }
}

async function copyRows(
  connection: Connection,
  copy: Connection,
  tables: readonly CopiedTable[],
  interrupted: () => void,
): Promise<void> {
  if (connection.batch !== undefined) {
    const found = await connection.batch.readTogether(tables.map((table) => selectText(table)));
    for (const [at, table] of tables.entries()) await write(copy, table, found[at] ?? []);
    return;
  }
  for (const table of tables) {
    for (let done = 0;;) {
      interrupted();
      const order = table.rowid === undefined ? "" : ` ORDER BY ${table.rowid}`;
      const sql = `${selectText(table)}${order} LIMIT ${PORTION} OFFSET ${done}`;
      const rows = await connection.query(sql);
      await write(copy, table, rows);
      done += rows.length;
      if (rows.length < PORTION) break;
    }
  }
}

/** A query for all values as text, after a letter for the type, so that neither JSON nor a protocol changes them. */
function selectText({ name, columns, rowid }: CopiedTable): string {
  const list = [...rowid === undefined ? [] : [rowid], ...columns.map(quoteName)].map(
    (column, at) =>
      `CASE typeof(${column}) WHEN 'integer' THEN 'i' || ${column} WHEN 'real' THEN 'r' || quote(${column}) ` +
      `WHEN 'text' THEN 't' || ${column} WHEN 'blob' THEN 'b' || hex(${column}) END AS v${at}`,
  );
  return `SELECT ${list.join(", ")} FROM main.${quoteName(name)}`;
}

async function write(
  copy: Connection,
  { name, columns, rowid }: CopiedTable,
  rows: readonly Row[],
): Promise<void> {
  if (name === "sqlite_sequence") await copy.execute("DELETE FROM main.sqlite_sequence");
  const into = [...rowid === undefined ? [] : [rowid], ...columns.map(quoteName)];
  const head = `INSERT INTO main.${quoteName(name)} (${into.join(", ")}) VALUES `;
  let values: string[] = [];
  let length = 0;
  // A statement has many rows, because a server needs a request for each statement.
  for (const [at, row] of rows.entries()) {
    const text = `(${into.map((_, column) => literal(valueOf(row[`v${column}`]))).join(", ")})`;
    values.push(text);
    length += text.length;
    if (length < LONGEST_TEXT && at < rows.length - 1) continue;
    await copy.execute(head + values.join(", "));
    [values, length] = [[], 0];
  }
}

function valueOf(text: SqlValue | undefined): SqlValue {
  if (typeof text !== "string") return null;
  const rest = text.slice(1);
  switch (text[0]) {
    case "i":
      return BigInt(rest);
    case "r":
      return Number(rest);
    case "b":
      return Uint8Array.from(rest.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    default:
      return rest;
  }
}

function unreadable(table: string): AludelError {
  return new AludelError("copy-failed", `The rows of "${table}" cannot be copied`, {
    notes: [
      "It is a full-text index without content, and the server does not allow its pages to be read",
    ],
    next: [say("Make a copy with the server's own tools")],
  });
}
