import { type Connection, SqlError } from "../../db/connection.ts";
import type { ScratchConnection } from "../../db/open_scratch.ts";
import { type Change, reverseChanges } from "../../schema/model/change.ts";
import type { Schema, Table } from "../../schema/model/model.ts";
import { deleteOrphans } from "./orphans.ts";
import { fillTables } from "./fill.ts";
import { newRowid, type SurvivingTable, survivingTables } from "./surviving.ts";
import { schemaObjects, tablesInOrder } from "../../schema/source/write_schema.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import type { Scratch } from "../scratch.ts";
import { insertLiterals, type LiteralRow, readLiterals, rowParts } from "./literals.ts";
import { hasDefaultValue, isRequired, rowidExpression, standIn } from "../../schema/model/row.ts";

/** The number of rows for each table, which is enough for gaps, NULLs and repeated values. */
export const ROWS_TO_FIT = 6;

/** Two schemas, and the changes between them. */
export interface FittingRequest {
  readonly from: Schema;
  readonly to: Schema;
  /** The changes that make `to` of `from`. */
  readonly changes: readonly Change[];
  readonly scratch: Scratch;
}

/**
 * Makes a database with the schema `from` and rows that `to` allows too, because a plan may rightly fail on other rows.
 *
 * @param filled A database with the schema `from`, whose rows are filtered. If left out, rows are made for `to`, and
 * kept if `from` allows them.
 */
export async function fittingDatabase(
  request: FittingRequest,
  filled?: Connection,
): Promise<ScratchConnection> {
  const { scratch, from, to, changes } = request;
  if (filled === undefined) {
    await using made = await scratch.with(to);
    await fillTables(made, to, { seed: 1, rows: ROWS_TO_FIT });
    const back = survivingTables(to, from, reverseChanges(changes));
    return await scratch.after((connection) =>
      createAround(connection, from, async () => {
        await fittingRows(made, connection, from, back);
      })
    );
  }
  await using wanted = await scratch.with({ ...to, triggers: new Map() });
  const rows = await fittingRows(filled, wanted, to, survivingTables(from, to, changes));
  return await scratch.after((connection) =>
    createAround(connection, from, async () => {
      for (const [key, list] of rows) {
        const table = from.tables.get(key)!;
        for (const row of list) await insertLiterals(connection, table.name, rowParts(table), row);
      }
    })
  );
}

/** Creates all objects of a schema. The triggers are created after the rows, so that they do not fire. */
async function createAround(
  connection: Connection,
  schema: Schema,
  putRows: () => Promise<void>,
): Promise<void> {
  const objects = schemaObjects(schema);
  const triggers = objects.filter(({ kind }) => kind === "trigger");
  for (const { kind, sql } of objects) if (kind !== "trigger") await connection.execute(sql);
  await putRows();
  for (const { sql } of triggers) await connection.execute(sql);
}

/**
 * Finds the rows of a database that another schema allows too.
 *
 * @param source A database with rows.
 * @param target An empty database with the other schema and without triggers. The function inserts the rows.
 * @param schema The schema of the target.
 * @param survivors The tables that both schemas have.
 * @returns The rows by folded name of the source's table, with values in the order of {@linkcode rowParts}.
 */
async function fittingRows(
  source: Connection,
  target: Connection,
  schema: Schema,
  survivors: readonly SurvivingTable[],
): Promise<ReadonlyMap<string, readonly LiteralRow[]>> {
  const byTarget = new Map(survivors.map((table) => [foldName(table.to.name), table]));
  const tables = tablesInOrder(schema);
  const sieved = new Map<SurvivingTable, ReadonlyMap<string, LiteralRow>>();
  for (const table of tables) {
    const survivor = byTarget.get(foldName(table.name));
    if (survivor !== undefined) sieved.set(survivor, await sieve(source, target, survivor));
  }
  // A row without its parent violates a foreign key, so it is deleted too.
  await deleteOrphans(target, schema, tables);
  const fitting = new Map<string, readonly LiteralRow[]>();
  for (const [{ from, to }, rows] of sieved) {
    const left = new Set((await readLiterals(target, to.name, identity(to))).map(identify));
    const kept = [...rows].filter(([key]) => left.has(key)).map(([, row]) => row);
    fitting.set(foldName(from.name), kept);
  }
  return fitting;
}

/** The expressions that identify a row. */
function identity(table: Table): readonly string[] {
  const rowid = rowidExpression(table);
  if (rowid !== undefined) return [rowid];
  const key = table.primaryKey?.columns ?? [];
  // A table without a key may have columns with all three names of the rowid.
  const names = key.length > 0 ? key : table.columns;
  return names.flatMap(({ name }) => name === undefined ? [] : [quoteName(name)]);
}

function identify(literals: LiteralRow): string {
  return literals.join(", ");
}

/** Copies the rows that the target allows. @returns These rows, by their identity in the target. */
async function sieve(
  source: Connection,
  target: Connection,
  table: SurvivingTable,
): Promise<ReadonlyMap<string, LiteralRow>> {
  const { from, to, columns, rowids } = table;
  const parts = rowParts(from);
  // The values of a generated column are copied too if the target's column is not generated.
  const pairs = columns.map((column): [source: string, target: string] => [
    quoteName(column.from.name),
    quoteName(column.to.name),
  ]);
  if (rowids !== undefined && !pairs.some(([, target]) => target === rowids[1])) {
    pairs.unshift([rowids[0], rowids[1]]);
  }
  const targets = pairs.map(([, target]) => target);
  const missing = to.columns.filter((column) =>
    column.generated === undefined && !targets.includes(quoteName(column.name)) &&
    isRequired(to, column) && !hasDefaultValue(column)
  );
  const all = [...targets, ...missing.map(({ name }) => quoteName(name))];
  const values = missing.map((column) => standIn(to, column));
  const kept = new Map<string, LiteralRow>();
  const key = identity(to);
  const expressions = [...parts, ...pairs.map(([source]) => source)];
  const numbered = newRowid(table)?.to.name;
  const keyAt = numbered === undefined ? -1 : parts.length + targets.indexOf(quoteName(numbered));
  for (const row of await readLiterals(source, from.name, expressions)) {
    if (keyAt >= 0 && !isRowid(row[keyAt]!)) continue;
    try {
      const literals = [...row.slice(parts.length), ...values];
      const identified = await insertLiterals(target, to.name, all, literals, key);
      kept.set(identify(identified), row.slice(0, parts.length));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
  }
  return kept;
}

/**
 * Whether a value does not change as a rowid: an integer, or its text. NULL would get a number, and `' 12 '` would come
 * back as another text.
 */
function isRowid(literal: string): boolean {
  return /^-?\d+$/.test(literal) ||
    /^CAST\(x'(?:2D)?(?:30|3[1-9](?:3\d)*)' AS TEXT\)$/.test(literal);
}
