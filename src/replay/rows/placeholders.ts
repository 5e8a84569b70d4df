import { type Connection, refusalOf } from "../../db/connection.ts";
import type { ScratchConnection } from "../../db/open_scratch.ts";
import type { AlterTable, Change } from "../../schema/model/change.ts";
import { type Column, EMPTY_SCHEMA, type Schema, type Table } from "../../schema/model/model.ts";
import type { FillValue } from "../../schema/plan/statement.ts";
import { foldName, quoteName, quoteText, sameName } from "../../sql/identifier.ts";
import type { Scratch } from "../scratch.ts";
import { checkValues, literalSql } from "./expressions.ts";
import { fillTables } from "./fill.ts";
import { hasDefaultValue, isRequired, rowidExpression, standIn } from "../../schema/model/row.ts";

/** The number of rows on which a value is tried. Two would be enough to violate a key. */
const ROWS = 6;

/** Makes a value for a row. @param rowid An expression for the rowid; undefined if the table has none. */
type Expression = (rowid: string | undefined) => string | undefined;

/**
 * Finds values for columns that a down adds again without their old values. Candidates are tried on rows of the table,
 * and the first one that all constraints allow is used. If a key needs different values, they are made from the rowid.
 *
 * A column of a foreign key gets no value, because an invented value must not connect two rows.
 *
 * @param schema The schema after the changes.
 * @param changes The changes of the down.
 */
export async function findPlaceholders(
  scratch: Scratch,
  schema: Schema,
  changes: readonly Change[],
): Promise<FillValue> {
  const found = new Map<string, Expression | null>();
  for (const change of changes) {
    if (change.kind !== "alter-table") continue;
    const columns = addedColumns(change);
    if (columns.length === 0) continue;
    await using connection = await tableWithRows(scratch, schema, change.to);
    for (const column of columns) {
      const value = await findPlaceholder(connection, schema, change.to, column);
      if (value !== undefined) found.set(keyOf(change.to, column), value);
    }
  }
  return (table, column, rowid) => {
    const value = found.get(keyOf(table, column));
    return value === null ? null : value?.(rowid);
  };
}

function keyOf(table: Table, column: Column): string {
  return `${foldName(table.name)}\0${foldName(column.name)}`;
}

function addedColumns({ changes }: AlterTable): readonly Column[] {
  return changes.flatMap((one) =>
    one.kind === "add-column" && one.column.generated === undefined ? [one.column] : []
  );
}

/** Makes a database with only the table, its indexes and rows. Foreign keys have no parents and are not enforced. */
async function tableWithRows(
  scratch: Scratch,
  { indexes }: Schema,
  table: Table,
): Promise<ScratchConnection> {
  const own = new Map([...indexes].filter(([, index]) => sameName(index.table, table.name)));
  const alone = (one: Table): Schema => ({
    ...EMPTY_SCHEMA,
    tables: new Map([[foldName(table.name), one]]),
    indexes: own,
  });
  return await scratch.after(async (connection) => {
    await connection.execute(table.sql);
    for (const { sql } of own.values()) await connection.execute(sql);
    const free = alone({ ...table, foreignKeys: [] });
    await fillTables(connection, free, { seed: 1, rows: ROWS, plain: true });
  });
}

/** Finds the value for a column. @returns null if no value is needed; undefined if none fits. */
async function findPlaceholder(
  connection: Connection,
  schema: Schema,
  table: Table,
  column: Column,
): Promise<Expression | null | undefined> {
  const name = quoteName(column.name);
  const rowid = rowidExpression(table);
  const fits = async (value: string | undefined) =>
    value !== undefined &&
    await refusalOf(() =>
        connection.execute(`UPDATE OR ABORT ${quoteName(table.name)} SET ${name} = (${value})`)
      ) === undefined;
  const isUnique = isInKey(schema, table, column);
  if (hasDefaultValue(column)) {
    // In a key, only one row can have the default.
    if (!isUnique && await fits(column.default)) return null;
  } else if (!isRequired(table, column) && await fits("NULL")) return null;
  const isReference = table.foreignKeys.some((key) =>
    key.columns.some((one) => sameName(one, column.name))
  );
  if (isReference) return undefined;
  // The rowid is not tried in a column that is not unique, because it might fit these rows only by chance.
  const candidates: readonly Expression[] = isUnique ? distinctFor(table, column) : [
    () => standIn(table, column),
    ...constantsFor(schema, table, column).map((literal) => () => literal),
  ];
  for (const candidate of candidates) if (await fits(candidate(rowid))) return candidate;
  return isRequired(table, column) && !hasDefaultValue(column) ? undefined : null;
}

/** Whether a unique key has the column, alone or with others. */
function isInKey({ indexes }: Schema, table: Table, column: Column): boolean {
  const has = (names: readonly (string | undefined)[]) =>
    names.some((name) => name !== undefined && sameName(name, column.name));
  const keys = [...(table.primaryKey ? [table.primaryKey] : []), ...table.uniques];
  if (keys.some(({ columns }) => has(columns.map(({ name }) => name)))) return true;
  return [...indexes.values()].some((index) =>
    index.unique && sameName(index.table, table.name) &&
    index.terms.some((term) => term.column === undefined || has([term.column]))
  );
}

/** The literals with which expressions of the table compare the column, and arguments for functions that take it. */
function constantsFor({ indexes }: Schema, table: Table, column: Column): readonly string[] {
  const texts = [...indexes.values()].filter((index) => sameName(index.table, table.name))
    .map(({ sql }) => sql);
  const { values, fitting } = checkValues(table, texts);
  const key = foldName(column.name);
  return [
    ...(fitting.get(key) ?? []).map((make) => make(1)),
    ...(values.get(key) ?? []),
  ].map(literalSql);
}

const LENGTHS = Array.from({ length: 40 }, (_, at) => at + 1);

/** Values that differ in each row, from the simplest ones to those that CHECKs may require. */
function distinctFor(table: Table, column: Column): readonly Expression[] {
  const of = (make: (rowid: string) => string): Expression => (rowid) =>
    rowid === undefined ? undefined : make(rowid);
  const texts = [
    of((rowid) => `${quoteText("unknown ")} || ${rowid}`),
    of((rowid) => `CAST(${rowid} AS TEXT)`),
    of((rowid) => `${quoteText("x")} || ${rowid}`),
    of((rowid) => `${quoteText("X")} || ${rowid}`),
    of((rowid) => `${quoteText('{"unknown":')} || ${rowid} || ${quoteText("}")}`),
    of((rowid) => `date(${quoteText("2000-01-01")}, ${rowid} || ${quoteText(" days")})`),
    of((rowid) => `datetime(${rowid}, ${quoteText("unixepoch")})`),
    of((rowid) => `${quoteText("unknown")} || ${rowid} || ${quoteText("@example.invalid")}`),
    of((rowid) => `${quoteText("https://example.invalid/")} || ${rowid}`),
    ...LENGTHS.map((length) => of((rowid) => `printf(${quoteText(`%0${length}d`)}, ${rowid})`)),
    of((rowid) => `lower(printf(${quoteText("%08x-0000-4000-8000-%012x")}, ${rowid}, ${rowid}))`),
  ];
  const numbers = [of((rowid) => rowid), of((rowid) => `-${rowid}`)];
  switch (column.affinity) {
    case "TEXT":
      return texts;
    case "BLOB":
      return table.strict && sameName(column.type, "blob")
        ? [of((rowid) => `CAST(${rowid} AS BLOB)`)]
        : [...texts, ...numbers, of((rowid) => `CAST(${rowid} AS BLOB)`)];
    default:
      return numbers;
  }
}
