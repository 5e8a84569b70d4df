import type { Connection, SqlValue } from "../../db/connection.ts";
import type { LostRows } from "../../runner/request.ts";
import { foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { readRowShape, type RowShape, sameValue } from "./row_shape.ts";

/** The rows cannot be kept alone: they are too many, or nothing distinguishes them. The whole database has to be copied. */
export class RowsUnfit extends Error {
  override readonly name = "RowsUnfit";
}

/** So many rows are copied at a time. */
const ROWS = 256;

/** Keeps the rows of one table. `kept` has the database of before attached as `old`. */
export class TableKeeper {
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

  /** The columns that {@linkcode TableKeeper.#create} has made but the last one, as they are in the old table. */
  #oldColumns({ columns, key, hidden }: RowShape): readonly string[] {
    return [...columns, ...(hidden ? [key[0]!] : [])].map((column) => `o.${quoteName(column)}`);
  }

  async #copyAll(shape: RowShape): Promise<number> {
    const table = quoteName(shape.table);
    const list = [...this.#oldColumns(shape), "'gone'"].join(", ");
    await this.#kept.execute(`INSERT INTO main.${table} SELECT ${list} FROM old.${table} AS o`);
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

  /** Makes room for the keys of some rows, and for what they hold now. */
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
   * Keeps the rows of some keys, and what the run has put into them.
   * @param base The number of the row before the first of them.
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
   * Reads what the run has put into the rows. TEXT goes through as its bytes, since reading cuts it at a NUL.
   * @returns How many of them are there.
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

  /** Keeps the values of now that are not those of before. */
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

/** Column before → its name now; undefined if it is gone. */
type ColumnsNow = ReadonlyMap<string, string | undefined>;

/** A table before and now. */
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
