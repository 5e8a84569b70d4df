import { normalType } from "./token_text.ts";
import type { Column, Table } from "./model.ts";

/** A literal that fits a column's type, for rows whose real value nobody knows. */
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
