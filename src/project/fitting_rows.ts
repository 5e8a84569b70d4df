import { type Connection, SqlError } from "../db/connection.ts";
import { isValue } from "../schema/add_column.ts";
import { isRequired } from "../schema/copy_rows.ts";
import type { Schema } from "../schema/model.ts";
import { standIn } from "../schema/stand_in.ts";
import type { SurvivingTable } from "../schema/surviving_rows.ts";
import { tablesInOrder } from "../schema/write_schema.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { readForeignKeyState } from "../runner/foreign_key_check.ts";
import { insertLiterals, type LiteralRow, readLiterals, rowParts } from "./table_rows.ts";

/**
 * The rows of a database that a stricter schema allows too, for a plan that may rightly fail at the others.
 *
 * @param present A database with rows.
 * @param wanted An empty one with the wanted schema, which is filled on the way.
 * @returns The rows by folded name of the present table, as {@linkcode rowParts} orders their values.
 */
export async function fittingRows(
  present: Connection,
  wanted: Connection,
  to: Schema,
  survivors: readonly SurvivingTable[],
): Promise<ReadonlyMap<string, readonly LiteralRow[]>> {
  const byWanted = new Map(survivors.map((table) => [foldName(table.to.name), table]));
  const fitting = new Map<string, readonly LiteralRow[]>();
  for (const { name } of to.triggers.values()) {
    await wanted.execute(`DROP TRIGGER ${quoteName(name)}`);
  }
  for (const table of tablesInOrder(to)) {
    const survivor = byWanted.get(foldName(table.name));
    if (survivor === undefined) continue;
    fitting.set(foldName(survivor.from.name), await sieve(present, wanted, survivor));
  }
  // A row whose parent was left out violates a key in the wanted schema: without it, and so on.
  for (let isClean = false; !isClean;) {
    isClean = true;
    for (const { violation } of (await readForeignKeyState(wanted)).violations.values()) {
      const survivor = byWanted.get(foldName(violation.child));
      if (survivor === undefined) continue;
      isClean = false;
      await wanted.execute(`DELETE FROM ${quoteName(violation.child)}`);
      fitting.set(foldName(survivor.from.name), []);
    }
  }
  return fitting;
}

async function sieve(
  present: Connection,
  wanted: Connection,
  { from, to, columns, rowids }: SurvivingTable,
): Promise<LiteralRow[]> {
  const parts = rowParts(from);
  // Values of a generated column go along too where the wanted one is plain.
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
    isRequired(to, column) && !isValue(column.default)
  );
  const all = [...targets, ...missing.map(({ name }) => quoteName(name))];
  const values = missing.map((column) => standIn(to, column));
  const kept: LiteralRow[] = [];
  const expressions = [...parts, ...pairs.map(([source]) => source)];
  for (const row of await readLiterals(present, from.name, expressions)) {
    try {
      await insertLiterals(wanted, to.name, all, [...row.slice(parts.length), ...values]);
      kept.push(row.slice(0, parts.length));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
  }
  return kept;
}
