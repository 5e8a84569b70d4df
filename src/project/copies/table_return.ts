import { type Connection, SqlError, type SqlValue } from "../../db/connection.ts";
import type { LostRows } from "../../runner/request.ts";
import { type Affinity, foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { keepsValue, readRowShape, type RowShape, sameValue } from "./row_shape.ts";

/** Rows or values that could not be put back. */
interface Missed {
  /** Why: `there is no table "t"`. */
  readonly reason: string;
  /** The number of rows, or of values in a column. */
  readonly count: number;
}

/** The rows of one table that were put back. */
export interface ReturnedTable {
  /** The table's name before the run that lost the rows. */
  readonly table: string;
  /** The present table; null if there is none. */
  readonly into: string | null;
  /** The number of rows that were missing and were inserted. */
  readonly inserted: number;
  /** The number of rows whose old values were put back. */
  readonly changed: number;
  /** The number of rows that already had all their old values. */
  readonly there: number;
  /** Rows and values that could not be put back, and why. */
  readonly missed: readonly Missed[];
}

/** A column of the kept rows and the present column for it. */
interface PairedColumn {
  readonly kept: string;
  readonly live: string;
  readonly storage: Affinity;
  /** Whether the column existed after the run. If not, it was added again since, and only its NULLs are filled. */
  readonly wasThere: boolean;
}

/** SQL that is true if `m`, a row of the table, has the value of `k`, a kept row. */
function holdsKept({ kept, live, storage }: PairedColumn): string {
  return keepsValue(`m.${quoteName(live)}`, `k.${quoteName(kept)}`, storage);
}

const CONSTRAINT = 19;
const MISMATCH = 20;
const TOO_BIG = 18;

/** Puts the rows of one table back: from the attached database `kept` into `main`, within the caller's transaction. */
export class TableReturn {
  readonly #live: Connection;
  readonly #table: string;
  readonly #shape: RowShape | undefined;
  readonly #columns: readonly PairedColumn[];
  /** Pairs of a kept and a present column of the key. */
  readonly #key: readonly (readonly [string, string])[];
  readonly #missed = new Map<string, number>();
  /** Rows of `kept` that were inserted. */
  readonly #inserted = new Set<SqlValue>();
  /** Rows of `kept` whose values were put back. */
  readonly #changed = new Set<SqlValue>();
  #there = 0;
  /** Columns that the table no longer has. */
  #absent: readonly string[] = [];

  private constructor(
    live: Connection,
    table: string,
    shape: RowShape | undefined,
    columns: readonly PairedColumn[],
    key: readonly (readonly [string, string])[],
  ) {
    this.#live = live;
    this.#table = table;
    this.#shape = shape;
    this.#columns = columns;
    this.#key = key;
  }

  /**
   * Finds the present table for the rows: the one that replaced theirs in the run, or one with their old name.
   * @param keptKey The key columns of the kept table.
   */
  static async begin(
    live: Connection,
    { table, now }: { readonly table: string; readonly now: string | null },
    keptKey: readonly string[],
  ): Promise<TableReturn> {
    const shape = (now === null ? undefined : await readRowShape(live, "main", now)) ??
      await readRowShape(live, "main", table);
    const names = await live.query("SELECT name, now FROM kept.aludel_column WHERE tbl = ?", [
      table,
    ]);
    const present = new Map(shape?.columns.map((name) => [foldName(name), name]));
    const columns = names.flatMap((row): PairedColumn[] => {
      const kept = String(row["name"]);
      const wasThere = row["now"] !== null;
      const column = present.get(foldName(String(row["now"] ?? kept))) ??
        present.get(foldName(kept));
      return column === undefined
        ? []
        : [{ kept, live: column, storage: shape?.storage.get(column) ?? "BLOB", wasThere }];
    });
    const key = pairKey(shape, keptKey, columns);
    const self = new TableReturn(
      live,
      table,
      key === undefined ? undefined : shape,
      columns,
      key ?? [],
    );
    if (shape === undefined) await self.#missAll(`there is no table "${now ?? table}"`);
    else if (key === undefined) {
      await self.#missAll(`the key of table "${shape.table}" is another one`);
    } else await self.#missColumns(names.map((row) => String(row["name"])));
    return self;
  }

  /** The present table for the rows; null if there is none. */
  get into(): string | null {
    return this.#shape?.table ?? null;
  }

  async run(): Promise<void> {
    if (this.#shape === undefined) return;
    await this.#insertGone(this.#shape);
    await this.#putValuesBack();
  }

  result(): ReturnedTable {
    return {
      table: this.#table,
      into: this.into,
      inserted: this.#inserted.size,
      changed: this.#changed.size,
      there: this.#there,
      missed: [...this.#missed].map(([reason, count]) => ({ reason, count })),
    };
  }

  /** The rows with replaced values, for a restore point of these values; undefined if there are none. */
  replaced(): LostRows | undefined {
    const { into } = this;
    if (this.#changed.size === 0 || into === null) return undefined;
    return { table: into, now: into, rows: this.#keysOf(this.#changed) };
  }

  async *#keysOf(rows: Iterable<SqlValue>): AsyncGenerator<readonly SqlValue[]> {
    const list = this.#key.map(([kept], at) => `${quoteName(kept)} AS k${at}`).join(", ");
    for (const row of rows) {
      const [found] = await this.#live.query(`SELECT ${list} FROM ${this.#kept} WHERE rowid = ?`, [
        row,
      ]);
      yield this.#key.map((_, at) => found?.[`k${at}`] ?? null);
    }
  }

  /** Deletes a row whose parent is missing. @returns false if it was not inserted here. */
  async takeOut(rowid: SqlValue): Promise<boolean> {
    const [pair] = this.#key;
    if (this.#shape === undefined || pair === undefined) return false;
    const [found] = await this.#live.query(
      `SELECT rowid AS row FROM ${this.#kept} WHERE ${quoteName(pair[0])} = ?`,
      [rowid],
    );
    const row = found?.["row"] ?? null;
    if (!this.#inserted.delete(row)) return false;
    await this.#live.query(`DELETE FROM ${this.#main} WHERE ${quoteName(pair[1])} = ?`, [rowid]);
    this.#miss("the row that it refers to is missing");
    return true;
  }

  get #kept(): string {
    return `kept.${quoteName(this.#table)}`;
  }

  get #main(): string {
    return `main.${quoteName(this.#shape!.table)}`;
  }

  /** SQL that pairs `m`, a row of the table, with `k`, a kept row. */
  get #sameKey(): string {
    return this.#key.map(([kept, live]) => `m.${quoteName(live)} = k.${quoteName(kept)}`).join(
      " AND ",
    );
  }

  /** Inserts the deleted rows whose key is free. */
  async #insertGone(shape: RowShape): Promise<void> {
    const same = this.#columns.map(holdsKept);
    const found = await this.#live.query(
      `SELECT k.rowid AS row,
         (SELECT ${
        same.join(" AND ") || "1"
      } FROM ${this.#main} AS m WHERE ${this.#sameKey}) AS same
       FROM ${this.#kept} AS k WHERE k.aludel_fate = 'gone' ORDER BY k.rowid`,
    );
    const missing = found.filter((row) => row["same"] === null).map((row) => row["row"]!);
    for (const { same } of found) {
      if (same === null) continue;
      if (Number(same) === 1) this.#there++;
      else this.#miss("another row has its key now");
    }
    if (missing.length === 0) return;
    if (missing.length === found.length && await this.#insertAll(shape)) {
      for (const row of missing) this.#inserted.add(row);
      return;
    }
    for (const row of missing) {
      const refusal = await this.#insert(shape, "k.rowid = ?", [row]);
      if (refusal === undefined) this.#inserted.add(row);
      else this.#miss(refusal);
    }
  }

  /** Inserts all rows at once, which is fast. @returns false if SQLite refuses; then no row is inserted. */
  async #insertAll(shape: RowShape): Promise<boolean> {
    return await this.#insert(shape, "k.aludel_fate = 'gone'", []) === undefined;
  }

  /** @returns Why the rows cannot be inserted; undefined if they are. */
  async #insert(
    shape: RowShape,
    where: string,
    parameters: readonly SqlValue[],
  ): Promise<string | undefined> {
    const into = [
      ...this.#columns.map(({ live }) => quoteName(live)),
      ...(shape.hidden ? [shape.key[0]!] : []),
    ];
    const from = [
      ...this.#columns.map(({ kept }) => `k.${quoteName(kept)}`),
      ...(shape.hidden ? ["k.aludel_rowid"] : []),
    ];
    const select = `SELECT ${from.join(", ")} FROM ${this.#kept} AS k WHERE ${where}`;
    return await this.#keeping(this.#columns, where, parameters, async () => {
      await this.#live.query(
        `INSERT OR ABORT INTO ${this.#main} (${into.join(", ")}) ${select}`,
        parameters,
      );
    });
  }

  /** Puts values of changed rows back if the table still has the values that the run wrote. */
  async #putValuesBack(): Promise<void> {
    const rows = await this.#live.query(
      `SELECT rowid AS row FROM ${this.#kept} WHERE aludel_fate = 'changed' ORDER BY rowid`,
    );
    if (rows.length === 0) return;
    const absent = this.#absent.map((name) => `k.${quoteName(name)} IS NOT NULL`);
    const list = [
      `${absent.join(" OR ") || "0"} AS misses`,
      ...this.#columns.map((column, at) => this.#standing(column, at)),
    ];
    for (const { row = null } of rows) {
      const [found] = await this.#live.query(
        `SELECT ${
          list.join(", ")
        } FROM ${this.#kept} AS k JOIN ${this.#main} AS m ON ${this.#sameKey}
         WHERE k.rowid = ?`,
        [row],
      );
      if (found === undefined) {
        this.#miss("the row was deleted since");
        continue;
      }
      const standings = this.#columns.map((_, at) => found[`c${at}`]);
      for (const [at, standing] of standings.entries()) {
        if (standing !== "other") continue;
        this.#miss(`another value is in column "${this.#columns[at]!.live}" now`);
      }
      const back = this.#columns.filter((_, at) => standings[at] === "back");
      if (back.length === 0) {
        if (!standings.includes("other") && Number(found["misses"]) === 0) this.#there++;
        continue;
      }
      const refusal = await this.#update(back, row);
      if (refusal === undefined) this.#changed.add(row);
      else this.#miss(refusal);
    }
  }

  /** SQL for what to do with a value: `there` nothing, `back` to put it back, `other` if another process wrote it. */
  #standing(column: PairedColumn, at: number): string {
    const { kept, live, wasThere } = column;
    const [old, now] = [`k.${quoteName(kept)}`, `m.${quoteName(live)}`];
    const written = `(SELECT value FROM kept.aludel_written AS w WHERE w.tbl = ${
      quoteText(this.#table)
    } AND w.row = k.rowid
         AND w.name = ${quoteText(kept)})`;
    const wrote = `EXISTS (SELECT 1 FROM kept.aludel_written AS w WHERE w.tbl = ${
      quoteText(this.#table)
    } AND w.row = k.rowid
         AND w.name = ${quoteText(kept)})`;
    // Without a written value, the run did not change the value: another process wrote the present one.
    return `CASE WHEN ${holdsKept(column)} THEN 'there'
      WHEN ${wrote} THEN CASE WHEN ${sameValue(written, now)} THEN 'back' ELSE 'other' END
      WHEN ${wasThere ? "1" : `${old} IS NULL`} THEN 'there'
      WHEN ${now} IS NULL THEN 'back' ELSE 'other' END AS c${at}`;
  }

  async #update(
    columns: readonly PairedColumn[],
    row: SqlValue,
  ): Promise<string | undefined> {
    const sets = columns.map(({ kept, live }) => `${quoteName(live)} = k.${quoteName(kept)}`);
    return await this.#keeping(columns, "k.rowid = ?", [row], async () => {
      await this.#live.query(
        `UPDATE OR ABORT ${this.#main} AS m SET ${sets.join(", ")} FROM ${this.#kept} AS k
         WHERE k.rowid = ? AND ${this.#sameKey}`,
        [row],
      );
    });
  }

  /**
   * Writes kept values, unless SQLite refuses or a column of another type makes other values of them.
   * @param where Which kept rows are written.
   * @returns Why they are not; undefined if they are.
   */
  async #keeping(
    columns: readonly PairedColumn[],
    where: string,
    parameters: readonly SqlValue[],
    write: () => Promise<void>,
  ): Promise<string | undefined> {
    await this.#live.execute("SAVEPOINT aludel_rows");
    try {
      await write();
      const other = columns.map((column) => `NOT ${holdsKept(column)}`);
      const [converted] = await this.#live.query(
        `SELECT 1 FROM ${this.#kept} AS k JOIN ${this.#main} AS m ON ${this.#sameKey}
         WHERE ${where} AND (${other.join(" OR ") || "0"}) LIMIT 1`,
        parameters,
      );
      if (converted === undefined) return undefined;
      await this.#live.execute("ROLLBACK TO aludel_rows");
      return "a column of another type would make another value of it";
    } catch (error) {
      await this.#live.execute("ROLLBACK TO aludel_rows");
      return rowRefusal(error);
    } finally {
      await this.#live.execute("RELEASE aludel_rows");
    }
  }

  #miss(reason: string, count = 1): void {
    if (count > 0) this.#missed.set(reason, (this.#missed.get(reason) ?? 0) + count);
  }

  async #missAll(reason: string): Promise<void> {
    const [row] = await this.#live.query(`SELECT count(*) AS n FROM ${this.#kept}`);
    this.#miss(reason, Number(row?.["n"]));
  }

  /** Counts the values of columns that the table no longer has. */
  async #missColumns(names: readonly string[]): Promise<void> {
    this.#absent = names.filter((name) => this.#columns.every(({ kept }) => kept !== name));
    for (const name of this.#absent) {
      const [row] = await this.#live.query(
        `SELECT count(${quoteName(name)}) AS n FROM ${this.#kept}`,
      );
      this.#miss(`there is no column "${name}"`, Number(row?.["n"]));
    }
  }
}

/** Pairs the columns of the kept key with those of the present key; undefined if they differ. */
function pairKey(
  shape: RowShape | undefined,
  kept: readonly string[],
  columns: readonly PairedColumn[],
): readonly (readonly [string, string])[] | undefined {
  if (shape === undefined || shape.key.length !== kept.length) return undefined;
  if (shape.hidden !== (kept[0] === "aludel_rowid")) return undefined;
  if (shape.hidden) return [["aludel_rowid", shape.key[0]!]];
  const pairs = kept.map((name) =>
    [name, columns.find((column) => column.kept === name)?.live ?? ""] as const
  );
  return pairs.every(([, live], at) => live === shape.key[at]) ? pairs : undefined;
}

/** SQLite's message for refusing a row. @throws Any other error. */
function rowRefusal(error: unknown): string {
  const isRefusal = error instanceof SqlError &&
    [CONSTRAINT, MISMATCH, TOO_BIG].includes(error.resultCode ?? 0);
  if (isRefusal) return error.sqlite;
  throw error;
}
