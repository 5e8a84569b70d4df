import {
  type Affinity,
  foldName,
  freeRowidName,
  quoteName,
  ROWID_NAMES,
} from "../../sql/identifier.ts";
import type { Column, Table } from "./model.ts";
import { normalType } from "./normal_text.ts";

/**
 * A name for the rowid if no column is it: `rowid`, `_rowid_` or `oid`, whichever no column has taken.
 *
 * @param names The names of the columns, if they are not the table's own.
 * @returns undefined for a table without rowids, with a column for it, or whose columns hide it
 * (https://sqlite.org/rowidtable.html).
 */
export function implicitRowid(
  table: Table,
  names: readonly string[] = table.columns.map(({ name }) => name),
): string | undefined {
  if (table.withoutRowid || rowidColumn(table) !== undefined) return undefined;
  return freeRowidName(names);
}

/** The name of the column that is the rowid: INTEGER PRIMARY KEY. */
export function rowidColumn({ primaryKey }: Table): string | undefined {
  return primaryKey?.rowid === true ? primaryKey.columns[0]?.name : undefined;
}

/** The rowid as an expression: its column, or a name that no column has taken. */
export function rowidExpression(table: Table): string | undefined {
  const column = rowidColumn(table);
  return column === undefined ? implicitRowid(table) : quoteName(column);
}

/**
 * Whether a name means the rowid if no column has it. Since SQLite 3.54, ALTER TABLE does not add, rename or
 * drop a column of such a name in a table with rowids (measured on 3.54.0).
 */
export function isRowidName(name: string): boolean {
  return ROWID_NAMES.includes(foldName(name));
}

/** Whether every row must have a value: NOT NULL, or in the key of a WITHOUT ROWID or STRICT table. */
export function isRequired(table: Table, column: Column): boolean {
  if (column.notNull !== undefined) return true;
  const key = foldName(column.name);
  return (table.withoutRowid || table.strict) &&
    (table.primaryKey?.columns.some(({ name }) => foldName(name) === key) ?? false);
}

/** Whether a column has a default other than NULL. */
export function hasDefaultValue({ default: text }: Column): boolean {
  return text !== undefined && foldName(text.replace(/[()\s]/g, "")) !== "null";
}

/** A literal that fits a column's type, for rows whose real value is unknown. */
export function standIn(table: Table, column: Column): string {
  const type = normalType(column.type);
  if (table.strict && type === "ANY") return "''";
  switch (column.affinity) {
    case "TEXT":
      return "''";
    case "BLOB":
      return table.strict || type === "BLOB" ? "x''" : "''";
    default:
      return "0";
  }
}

/** Whether a value that is copied from one column to another may come out as another value. */
export function converts(
  [fromTable, from]: readonly [Table, Column],
  [toTable, to]: readonly [Table, Column],
): boolean {
  const target = storageOf(toTable, to);
  return target !== "BLOB" && target !== storageOf(fromTable, from);
}

/**
 * How a column stores values: INTEGER does it as NUMERIC (https://sqlite.org/datatype3.html section 3.1), and
 * ANY of a STRICT table takes everything as it is (https://sqlite.org/stricttables.html).
 */
export function storageOf({ strict }: Table, { affinity, type }: Column): Affinity {
  if (strict && normalType(type) === "ANY") return "BLOB";
  return affinity === "INTEGER" ? "NUMERIC" : affinity;
}
