import { type Index, mentionedNames, type Table } from "../../schema/model/model.ts";
import { foldName } from "../../sql/identifier.ts";

const ABOUT_EQUAL_ROWS = [
  "conflict",
  "distinct",
  "except",
  "group",
  "ignore",
  "intersect",
  "replace",
  "union",
];

/** Whether a statement may treat equal rows differently, as OR IGNORE and DISTINCT do. */
export function dependsOnEqualRows(statement: string): boolean {
  const names = mentionedNames(statement);
  return ABOUT_EQUAL_ROWS.some((word) => names.has(word));
}

/** The folded columns of a table's primary key, UNIQUEs and unique indexes. */
export function keyColumns(table: Table, indexes: readonly Index[]): ReadonlySet<string> {
  const keys = [...table.uniques, ...(table.primaryKey ? [table.primaryKey] : [])];
  return new Set([
    ...keys.flatMap(({ columns }) => columns.map(({ name }) => foldName(name))),
    ...indexes.filter(({ unique }) => unique)
      .flatMap(({ terms }) => terms.flatMap(({ expression }) => [...mentionedNames(expression)])),
  ]);
}
