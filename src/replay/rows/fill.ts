import { type Connection, refusalOf, SqlError, type SqlValue } from "../../db/connection.ts";
import { inDependencyOrder, tablesInOrder } from "../../schema/source/write_schema.ts";
import type { Column, ForeignKey, Schema, Table } from "../../schema/model/model.ts";
import { foldName, quoteName, sameName } from "../../sql/identifier.ts";
import { adoptOrphans, deleteOrphans, detachOrphans, withoutFailingTriggers } from "./orphans.ts";
import { nullableColumns, ParentRows } from "./parents.ts";
import { columnValue, habitMaker, rowidFor, SeededRandom, type ValueMaker } from "./values.ts";
import { dependsOnEqualRows, keyColumns } from "./equal_rows.ts";
import { checkLabel, type CheckValues, checkValues, type Wish, wishOf } from "./expressions.ts";
import { mentionedNames } from "../../schema/model/model.ts";
import { splitStatements } from "../../sql/script.ts";
import { implicitRowid } from "../../schema/model/row.ts";

/** The number and the kind of rows to make. */
export interface RowOptions {
  /** The same seed always makes the same rows. */
  readonly seed: number;
  /** The number of rows for each table. Its constraints may allow fewer. */
  readonly rows: number;
  /** Whether all values must be of their column's type, without awkward ones. */
  readonly plain?: boolean;
  /** SQL that will run on the rows. Each WHERE in it gets a row that should satisfy it. */
  readonly texts?: readonly string[];
}

/** The result of {@linkcode fillTables}. */
export interface FilledTables {
  /** The number of rows by folded table name. */
  readonly counts: ReadonlyMap<string, number>;
  /** The tables without rows. */
  readonly unfilled: readonly UnfilledTable[];
}

/** A table for which no row could be made. */
export interface UnfilledTable {
  readonly table: string;
  /** SQLite's last error. */
  readonly reason: string;
}

/**
 * Fills the tables of a database with rows that its constraints allow: NULLs, integers beyond 2^53, text in integer
 * columns, texts with quotes and NUL, texts that differ only in case or spaces, rowids with gaps, AUTOINCREMENT
 * sequences above the largest id. A row that SQLite refuses is tried again with other values.
 *
 * The connection must not enforce foreign keys, because a child may be inserted before its parent. At the end every
 * foreign key has a parent. Triggers fire; if one fails, its table is filled without triggers.
 *
 * @param connection A database that may be changed: a copy, or one in memory.
 * @param schema The schema of that database.
 */
export async function fillTables(
  connection: Connection,
  schema: Schema,
  options: RowOptions,
): Promise<FilledTables> {
  const tables = tablesToFill(schema);
  const reasons = new Map<string, string>();
  const statements = (options.texts ?? []).flatMap((text) =>
    splitStatements(text).map(({ start, end }) => text.slice(start, end))
  );
  const indexes = Map.groupBy(schema.indexes.values(), (index) => foldName(index.table));
  for (const [at, table] of tables.entries()) {
    const random = new SeededRandom(options.seed * 1_000 + at);
    const named = statements.filter((sql) => mentionedNames(sql).has(foldName(table.name)));
    const own = indexes.get(foldName(table.name)) ?? [];
    const computed = own.map(({ sql }) => sql);
    const filler = new TableFiller(connection, table, random, {
      checks: checkValues(table, [...computed, ...named]),
      wishes: named,
      distinct: named.some(dependsOnEqualRows) ? keyColumns(table, own) : undefined,
      plain: options.plain ?? false,
    });
    const parents = await ParentRows.read(connection, schema, table);
    const reason = await withoutFailingTriggers(
      connection,
      schema,
      table,
      () => filler.fill(options.rows, parents),
    );
    if (reason !== undefined) reasons.set(foldName(table.name), reason);
  }
  await adoptOrphans(connection, schema, tables, new SeededRandom(options.seed));
  await detachOrphans(connection, schema, tables);
  const orphaned = await deleteOrphans(connection, schema, tables);

  const counts = new Map<string, number>();
  const unfilled: UnfilledTable[] = [];
  for (const table of tables) {
    const key = foldName(table.name);
    const [row] = await connection.query(`SELECT count(*) AS n FROM ${quoteName(table.name)}`);
    const count = Number(row?.n ?? 0);
    counts.set(key, count);
    if (table.autoincrement && count > 0) await raiseSequence(connection, table);
    if (count === 0 && options.rows > 0) {
      const reason = orphaned.has(key) ? "FOREIGN KEY constraint failed" : reasons.get(key);
      unfilled.push({ table: table.name, reason: reason ?? "no row was made" });
    }
  }
  return { counts, unfilled };
}

