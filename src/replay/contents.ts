import type { Connection } from "../db/connection.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import { describeChange } from "../schema/diff/describe.ts";
import type { Schema, Table } from "../schema/model/model.ts";
import { introspect } from "../schema/read/introspect.ts";
import { displayName, foldName, quoteName } from "../sql/identifier.ts";
import { type LiteralRow, readLiterals } from "./rows/literals.ts";
import type { SurvivingTable } from "./rows/surviving.ts";
import { readVirtualRows } from "./rows/virtual.ts";
import { implicitRowid, rowidExpression } from "../schema/model/row.ts";

/** The rows of some tables, by folded name, with the AUTOINCREMENT sequences. */
export type Contents = ReadonlyMap<string, TableContent>;

interface TableContent {
  readonly name: string;
  /** The columns' names; the first `keys` of the literals in each row tell the row from others. */
  readonly columns: readonly string[];
  readonly keys: number;
  /**
   * Where the key is a rowid that is no column: the positions in a row of what else tells the row from others, its primary
   * key or all of its columns. A rowid may be lost while the row is not.
   */
  readonly identity: readonly number[] | undefined;
  readonly rows: readonly LiteralRow[];
  readonly sequence: bigint | undefined;
}

/**
 * Reads every row of the tables in a schema, and what its virtual tables hold of their own. Generated columns follow
 * from the others and are left out.
 */
export async function readContents(connection: Connection, schema: Schema): Promise<Contents> {
  const contents = new Map<string, TableContent>();
  for (const [key, table] of schema.tables) {
    const rowid = rowidExpression(table);
    const keys = rowid !== undefined
      ? [rowid]
      : table.primaryKey?.columns.map(({ name }) => quoteName(name)) ?? [];
    const columns = table.columns.filter(({ generated }) => generated === undefined)
      .map(({ name }) => name);
    const parts = [...keys, ...columns.map(quoteName)];
    const rows = await readLiterals(connection, table.name, parts);
    const sequence = table.autoincrement ? await readSequence(connection, table.name) : undefined;
    const identity = implicitRowid(table) === undefined ? undefined : identityOf(table, columns);
    contents.set(key, { name: table.name, columns, keys: keys.length, identity, rows, sequence });
  }
  for (const [key, table] of schema.virtualTables) {
    const held = await readVirtualRows(connection, table);
    if (held === undefined) continue;
    contents.set(key, {
      name: table.name,
      ...held,
      keys: 1,
      identity: undefined,
      sequence: undefined,
    });
  }
  return contents;
}

/** The positions of the primary key's columns behind the rowid, or of all columns. */
function identityOf({ primaryKey }: Table, columns: readonly string[]): readonly number[] {
  const names = primaryKey?.columns.map(({ name }) => foldName(name)) ?? columns.map(foldName);
  const folded = columns.map(foldName);
  return names.map((name) => 1 + folded.indexOf(name));
}

async function readSequence(connection: Connection, table: string): Promise<bigint | undefined> {
  const [row] = await connection.query(
    "SELECT max(seq) AS seq FROM main.sqlite_sequence WHERE name = ?",
    [table],
  );
  return typeof row?.["seq"] === "bigint" ? row["seq"] : undefined;
}

/** How many rows there are in all tables together, and in how many tables. */
export function countOf(contents: Contents): { readonly rows: number; readonly tables: number } {
  const counts = [...contents.values()].map(({ rows }) => rows.length).filter((count) => count > 0);
  return { rows: counts.reduce((sum, count) => sum + count, 0), tables: counts.length };
}

/** What a database holds apart from schema and rows: the two numbers of its header, and what ANALYZE measured. */
export interface DatabaseFacts {
  /** By the name of the pragma. */
  readonly numbers: ReadonlyMap<string, string>;
  /** The rows of the tables of statistics by the name of the table; only of those that are there. */
  readonly statistics: ReadonlyMap<string, readonly LiteralRow[]>;
}

/** https://sqlite.org/fileformat2.html#stat1tab */
const STATISTICS: Readonly<Record<string, readonly string[]>> = {
  sqlite_stat1: ["tbl", "idx", "stat"],
  sqlite_stat4: ["tbl", "idx", "neq", "nlt", "ndlt", "sample"],
};

