import { foldName, sameName } from "../sql/identifier.ts";
import type { TableText } from "./create_table.ts";
import type { KeyColumn, Table } from "./model.ts";
import type { TableRow } from "./schema_row.ts";

/**
 * Holds the reader of CREATE TABLE to SQLite's own pragmas, so that a text it misreads is an error and
 * never a table that quietly lost a constraint.
 *
 * @returns What they disagree about, or undefined.
 */
export function findDisagreement(
  table: Table,
  text: TableText,
  facts: TableRow,
): string | undefined {
  if (table.columns.length !== facts.columns.length) return "the number of columns";
  const key = table.primaryKey;
  for (const [at, [name, , notNull, place]] of facts.columns.entries()) {
    const column = table.columns[at]!;
    if (column.name !== name) return `the name of column ${at + 1}`;
    if ((text.columns[at]!.notNull !== undefined) && notNull === 0) return `NOT NULL of "${name}"`;
    if (place > 0 && !sameName(key?.columns[place - 1]?.name ?? "", name)) return "the PRIMARY KEY";
  }
  if (text.strict !== facts.strict) return "STRICT";
  if (text.withoutRowid !== facts.withoutRowid) return "WITHOUT ROWID";
  const constraints = facts.indexes.filter(([, , origin]) => origin !== "c");
  const expected: readonly (readonly KeyColumn[])[] = [
    ...(key === undefined || key.rowid ? [] : [key.columns]),
    ...table.uniques.map(({ columns }) => columns),
  ];
  if (constraints.length !== expected.length) return "the number of its own indexes";
  const found = new Set(
    constraints.map(([, , , , columns]) =>
      signature(columns.map(([name, , coll]) => [name, coll]))
    ),
  );
  for (const columns of expected) {
    const wanted = columns.map(({ name, collation }) => [
      name,
      collation ?? table.columns.find((column) => sameName(column.name, name))?.collation ??
        "binary",
    ]);
    if (!found.has(signature(wanted))) return "the columns of its own indexes";
  }
  return foreignKeysDisagree(table, facts) ? "its foreign keys" : undefined;
}

function signature(columns: readonly (readonly (string | null)[])[]): string {
  return JSON.stringify(columns.map((pair) => pair.map((part) => foldName(part ?? ""))));
}

/** `foreign_key_list` counts from the last one declared. */
function foreignKeysDisagree(table: Table, facts: TableRow): boolean {
  const keys = table.foreignKeys.toReversed();
  const columns = keys.reduce((sum, key) => sum + key.columns.length, 0);
  if (columns !== facts.foreignKeys.length) return true;
  const places = keys.map(() => 0);
  return facts.foreignKeys.some(([id, parent, from, to, onUpdate, onDelete]) => {
    const key = keys[id];
    if (key === undefined) return true;
    const place = places[id]!++;
    return key.parent !== parent || !sameName(key.columns[place] ?? "", from) ||
      (key.parentColumns[place] ?? null) !== to ||
      key.onUpdate !== onUpdate || key.onDelete !== onDelete;
  });
}
