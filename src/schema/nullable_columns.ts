import { sameName } from "../sql/identifier.ts";
import type { Column, ForeignKey, Table } from "./model.ts";

/**
 * The columns of a foreign key that a row may leave NULL, so that the key asks for no parent
 * (https://sqlite.org/foreignkeys.html#fk_composite): those that no other key has come first.
 */
export function nullableColumns(key: ForeignKey, table: Table): readonly Column[] {
  const columns = key.columns.flatMap((name) =>
    table.columns.find((column) => sameName(column.name, name)) ?? []
  );
  const nullable = columns.filter((column) =>
    column.notNull === undefined && column.generated === undefined && !isKeyOfRows(table, column)
  );
  return nullable.toSorted((a, b) =>
    Number(isShared(a, key, table)) - Number(isShared(b, key, table))
  );
}

/** Whether other foreign keys of the table have the column too. */
export function isShared({ name }: Column, key: ForeignKey, table: Table): boolean {
  return table.foreignKeys.some((other) =>
    other !== key && other.columns.some((column) => sameName(column, name))
  );
}

/** Whether the table's rows go by the column, so that a NULL becomes a number or is refused. */
function isKeyOfRows({ primaryKey, withoutRowid, strict }: Table, { name }: Column): boolean {
  if (primaryKey === undefined) return false;
  return (withoutRowid || strict || primaryKey.rowid) &&
    primaryKey.columns.some((column) => sameName(column.name ?? "", name));
}
