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

/** Rows for each table: enough for gaps, NULLs and repeated values. */
export const ROWS_TO_FIT = 6;

/** Two schemas, and how one becomes the other. */
export interface FittingRequest {
  readonly from: Schema;
  readonly to: Schema;
  /** The difference between the two. */
  readonly changes: readonly Change[];
  readonly scratch: Scratch;
}

/**
 * A database with the present schema and rows that a stricter schema allows too, for a plan that may rightly fail
 * at others.
 *
 * @param filled A database with the present schema and rows to choose from; without it, rows are made for the
 *   wanted schema, and those are kept that the present one allows.
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

/** Creates everything of a schema, the triggers last: they would fire while the rows are put in. */
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
 * The rows of a database that another schema allows too.
 *
 * @param source A database with rows.
 * @param target An empty one with the other schema, without triggers; in the end it has the rows.
 * @param schema The target's.
 * @returns The rows by folded name of the source's table, as {@linkcode rowParts} orders their values.
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
  // A row whose parent was left out violates a key: without it, and so on.
  await deleteOrphans(target, schema, tables);
  const fitting = new Map<string, readonly LiteralRow[]>();
  for (const [{ from, to }, rows] of sieved) {
    const left = new Set((await readLiterals(target, to.name, identity(to))).map(identify));
    const kept = [...rows].filter(([key]) => left.has(key)).map(([, row]) => row);
    fitting.set(foldName(from.name), kept);
  }
  return fitting;
}

/** What a row of a table can be told by. */
function identity(table: Table): readonly string[] {
  const rowid = rowidExpression(table);
  if (rowid !== undefined) return [rowid];
  const key = table.primaryKey?.columns ?? [];
  // A table that hides its rowid behind three columns may have no key.
  const names = key.length > 0 ? key : table.columns;
  return names.flatMap(({ name }) => name === undefined ? [] : [quoteName(name)]);
}

function identify(literals: LiteralRow): string {
  return literals.join(", ");
}

/** @returns The rows that went through, by what identifies them in the target. */
async function sieve(
  source: Connection,
  target: Connection,
  table: SurvivingTable,
): Promise<ReadonlyMap<string, LiteralRow>> {
  const { from, to, columns, rowids } = table;
  const parts = rowParts(from);
  // Values of a generated column are copied too if the wanted one is plain.
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
 * Whether a value stays what it is as a rowid: an integer, or its text. NULL would be numbered, and `' 12 '` is another
 * text than the one that comes back.
 */
function isRowid(literal: string): boolean {
  return /^-?\d+$/.test(literal) ||
    /^CAST\(x'(?:2D)?(?:30|3[1-9](?:3\d)*)' AS TEXT\)$/.test(literal);
}
