import type { Affinity } from "../sql/affinity.ts";
import type { Column, Table } from "./model.ts";
import { normalType } from "./token_text.ts";

/** Whether a value that is copied from one column to another may come out as another value. */
export function converts(
  [fromTable, from]: readonly [Table, Column],
  [toTable, to]: readonly [Table, Column],
): boolean {
  const target = storage(toTable, to);
  return target !== "BLOB" && target !== storage(fromTable, from);
}

/**
 * How a column stores values: INTEGER does it as NUMERIC (https://sqlite.org/datatype3.html section 3.1), and
 * ANY of a STRICT table takes everything as it is (https://sqlite.org/stricttables.html).
 */
function storage({ strict }: Table, { affinity, type }: Column): Affinity {
  if (strict && normalType(type) === "ANY") return "BLOB";
  return affinity === "INTEGER" ? "NUMERIC" : affinity;
}
