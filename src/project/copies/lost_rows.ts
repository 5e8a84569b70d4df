import { type Connection, SqlError, type SqlValue } from "../../db/connection.ts";
import { fileUri } from "../../db/open.ts";
import { openDatabase } from "../../db/open.ts";
import type { LostRows } from "../../runner/request.ts";
import {
  type Affinity,
  affinityOf,
  foldName,
  freeRowidName,
  quoteName,
  quoteText,
} from "../../sql/identifier.ts";

/** How the rows of a table are told apart, and which of its columns hold values. */
export interface RowShape {
  readonly table: string;
  /** Columns whose values are stored. */
  readonly columns: readonly string[];
  /** How these store values, by their names; BLOB also for ANY of a STRICT table. */
  readonly storage: ReadonlyMap<string, Affinity>;
  /** Expressions for the key: a column or a name of the rowid, or the primary key of a WITHOUT ROWID table. */
  readonly key: readonly string[];
  /** Whether the key is a rowid that no column shows. */
  readonly hidden: boolean;
}

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

/** The rows cannot be kept alone: they are too many, or nothing distinguishes them. The whole database has to be copied. */
export class RowsUnfit extends Error {
  override readonly name = "RowsUnfit";
}

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

/** How often the size is looked at, in rows. */
const ROWS_A_LOOK = 256;

/**
 * Writes the rows that a run took into a database of their own, copied by SQLite from the state before it, so that every
 * value is what it was: types, digits, bytes that are no text.
 *
 * @throws {RowsUnfit}
 * @throws {SqlError}
 */