/** Reads what {@linkcode DatabaseFacts} tells. */
export async function readFacts(connection: Connection): Promise<DatabaseFacts> {
  const numbers = new Map<string, string>();
  for (const name of ["user_version", "application_id"]) {
    const [row] = await connection.query(`PRAGMA ${name}`);
    numbers.set(name, String(row![name]));
  }
  const statistics = new Map<string, readonly LiteralRow[]>();
  const found = await connection.query(
    "SELECT name FROM main.sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')",
  );
  for (const { name } of found) {
    const table = String(name);
    statistics.set(table, await readLiterals(connection, table, STATISTICS[table]!));
  }
  return { numbers, statistics };
}

/** What of the facts was not given back, a sentence each. New statistics beside the old ones are no loss. */
export function findFactLosses(before: DatabaseFacts, after: DatabaseFacts): string[] {
  const losses: string[] = [];
  for (const [name, number] of before.numbers) {
    const now = after.numbers.get(name);
    if (now !== number) losses.push(`${name}, which was ${number} and is ${now}`);
  }
  for (const [table, rows] of before.statistics) {
    const left = Map.groupBy(after.statistics.get(table) ?? [], (row) => row.join(", "));
    const lost = rows.filter((row) => left.get(row.join(", "))?.shift() === undefined);
    if (lost.length > 0) losses.push(`${lost.length} of ${rows.length} rows of ${table}`);
  }
  return losses;
}

/** What the second contents lack or have too much, a sentence for each column and table. */
export function findContentLosses(before: Contents, after: Contents): string[] {
  return [...before].flatMap(([key, old]) => {
    const now = after.get(key);
    return now === undefined ? [] : tableLosses(old, now);
  });
}

function tableLosses(old: TableContent, now: TableContent): string[] {
  const losses: string[] = [];
  const name = displayName(old.name);
  if (old.sequence !== undefined && (now.sequence ?? -1n) < old.sequence) {
    losses.push(
      `the sequence of ${name} fell from ${old.sequence} to ${now.sequence ?? "nothing"}`,
    );
  }
  if (JSON.stringify(old.rows) === JSON.stringify(now.rows)) return losses;
  const rowids = changedRowids(old, now);
  if (rowids !== undefined) {
    losses.push(`rowids of ${name} in ${rowids.count} of ${old.rows.length} rows`);
    return [...losses, ...valueLosses(rowids.sameRowids, now, name)];
  }
  return [...losses, ...valueLosses(old, now, name)];
}

/** The old rows under the rowids that they have now, if some rowids differ and all rows can be told apart without. */
function changedRowids(
  old: TableContent,
  now: TableContent,
): { readonly count: number; readonly sameRowids: TableContent } | undefined {
  const { identity } = old;
  if (identity === undefined || old.rows.length !== now.rows.length) return undefined;
  const identify = (row: LiteralRow) => JSON.stringify(identity.map((at) => row[at]));
  const left = Map.groupBy(now.rows, identify);
  const take = (row: LiteralRow, isIt: (other: LiteralRow) => boolean) => {
    const others = left.get(identify(row)) ?? [];
    const at = others.findIndex(isIt);
    return at < 0 ? undefined : others.splice(at, 1)[0];
  };
  const kept = old.rows.filter((row) => take(row, (other) => other[0] === row[0]));
  const changed = new Set(old.rows).difference(new Set(kept));
  if (changed.size === 0) return undefined;
  const moved: LiteralRow[] = [];
  for (const row of changed) {
    const other = take(row, () => true);
    if (other === undefined) return undefined;
    moved.push([other[0]!, ...row.slice(1)]);
  }
  return { count: moved.length, sameRowids: { ...old, rows: [...kept, ...moved] } };
}