/**
 * The tables, parents first. Keys that may be NULL are ignored, so that they do not form cycles.
 */
function tablesToFill(schema: Schema): Table[] {
  const keys = inDependencyOrder(
    tablesInOrder(schema).map(({ name }) => foldName(name)),
    (name) => {
      const table = schema.tables.get(name)!;
      return table.foreignKeys.filter((key) => nullableColumns(key, table).length === 0)
        .map(({ parent }) => foldName(parent));
    },
  );
  return keys.map((key) => schema.tables.get(key)!);
}

async function raiseSequence(connection: Connection, table: Table): Promise<void> {
  await connection.query("UPDATE sqlite_sequence SET seq = seq + 1000 WHERE name = ?", [
    table.name,
  ]);
}

/** The maximum number of tries for a row. */
const ATTEMPTS = 60;

/** The number of tries with awkward values. */
const AWKWARD_ATTEMPTS = 4;

/** The maximum number of rows made in each table for the conditions of statements. */
const MOST_WISHES = 12;

/** The kind of rows to make for a table. */
interface RowWishes {
  readonly checks: CheckValues;
  /** Statements. Each one gets a row that should satisfy its WHERE. */
  readonly wishes: readonly string[];
  /** If set, two rows are made that differ only in these folded columns. */
  readonly distinct: ReadonlySet<string> | undefined;
  readonly plain: boolean;
}

/** Makes the rows of one table. */
class TableFiller {
  readonly #connection: Connection;
  readonly #table: Table;
  readonly #random: SeededRandom;
  readonly #checks: CheckValues;
  readonly #columns: readonly Column[];
  readonly #habits: ReadonlyMap<Column, ValueMaker>;
  readonly #wishes: readonly Wish[];
  readonly #distinct: ReadonlySet<string> | undefined;
  readonly #plain: boolean;
  readonly #keys: readonly { readonly key: ForeignKey; readonly nullable: readonly Column[] }[];

  constructor(
    connection: Connection,
    table: Table,
    random: SeededRandom,
    { checks, wishes, distinct, plain }: RowWishes,
  ) {
    this.#connection = connection;
    this.#table = table;
    this.#random = random;
    this.#checks = checks;
    this.#distinct = distinct;
    this.#plain = plain;
    this.#columns = table.columns.filter(({ generated }) => generated === undefined);
    this.#habits = new Map(
      this.#columns.map((column, at) => [column, habitMaker(column, table.strict, at)]),
    );
    const names = new Set(this.#columns.map(({ name }) => foldName(name)));
    this.#wishes = wishes.map((statement) => wishOf(statement, names))
      .filter((wish) => wish.size > 0).slice(0, MOST_WISHES);
    this.#keys = table.foreignKeys
      .map((key) => ({ key, nullable: nullableColumns(key, table) }))
      .toSorted((a, b) =>
        Number(a.nullable.length > 0) - Number(b.nullable.length > 0) ||
        b.key.columns.length - a.key.columns.length
      );
  }