export async function writeLostRows(request: LostRowsRequest): Promise<void> {
  const { file, database, lost, limit } = request;
  await using kept = await openDatabase({ kind: "file", path: file }, { mode: "write" });
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

/** Keeps the rows of one table. */
class TableKeeper {
  readonly #kept: Connection;
  readonly #fresh: Connection;
  readonly #limit: number;

  constructor(kept: Connection, fresh: Connection, limit: number) {
    this.#kept = kept;
    this.#fresh = fresh;
    this.#limit = limit;
  }

  async keep(lost: LostRows): Promise<void> {
    const before = await readRowShape(this.#kept, "old", lost.table);
    const now = lost.now === null ? undefined : await readRowShape(this.#fresh, "main", lost.now);
    if (before === undefined || lost.now !== null && now === undefined) throw new RowsUnfit();
    const names = columnsNow(before, now, lost.renamed);
    const key = await this.#create(before);
    let gone = 0;
    let changed = 0;
    if (lost.rows === undefined) gone = await this.#copyAll(before);
    else {
      if (now !== undefined && now.key.length !== before.key.length) throw new RowsUnfit();
      await this.#refuseCutKeys(before);
      for await (const row of lost.rows) {
        const fate = await this.#copyRow(before, now, names, row);
        if (fate === "gone") gone++;
        if (fate === "changed") changed++;
        if ((gone + changed) % ROWS_A_LOOK === 0) await this.#checkSize();
      }
    }
    await this.#checkSize();
    await this.#kept.query("INSERT INTO main.aludel_table VALUES (?, ?, ?, ?, ?)", [
      before.table,
      now?.table ?? null,
      JSON.stringify(key),
      BigInt(gone),
      BigInt(changed),
    ]);
    for (const [name, nameNow] of names) {
      await this.#kept.query("INSERT INTO main.aludel_column VALUES (?, ?, ?)", [
        before.table,
        name,
        nameNow ?? null,
      ]);
    }
  }

  /**
   * Makes the table: the same columns without types, so that no value is converted, and without constraints.
   * @returns The columns that are the key.
   */
  async #create({ table, columns, key, hidden }: RowShape): Promise<readonly string[]> {
    if (/^(?:aludel|sqlite)_/i.test(table)) throw new RowsUnfit();
    const taken = new Set(columns.map(foldName));
    if (taken.has("aludel_fate") || taken.has("aludel_rowid") || taken.has("rowid")) {
      throw new RowsUnfit();
    }
    const list = [
      ...columns.map(quoteName),
      ...(hidden ? ["aludel_rowid"] : []),
      "aludel_fate",
    ];
    await this.#kept.execute(`CREATE TABLE main.${quoteName(table)} (${list.join(", ")})`);
    return hidden ? ["aludel_rowid"] : key;
  }

  #selectOld({ table, columns, key, hidden }: RowShape, fate: string): string {
    const list = [
      ...columns.map((column) => `o.${quoteName(column)}`),
      ...(hidden ? [`o.${quoteName(key[0]!)}`] : []),
      quoteText(fate),
    ];
    return `INSERT INTO main.${quoteName(table)} SELECT ${list.join(", ")} FROM old.${
      quoteName(table)
    } AS o`;
  }

  async #copyAll(shape: RowShape): Promise<number> {
    await this.#kept.execute(this.#selectOld(shape, "gone"));
    return await this.#changes();
  }

  /** Text is cut at a NUL when it is read, and a key that was cut may be that of another row. */
  async #refuseCutKeys({ table, key, hidden }: RowShape): Promise<void> {
    if (hidden) return;
    const cut = key.map(quoteName).map((column) =>
      `typeof(${column}) = 'text' AND instr(${column}, char(0))`
    );
    const found = await this.#kept.query(
      `SELECT 1 FROM old.${quoteName(table)} WHERE ${cut.join(" OR ")} LIMIT 1`,
    );
    if (found.length > 0) throw new RowsUnfit();
  }

  async #copyRow(
    before: RowShape,
    now: RowShape | undefined,
    names: ReadonlyMap<string, string | undefined>,
    key: readonly SqlValue[],
  ): Promise<"gone" | "changed" | "same"> {
    const where = before.key.map((column) => `o.${quoteName(column)} = ?`).join(" AND ");
    const select = this.#selectOld(before, "gone");
    await this.#kept.query(`${select} WHERE ${where}`, key);
    if (await this.#changes() !== 1) throw new RowsUnfit();
    const written = now && await this.#written(now, names, key);
    if (written === undefined) return "gone";
    const isOther = await this.#compare(before, written);
    const table = `main.${quoteName(before.table)}`;
    const last = `WHERE rowid = (SELECT max(rowid) FROM ${table})`;
    await this.#kept.execute(
      isOther
        ? `UPDATE ${table} SET aludel_fate = 'changed' ${last}`
        : `DELETE FROM ${table} ${last}`,
    );
    return isOther ? "changed" : "same";
  }

  /** What the run has put into the row: column before → literal; undefined if the row is gone. */
  async #written(
    now: RowShape,
    names: ReadonlyMap<string, string | undefined>,
    key: readonly SqlValue[],
  ): Promise<ReadonlyMap<string, string | undefined> | undefined> {
    const there = [...names].filter(([, name]) => name !== undefined);
    const list = there.map(([, name], at) => `${literal(quoteName(name!))} AS c${at}`);
    const where = now.key.map((column) => `${quoteName(column)} = ?`).join(" AND ");
    const [row] = await this.#fresh.query(
      `SELECT ${["1 AS found", ...list].join(", ")} FROM main.${
        quoteName(now.table)
      } WHERE ${where}`,
      key,
    );
    if (row === undefined) return undefined;
    const written = new Map<string, string | undefined>(
      [...names.keys()].map((name) => [name, undefined]),
    );
    there.forEach(([name], at) => written.set(name, String(row[`c${at}`])));
    return written;
  }

  /** Keeps the values that the run wrote, and says whether any value of before is not there any more. */
  async #compare(
    { table }: RowShape,
    written: ReadonlyMap<string, string | undefined>,
  ): Promise<boolean> {
    const from = `main.${quoteName(table)} AS t`;
    const last = `t.rowid = (SELECT max(rowid) FROM main.${quoteName(table)})`;
    let isOther = false;
    for (const [name, value] of written) {
      const column = `t.${quoteName(name)}`;
      if (value === undefined) {
        const gone = await this.#kept.query(
          `SELECT 1 FROM ${from} WHERE ${last} AND ${column} IS NOT NULL`,
        );
        isOther ||= gone.length > 0;
        continue;
      }
      await this.#kept.execute(
        `INSERT INTO main.aludel_written SELECT ${quoteText(table)}, t.rowid, ${
          quoteText(name)
        }, w.value
         FROM ${from}, (SELECT ${value} AS value) AS w WHERE ${last} AND NOT (${
          sameValue("w.value", column)
        })`,
      );
      isOther = await this.#changes() > 0 || isOther;
    }
    return isOther;
  }

  async #changes(): Promise<number> {
    const [row] = await this.#kept.query("SELECT changes() AS n");
    return Number(row?.["n"]);
  }

  async #checkSize(): Promise<void> {
    const [row] = await this.#kept.query(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count('main'), pragma_page_size('main')",
    );
    if (Number(row?.["bytes"]) > this.#limit) throw new RowsUnfit();
  }
}

