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
  for (let at = 0; at < facts.columns.length; at++) {
    const [name, , notNull, place] = facts.columns[at]!;
    const column = table.columns[at]!;
    if (column.name !== name) return `the name of column ${at + 1}`;
    if ((text.columns[at]!.notNull !== undefined) && notNull === 0) return `NOT NULL of "${name}"`;
    if (place > 0 && !sameName(key?.columns[place - 1]?.name ?? "", name)) return "the PRIMARY KEY";
  }
  if (text.strict !== facts.strict) return "STRICT";
  if (text.withoutRowid !== facts.withoutRowid) return "WITHOUT ROWID";
  if (indexesDisagree(table, facts)) return "its own indexes";
  return foreignKeysDisagree(table, facts) ? "its foreign keys" : undefined;
}

/** Whether the PRIMARY KEY and UNIQUEs do not give the indexes that SQLite has made for them. */
function indexesDisagree(table: Table, facts: TableRow): boolean {
  const { primaryKey: key, uniques } = table;
  const hasKeyIndex = key !== undefined && !key.rowid;
  const found = new Set<string>();
  let count = 0;
  for (const [, , origin, , columns] of facts.indexes) {
    if (origin === "c") continue;
    count++;
    found.add(columns.map(([name, , collation]) => keyPart(name ?? "", collation)).join(""));
  }
  const signature = (columns: readonly KeyColumn[]) =>
    columns.map((column) => keyPart(column.name, collationOf(column, table))).join("");
  return count !== uniques.length + (hasKeyIndex ? 1 : 0) ||
    (hasKeyIndex && !found.has(signature(key.columns))) ||
    uniques.some(({ columns }) => !found.has(signature(columns)));
}

function keyPart(name: string, collation: string): string {
  return `${foldName(name)}\0${foldName(collation)}\0`;
}

function collationOf({ name, collation }: KeyColumn, table: Table): string {
  return collation ?? table.columns.find((column) => sameName(column.name, name))?.collation ??
    "binary";
}

/** `foreign_key_list` counts from the last one declared. */
function foreignKeysDisagree(table: Table, facts: TableRow): boolean {
  if (table.foreignKeys.length === 0) return facts.foreignKeys.length > 0;
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