  /** Makes the rows. @returns SQLite's last error if no row could be inserted. */
  async fill(rows: number, parents: ParentRows): Promise<string | undefined> {
    let reason: string | undefined;
    let made = 0;
    for (let place = 0; place < rows; place++) {
      const failure = await this.#insert(place, parents);
      if (failure === undefined) made++;
      else reason = failure;
    }
    for (const [at, wish] of this.#wishes.entries()) {
      if (rows > 0 && await this.#insert(rows + at, parents, wish) === undefined) made++;
    }
    const twin = made > 0 ? await this.#twin() : undefined;
    if (twin !== undefined) await this.#insert(rows + this.#wishes.length, parents, twin);
    return made > 0 ? undefined : reason;
  }

  async #insert(place: number, parents: ParentRows, wish?: Wish): Promise<string | undefined> {
    let last: string | undefined;
    let values: Map<string, SqlValue> = new Map();
    let redrawn: ReadonlySet<string> | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const fresh = this.#values(
        place,
        wish === undefined ? attempt : attempt + AWKWARD_ATTEMPTS,
        parents,
      );
      for (const { name } of wish === undefined ? [] : this.#columns) {
        const wanted = wish!.get(foldName(name));
        if (wanted !== undefined) fresh.set(name, wanted);
      }
      // If a CHECK failed, only its columns get other values, because the others may already be right.
      values = redrawn === undefined ? fresh : mixed(values, fresh, redrawn);
      const names = [...values.keys()];
      try {
        await this.#connection.query(insertInto(this.#table, names), [...values.values()]);
        return undefined;
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        // Other values do not help if the statement does not compile.
        if (!isConstraint(error) && !await this.#compiles(names)) return error.sqlite;
        last = error.sqlite;
        redrawn = this.#columnsOfFailedCheck(error.sqlite);
      }
    }
    return last;
  }

  /** The values of the row with the fewest NULLs, without the distinct columns, to make an equal row. */
  async #twin(): Promise<Wish | undefined> {
    const columns = this.#columns.filter(({ name }) => !this.#distinct?.has(foldName(name)));
    if (this.#distinct === undefined || columns.length === 0) return undefined;
    const names = columns.map(({ name }) => quoteName(name));
    const nulls = names.map((name) => `(${name} IS NULL)`).join(" + ");
    const [row] = await this.#connection.query(
      `SELECT ${names.join(", ")} FROM ${quoteName(this.#table.name)} ORDER BY ${nulls} LIMIT 1`,
    );
    if (row === undefined) return undefined;
    return new Map(columns.map(({ name }) => [foldName(name), row[name] ?? null]));
  }

  async #compiles(names: readonly string[]): Promise<boolean> {
    return await refusalOf(() =>
      this.#connection.query(`EXPLAIN ${insertInto(this.#table, names)}`, names.map(() => null))
    ) === undefined;
  }

  /** The columns of the CHECK that failed; undefined if another constraint failed. */
  #columnsOfFailedCheck(message: string): ReadonlySet<string> | undefined {
    const label = /^CHECK constraint failed: (.*)$/s.exec(message)?.[1];
    const columns = label === undefined ? undefined : this.#checks.columns.get(checkLabel(label));
    return columns?.size === 0 ? undefined : columns;
  }

  /**
   * Makes the values of a row: awkward ones in the first tries, plain ones later, and some from the CHECKs in all of
   * them.
   */
  #values(place: number, attempt: number, parents: ParentRows): Map<string, SqlValue> {
    const random = this.#random;
    const values = new Map<string, SqlValue>();
    const style = attempt < AWKWARD_ATTEMPTS && place > 0 && !this.#plain ? "awkward" : "plain";
    const rowid = implicitRowid(this.#table);
    if (rowid !== undefined) values.set(rowid, rowidFor(place, random, this.#plain));
    for (const column of this.#columns) {
      const key = foldName(column.name);
      const fitting = this.#checks.fitting.get(key) ?? [];
      const isHabit = style === "awkward" && attempt === 0 && !isRowid(this.#table, column);
      if (isHabit && !(fitting.length > 0 && place % 2 === 0)) {
        values.set(column.name, this.#habits.get(column)!(place - 1));
        continue;
      }
      if (isFixed(column.default) && random.once(6)) continue;
      const candidates = this.#checks.values.get(key) ?? [];
      const [first, ...others] = candidates;
      let value: SqlValue;
      if (isRowid(this.#table, column)) value = rowidFor(place, random, this.#plain);
      else if (column.notNull === undefined && random.once(6)) value = null;
      else if (fitting.length > 0 && !random.once(4)) {
        value = fitting[random.below(fitting.length)]!(place);
      } else if (first !== undefined && random.below(ATTEMPTS) < 20 + attempt) {
        value = random.pick([first, ...others]);
        // A pattern has only one sample text, but UNIQUE needs different ones.
        if (typeof value === "string" && random.once(2)) {
          value = random.once(2) ? `${value}${place}` : `${place}${value}`;
        } else if (value instanceof Uint8Array && value.length > 0) {
          value = value.with(value.length - 1, place & 255);
        }
      } else {
        const number = place + (attempt > 8 ? attempt * 7 : 0);
        value = columnValue(column, this.#table.strict, number, style, random);
      }
      values.set(column.name, value);
    }
    this.#refer(values, parents);
    return values;
  }

  /** Sets the columns of foreign keys to those of parents. Keys that need a parent come first, then longer keys. */
  #refer(values: Map<string, SqlValue>, parents: ParentRows): void {
    const set = new Map<string, SqlValue>();
    for (const { key, nullable } of this.#keys) {
      const names = key.columns.map((name) => this.#nameOf(name));
      const fixed = names.map((name) => name === undefined ? undefined : set.get(name));
      const parent = parents.pick(key, this.#random, fixed);
      const [optional] = nullable;
      if (parent !== undefined && !(optional !== undefined && this.#random.once(5))) {
        for (const [at, name] of names.entries()) {
          if (name === undefined) continue;
          values.set(name, parent[at] ?? null);
          set.set(name, parent[at] ?? null);
        }
      } else if (optional !== undefined) {
        values.set(optional.name, null);
        set.set(optional.name, null);
      } else if (parent === undefined) this.#referToItself(key, values);
    }
  }

  /** The name of a column as the table spells it; undefined if the column is generated. */
  #nameOf(name: string): string | undefined {
    return this.#columns.find((column) => sameName(column.name, name))?.name;
  }

  /** Makes a row its own parent, for the first row of a table that refers to itself. */
  #referToItself(key: ForeignKey, values: Map<string, SqlValue>): void {
    if (foldName(key.parent) !== foldName(this.#table.name)) return;
    const names = key.parentColumns.length > 0
      ? key.parentColumns
      : this.#table.primaryKey?.columns.map(({ name }) => name) ?? [];
    const byName = new Map([...values].map(([name, value]) => [foldName(name), value]));
    for (const [at, name] of key.columns.entries()) {
      const column = this.#columns.find((column) => sameName(column.name, name));
      const value = byName.get(foldName(names[at] ?? ""));
      if (column !== undefined && value !== undefined) values.set(column.name, value);
    }
  }
}

/** The values of one row, with some columns from another one. */
function mixed(
  row: ReadonlyMap<string, SqlValue>,
  other: ReadonlyMap<string, SqlValue>,
  columns: ReadonlySet<string>,
): Map<string, SqlValue> {
  const values = new Map(row);
  for (const column of columns) {
    for (const name of values.keys()) if (foldName(name) === column) values.delete(name);
  }
  for (const [name, value] of other) if (columns.has(foldName(name))) values.set(name, value);
  return values;
}

function isRowid(table: Table, column: Column): boolean {
  const { primaryKey } = table;
  return primaryKey?.rowid === true &&
    sameName(primaryKey.columns[0]?.name ?? "", column.name);
}

/** Whether there is a default that does not depend on the time or a function. */
function isFixed(value: string | undefined): boolean {
  return value !== undefined && !value.includes("(") && !/^current_/i.test(value);
}

/** The INSERT of a row. OR ABORT overrides the ON CONFLICT of a constraint, which might delete another row. */
function insertInto(table: Table, names: readonly string[]): string {
  const into = `INSERT OR ABORT INTO ${quoteName(table.name)}`;
  if (names.length === 0) return `${into} DEFAULT VALUES`;
  const columns = names.map(quoteName).join(", ");
  return `${into} (${columns}) VALUES (${names.map(() => "?").join(", ")})`;
}

function isConstraint(error: SqlError): boolean {
  // The codes are SQLITE_CONSTRAINT, and SQLITE_MISMATCH for text in a rowid.
  if (error.resultCode !== undefined) return error.resultCode === 19 || error.resultCode === 20;
  return /constraint failed|cannot store|datatype mismatch/.test(error.sqlite);
}
