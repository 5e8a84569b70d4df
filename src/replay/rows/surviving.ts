import { foldName, quoteName, sameName } from "../../sql/identifier.ts";
import type { Change } from "../../schema/model/change.ts";
import type { Column, Schema, Table } from "../../schema/model/model.ts";
import { converts, implicitRowid, rowidColumn, rowidExpression } from "../../schema/model/row.ts";

/** A table that exists before and after some changes, and the values of its rows that must stay the same. */
export interface SurvivingTable {
  readonly from: Table;
  readonly to: Table;
  /** The columns that exist before and after. */
  readonly columns: readonly SurvivingColumn[];
  /** Expressions for the rowid before and after; undefined if it does not stay the same. */
  readonly rowids: readonly [from: string, to: string] | undefined;
}

/** A column that exists before and after. `isKept` is false if another affinity converts its values. */
export interface SurvivingColumn {
  readonly from: Column;
  readonly to: Column;
  readonly isKept: boolean;
}

/** The tables that exist in both schemas, according to the changes between them. */
export function survivingTables(
  from: Schema,
  to: Schema,
  changes: readonly Change[],
): SurvivingTable[] {
  const altered = new Map(
    changes.filter((change) => change.kind === "alter-table")
      .map((change) => [foldName(change.from.name), change]),
  );
  const dropped = new Set(
    changes.filter((change) => change.kind === "drop-table")
      .map((change) => foldName(change.table.name)),
  );
  const survivors: SurvivingTable[] = [];
  for (const [key, table] of from.tables) {
    if (dropped.has(key)) continue;
    const change = altered.get(key);
    const wanted = change?.to ?? to.tables.get(key);
    if (wanted === undefined) continue;
    const names = new Map(table.columns.map(({ name }) => [foldName(name), foldName(name)]));
    for (const one of change?.changes ?? []) {
      if (one.kind === "drop-column") names.delete(foldName(one.column.name));
      if (one.kind === "rename-column") names.set(foldName(one.from), foldName(one.to));
    }
    survivors.push(survivor(table, wanted, names));
  }
  return survivors;
}

function survivor(from: Table, to: Table, names: ReadonlyMap<string, string>): SurvivingTable {
  const wanted = new Map(to.columns.map((column) => [foldName(column.name), column]));
  const columns = from.columns.flatMap((column): SurvivingColumn[] => {
    const other = wanted.get(names.get(foldName(column.name)) ?? "");
    if (other === undefined || other.generated !== undefined) return [];
    return [{ from: column, to: other, isKept: !converts([from, column], [to, other]) }];
  });
  return { from, to, columns, rowids: rowidPair(from, to, columns) };
}

/** The column that becomes the rowid; undefined if none does. */
export function newRowid({ from, to, columns }: SurvivingTable): SurvivingColumn | undefined {
  const name = rowidColumn(to);
  if (name === undefined) return undefined;
  const column = columns.find((one) => sameName(one.to.name, name));
  const before = rowidColumn(from);
  return column === undefined || (before !== undefined && sameName(before, column.from.name))
    ? undefined
    : column;
}

/** The rowids before and after; undefined if an existing or referring column becomes the rowid, or there is none. */
function rowidPair(
  from: Table,
  to: Table,
  columns: readonly SurvivingColumn[],
): readonly [string, string] | undefined {
  const before = rowidExpression(from);
  const after = rowidExpression(to);
  if (before === undefined || after === undefined) return undefined;
  const key = rowidColumn(to);
  // A new rowid column that is a foreign key gets the number of a parent.
  const isChosen = key !== undefined && !columns.some((one) => sameName(one.to.name, key)) &&
    to.foreignKeys.some((one) => one.columns.some((name) => sameName(name, key)));
  if (isChosen) return undefined;
  const isHidden = implicitRowid(to) !== undefined;
  const origin = columns.find((column) => quoteName(column.to.name) === after)?.from;
  const isSame = origin === undefined || quoteName(origin.name) === before;
  return isHidden || isSame ? [before, after] : undefined;
}
