import type { StatementSync } from "node:sqlite";
import type { Row, SqlValue } from "./connection.ts";

type ArrayStatement = StatementSync & {
  setReturnArrays(enabled: boolean): void;
  columns(): readonly { readonly name: string }[];
};

/**
 * Runs a statement to its end and gives its rows by column name; of columns that share a name, the last.
 *
 * node:sqlite makes an object without a prototype for each row, which costs five times what an array does
 * with a dozen columns. Rows made here share one shape.
 */
export function readRows(statement: StatementSync, parameters: readonly SqlValue[]): Row[] {
  const native = statement as ArrayStatement;
  native.setReturnArrays(true);
  const values = native.all(...parameters as SqlValue[]) as unknown as SqlValue[][];
  if (values.length === 0) return [];
  // Asked after running: a changed schema makes SQLite compile the statement anew.
  const names = native.columns().map(({ name }) => name);
  return values.map((row) => toRow(names, row));
}

function toRow(names: readonly string[], values: readonly SqlValue[]): Row {
  const row: Record<string, SqlValue> = {};
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    // Assigning to this one name would not make a property.
    if (name === "__proto__") defineOwn(row, name, values[i]!);
    else row[name] = values[i]!;
  }
  return row;
}

function defineOwn(row: Record<string, SqlValue>, name: string, value: SqlValue): void {
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}
