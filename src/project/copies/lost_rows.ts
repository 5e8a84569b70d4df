import type { Connection, SqlValue } from "../../db/connection.ts";
import { fileUri, openDatabase } from "../../db/open.ts";
import type { LostRows } from "../../runner/request.ts";
import { foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { readRowShape, type RowShape, sameValue } from "./row_shape.ts";

/** The explanation in every file of lost rows, for a person who opens it with sqlite3. */
const ABOUT =
  "Rows that a run of Aludel deleted or changed, with their old values. Each table has its old name; aludel_fate says " +
  "whether a row is gone or changed, aludel_written has the values that the run wrote, aludel_schema the old schema. " +
  "To put them back: aludel restore POINT --rows";

/** The format of the following tables. */
export const ROWS_FORMAT = 1;

/** The tables of the file that do not contain rows of the user's tables. */
const OWN_TABLES = `
CREATE TABLE aludel_point (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE aludel_schema (type TEXT, name TEXT, tbl_name TEXT, sql TEXT);
CREATE TABLE aludel_table (name TEXT PRIMARY KEY, now TEXT, key TEXT NOT NULL, gone INTEGER NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE aludel_column (tbl TEXT, name TEXT, now TEXT, PRIMARY KEY (tbl, name)) WITHOUT ROWID;
CREATE TABLE aludel_written (tbl TEXT, row INTEGER, name TEXT, value, PRIMARY KEY (tbl, row, name)) WITHOUT ROWID`;

/** Lost rows to write, and the file for them. */
interface LostRowsRequest {
  /** An empty file. */
  readonly file: string;
  /** The database's path. A new reader sees the state before the run. */
  readonly database: string;
  /** The keys of the lost rows, and the connection of the run. */
  readonly lost: { readonly fresh: Connection; readonly tables: readonly LostRows[] };
  readonly reason: string;
  readonly created: string;
  /** The maximum size of the file in bytes. */
  readonly limit: number;
}

/**
 * Writes the rows that a run has deleted or changed into a database of their own. SQLite copies them from the state
 * before the run, so that every value stays exactly the same, also digits and invalid text.
 *
 * @throws {RowsUnfit}
 * @throws {SqlError}
 */
export async function writeLostRows(request: LostRowsRequest): Promise<void> {
  const { file, database, lost, limit } = request;
  await using kept = await openDatabase({ path: file, mode: "write" });
  // Both databases must have the same encoding, which can only be set before there is a table.
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

/** The rows cannot be kept alone: they are too many, or have no key. The whole database must be copied. */
export class RowsUnfit extends Error {
  override readonly name = "RowsUnfit";
}

/** The number of rows that are copied at once. */
const ROWS = 256;

/** Keeps the rows of one table. The database from before the run is attached to `kept` as `old`. */
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
      await this.#createWork(before, names);
      let keys: (readonly SqlValue[])[] = [];
      let base = 0;
      const copy = async () => {
        const found = await this.#copyRows({ before, now, names }, keys, base);
        gone += found.gone;
        changed += found.changed;
        base += keys.length;
        keys = [];
        await this.#checkSize();
      };
      for await (const key of lost.rows) {
        if (keys.push(key) === ROWS) await copy();
      }
      if (keys.length > 0) await copy();
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
   * Creates a table with the same columns, without types, so that no value is converted, and without constraints.
   * @returns The columns of the key.
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

  /** The columns of the old table for those of {@linkcode TableKeeper.#create}, except `aludel_fate`. */
  #oldColumns({ columns, key, hidden }: RowShape): readonly string[] {
    return [...columns, ...(hidden ? [key[0]!] : [])].map((column) => `o.${quoteName(column)}`);
  }

  async #copyAll(shape: RowShape): Promise<number> {
    const table = quoteName(shape.table);
    const list = [...this.#oldColumns(shape), "'gone'"].join(", ");
    await this.#kept.execute(`INSERT INTO main.${table} SELECT ${list} FROM old.${table} AS o`);
    return await this.#changes();
  }

  /** Refuses keys with a NUL: text is read up to the NUL, which may be the key of another row. */
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

  /** Creates temporary tables for the keys of some rows and for their present values. */
  async #createWork({ key }: RowShape, names: ColumnsNow): Promise<void> {
    const keys = key.map((_, at) => `k${at}`);
    const values = [...names].map((_, at) => `c${at}`);
    for (const [table, columns] of Object.entries({ aludel_key: keys, aludel_now: values })) {
      await this.#kept.execute(`DROP TABLE IF EXISTS temp.${table}`);
      const list = ["n INTEGER PRIMARY KEY", ...columns].join(", ");
      await this.#kept.execute(`CREATE TABLE temp.${table} (${list})`);
    }
  }

  /**
   * Keeps the rows of some keys, and the values that the run has written into them.
   * @param base The number of rows that were kept before.
   */
  async #copyRows(
    { before, now, names }: KeptTable,
    keys: readonly (readonly SqlValue[])[],
    base: number,
  ): Promise<{ readonly gone: number; readonly changed: number }> {
    const kept = this.#kept;
    const table = `main.${quoteName(before.table)}`;
    for (const work of ["aludel_key", "aludel_now"]) await kept.execute(`DELETE FROM temp.${work}`);
    for (const [at, key] of keys.entries()) {
      const list = ["?", ...key.map(() => "?")].join(", ");
      await kept.query(`INSERT INTO temp.aludel_key VALUES (${list})`, [BigInt(at + 1), ...key]);
    }
    const on = before.key.map((column, at) => `o.${quoteName(column)} = k.k${at}`).join(" AND ");
    const columns = [
      "rowid",
      ...before.columns.map(quoteName),
      ...(before.hidden ? ["aludel_rowid"] : []),
      "aludel_fate",
    ];
    await kept.execute(
      `INSERT INTO ${table} (${columns.join(", ")})
       SELECT ${base} + k.n, ${[...this.#oldColumns(before), "'gone'"].join(", ")}
       FROM temp.aludel_key AS k CROSS JOIN old.${quoteName(before.table)} AS o ON ${on}`,
    );
    if (await this.#changes() !== keys.length) throw new RowsUnfit();
    const there = now === undefined ? 0 : await this.#readNow(now, names, keys);
    if (there === 0) return { gone: keys.length, changed: 0 };
    await this.#keepWritten(before, names, base);
    const dropped = [...names].filter(([, name]) => name === undefined);
    const isSame = [
      `NOT EXISTS (SELECT 1 FROM main.aludel_written AS w WHERE w.tbl = ${
        quoteText(before.table)
      } AND w.row = t.rowid)`,
      ...dropped.map(([name]) => `t.${quoteName(name)} IS NULL`),
    ];
    const rows = `rowid > ${base} AND rowid - ${base} IN (SELECT n FROM temp.aludel_now)`;
    await kept.execute(`UPDATE ${table} SET aludel_fate = 'changed' WHERE ${rows}`);
    await kept.execute(`DELETE FROM ${table} AS t WHERE t.${rows} AND ${isSame.join(" AND ")}`);
    return { gone: keys.length - there, changed: there - await this.#changes() };
  }

  /**
   * Reads the values that the run has written into the rows. TEXT is read as bytes, because it would end at a NUL.
   * @returns The number of rows that still exist.
   */
  async #readNow(
    now: RowShape,
    names: ColumnsNow,
    keys: readonly (readonly SqlValue[])[],
  ): Promise<number> {
    const there = [...names].flatMap(([, name], at) => name === undefined ? [] : [{ name, at }]);
    const list = there.flatMap(({ name }, at) => {
      const isText = `typeof(${quoteName(name)}) = 'text'`;
      const value = quoteName(name);
      return [
        `${isText} AS t${at}`,
        `CASE WHEN ${isText} THEN CAST(${value} AS BLOB) ELSE ${value} END AS v${at}`,
      ];
    });
    const where = now.key.map((column) => `${quoteName(column)} = ?`).join(" AND ");
    const select = `SELECT ${["1 AS found", ...list].join(", ")} FROM main.${
      quoteName(now.table)
    } WHERE ${where}`;
    const columns = ["n", ...there.map(({ at }) => `c${at}`)].join(", ");
    const values = there.map(() => "iif(?, CAST(? AS TEXT), ?)");
    const insert = `INSERT INTO temp.aludel_now (${columns}) VALUES (${
      ["?", ...values].join(", ")
    })`;
    let count = 0;
    for (const [at, key] of keys.entries()) {
      const [row] = await this.#fresh.query(select, key);
      if (row === undefined) continue;
      count++;
      const bound = there.flatMap((_, index) => {
        const [isText, value] = [row[`t${index}`] ?? null, row[`v${index}`] ?? null];
        return Number(isText) === 1 ? [isText, value, null] : [isText, null, value];
      });
      await this.#kept.query(insert, [BigInt(at + 1), ...bound]);
    }
    return count;
  }

  /** Keeps the present values that differ from those before the run. */
  async #keepWritten({ table }: RowShape, names: ColumnsNow, base: number): Promise<void> {
    for (const [at, [name, nameNow]] of [...names].entries()) {
      if (nameNow === undefined) continue;
      await this.#kept.execute(
        `INSERT INTO main.aludel_written SELECT ${quoteText(table)}, t.rowid, ${
          quoteText(name)
        }, w.c${at}
         FROM temp.aludel_now AS w CROSS JOIN main.${
          quoteName(table)
        } AS t ON t.rowid = ${base} + w.n
         WHERE NOT (${sameValue(`w.c${at}`, `t.${quoteName(name)}`)})`,
      );
    }
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

/** Column before the run → its name now; undefined if it was dropped. */
type ColumnsNow = ReadonlyMap<string, string | undefined>;

/** A table before the run and now. */
interface KeptTable {
  readonly before: RowShape;
  readonly now: RowShape | undefined;
  readonly names: ColumnsNow;
}

function columnsNow(
  before: RowShape,
  now: RowShape | undefined,
  renamed: ReadonlyMap<string, string> | undefined,
): ColumnsNow {
  const present = new Map(now?.columns.map((name) => [foldName(name), name]));
  return new Map(before.columns.map((name) => {
    const other = renamed?.get(foldName(name)) ?? name;
    return [name, present.get(foldName(other))];
  }));
}
