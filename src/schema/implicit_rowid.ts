import { foldName, quoteName } from "../sql/identifier.ts";
import type { Table } from "./model.ts";

/**
 * A name for the rowid where no column is it: `rowid`, `_rowid_` or `oid`, whichever no column has taken.
 *
 * @param names The names of the columns, where they are not the table's own.
 * @returns undefined for a table without rowids, with a column for it, or whose columns hide it
 * (https://sqlite.org/rowidtable.html).
 */
export function implicitRowid(
  table: Table,
  names: readonly string[] = table.columns.map(({ name }) => name),
): string | undefined {
  if (table.withoutRowid || rowidColumn(table) !== undefined) return undefined;
  const taken = new Set(names.map(foldName));
  return ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
}

/** The name of the column that is the rowid: INTEGER PRIMARY KEY. */
export function rowidColumn({ primaryKey }: Table): string | undefined {
  return primaryKey?.rowid === true ? primaryKey.columns[0]?.name : undefined;
}

/** The rowid as an expression, by whatever name it can be had. */
export function rowidExpression(table: Table): string | undefined {
  const column = rowidColumn(table);
  return column === undefined ? implicitRowid(table) : quoteName(column);
}