/** Column before → its name now; undefined if it is gone. */
function columnsNow(
  before: RowShape,
  now: RowShape | undefined,
  renamed: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string | undefined> {
  const present = new Map(now?.columns.map((name) => [foldName(name), name]));
  return new Map(before.columns.map((name) => {
    const other = renamed?.get(foldName(name)) ?? name;
    return [name, present.get(foldName(other))];
  }));
}

/** Whether two values are one: of one type, equal, and bytewise if they are text. */
export function sameValue(a: string, b: string): string {
  return `typeof(${a}) = typeof(${b}) AND (+${a}) COLLATE BINARY IS (+${b})`;
}

/**
 * Whether a column holds a value, be it as the equal one of the type that it stores: '8' may be 8, but '007' not 7.
 * @param now The value in the column.
 * @param storage The column's affinity; BLOB if it takes every value as it is.
 */
export function keepsValue(now: string, value: string, storage: Affinity): string {
  const isNumber = (one: string) => `typeof(${one}) IN ('integer', 'real')`;
  const isText = (one: string) => `typeof(${one}) = 'text'`;
  const asText = (number: string, text: string) =>
    `${isNumber(number)} AND ${
      isText(text)
    } AND CAST(${number} AS TEXT) COLLATE BINARY IS (+${text})`;
  const same = sameValue(now, value);
  if (storage === "BLOB") return `(${same})`;
  if (storage === "TEXT") return `(${same} OR ${asText(value, now)})`;
  const equal = `${isNumber(now)} AND ${isNumber(value)} AND +${now} IS +${value}`;
  return `(${same} OR ${equal} OR ${asText(now, value)})`;
}

/** An SQL expression for a literal of a value that loses nothing of it: TEXT may hold a NUL. */
export function literal(value: string): string {
  return `CASE typeof(${value}) WHEN 'text' THEN 'CAST(x''' || hex(${value}) || ''' AS TEXT)' ELSE quote(${value}) END`;
}

/**
 * How the rows of a table are told apart.
 * @param schema `main` or the name of an attached database.
 * @returns undefined if there is no such table, or nothing tells its rows apart.
 */
export async function readRowShape(
  connection: Connection,
  schema: string,
  table: string,
): Promise<RowShape | undefined> {
  try {
    const [found] = await connection.query(
      "SELECT name, wr, strict FROM pragma_table_list WHERE schema = ? AND type = 'table' AND name = ? COLLATE NOCASE",
      [schema, table],
    );
    if (found === undefined) return undefined;
    const name = String(found["name"]);
    const rows = await connection.query(
      "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, ?) ORDER BY cid",
      [name, schema],
    );
    const stored = rows.filter((row) => Number(row["hidden"]) === 0);
    const columns = stored.map((row) => String(row["name"]));
    const storage = new Map(stored.map((row): [string, Affinity] => {
      const type = String(row["type"]);
      const isAny = Number(found["strict"]) === 1 && /^any$/i.test(type);
      return [String(row["name"]), isAny ? "BLOB" : affinityOf(type)];
    }));
    const shape = { table: name, columns, storage };
    const primary = rows.filter((row) => Number(row["pk"]) > 0)
      .sort((a, b) => Number(a["pk"]) - Number(b["pk"]))
      .map((row) => String(row["name"]));
    if (Number(found["wr"]) === 1) return { ...shape, key: primary, hidden: false };
    const alias = await rowidColumn(connection, schema, name, primary);
    if (alias !== undefined) return { ...shape, key: [alias], hidden: false };
    const rowid = freeRowidName(rows.map((row) => String(row["name"])));
    return rowid === undefined ? undefined : { ...shape, key: [rowid], hidden: true };
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** The column that is the rowid, https://sqlite.org/lang_createtable.html#rowid: a key that has no index of its own. */
async function rowidColumn(
  connection: Connection,
  schema: string,
  table: string,
  primary: readonly string[],
): Promise<string | undefined> {
  if (primary.length !== 1) return undefined;
  const indexes = await connection.query(
    "SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'pk'",
    [table, schema],
  );
  return indexes.length === 0 ? primary[0] : undefined;
}