function valueLosses(old: TableContent, now: TableContent, name: string): string[] {
  const losses: string[] = [];
  const rows = Map.groupBy(now.rows, (row) => keyOf(row, now));
  const changed = new Array<number>(old.columns.length).fill(0);
  let missing = 0;
  for (const row of old.rows) {
    const other = rows.get(keyOf(row, old))?.shift();
    if (other === undefined) missing++;
    else {
      old.columns.forEach((_, at) => {
        if (row[old.keys + at] !== other[old.keys + at]) changed[at]!++;
      });
    }
  }
  const of = old.rows.length;
  if (missing > 0) losses.push(`${missing} of ${of} rows of ${name}`);
  old.columns.forEach((column, at) => {
    const count = changed[at]!;
    if (count > 0) {
      losses.push(`values of ${name}.${displayName(column)} in ${count} of ${of} rows`);
    }
  });
  const extra = [...rows.values()].reduce((sum, left) => sum + left.length, 0);
  if (extra > 0) {
    losses.push(`${name} keeps ${extra} ${extra === 1 ? "row" : "rows"} more than before`);
  }
  return losses;
}

/** The rowid or primary key; the whole row if there is neither. */
function keyOf(row: LiteralRow, { keys }: TableContent): string {
  return JSON.stringify(keys === 0 ? row : row.slice(0, keys));
}

/** What must stay of each table, by the folded name of the present one. */
export type RowSnapshot = ReadonlyMap<string, TableSnapshot>;

/** The rows of one table, as far as a change must keep them. */
export interface TableSnapshot {
  readonly rows: readonly LiteralRow[];
  /** The value in sqlite_sequence; undefined if there is none. */
  readonly sequence: bigint | undefined;
}

/**
 * Reads what a change must keep: rowids, the values of kept columns, AUTOINCREMENT sequences.
 *
 * @param side Which of the two schemas the database has.
 */
export async function snapshotRows(
  connection: Connection,
  tables: readonly SurvivingTable[],
  side: "from" | "to",
): Promise<RowSnapshot> {
  const snapshot = new Map<string, TableSnapshot>();
  for (const { from, to, columns, rowids } of tables) {
    const rowid = rowids?.[side === "from" ? 0 : 1];
    const expressions = [
      ...(rowid === undefined ? [] : [rowid]),
      ...columns.filter(({ isKept }) => isKept).map((column) => quoteName(column[side].name)),
    ];
    const table = side === "from" ? from : to;
    snapshot.set(foldName(from.name), {
      rows: await readLiterals(connection, table.name, expressions),
      sequence: from.autoincrement && to.autoincrement
        ? await readSequence(connection, table.name)
        : undefined,
    });
  }
  return snapshot;
}

/** What the second snapshot lacks, a sentence for each table. */
export function compareRows(before: RowSnapshot, after: RowSnapshot): string[] {
  const losses: string[] = [];
  for (const [key, { rows, sequence }] of before) {
    const name = quoteName(key);
    const now = after.get(key);
    if (now === undefined) continue;
    if (now.rows.length !== rows.length) {
      losses.push(`${name} had ${rows.length} rows, and has ${now.rows.length}`);
    } else if (JSON.stringify(now.rows) !== JSON.stringify(rows)) {
      const at = rows.findIndex((row, index) =>
        JSON.stringify(row) !== JSON.stringify(now.rows[index])
      );
      losses.push(
        `${name} had a row (${rows[at]?.join(", ")}), and has (${now.rows[at]?.join(", ")})`,
      );
    }
    if (sequence !== undefined && (now.sequence ?? -1n) < sequence) {
      losses.push(`${name} had the sequence ${sequence}, and has ${now.sequence ?? "none"}`);
    }
  }
  return losses;
}

/** All stored definitions of a database as one JSON text. If two of them are equal, so are the schemas. */
export async function schemaText(connection: Connection): Promise<string> {
  const [row] = await connection.query(
    // libSQL does not read ORDER BY within an aggregate.
    `SELECT json_group_array(json_array(type, name, tbl_name, sql)) AS text
     FROM (SELECT * FROM main.sqlite_schema
       WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'aludel\\_%' ESCAPE '\\'
       ORDER BY type, name)`,
  );
  return String(row!["text"]);
}

/**
 * What the schema of a database lacks to be another one, a line for each change.
 *
 * @param text The other one's {@linkcode schemaText}: a schema is read only if it does not decide.
 */
export async function missingFor(
  connection: Connection,
  text: string,
  wanted: () => Schema | Promise<Schema>,
  doubleQuotedStrings: boolean = false,
): Promise<readonly string[]> {
  if (await schemaText(connection) === text) return [];
  return compareSchemas(await introspect(connection), await wanted(), { doubleQuotedStrings })
    .flatMap(describeChange);
}
