import { affinityOf, foldName, sameName } from "../../sql/identifier.ts";
import type { Column, KeyColumn, PrimaryKey, Table, Unique } from "../model/model.ts";
import type { ColumnText } from "./column_text.ts";
import { readCreateTable, type TableText } from "./definition_text.ts";
import type { ColumnRow, SchemaRow, TableRow } from "./schema_rows.ts";
import { unreadableSchema } from "./token_cursor.ts";

/**
 * Compares what was read from a CREATE TABLE with SQLite's own pragmas, so that a misread text is an error and
 * not a table that silently lost a constraint.
 *
 * @returns The part about which they disagree, or undefined.
 */
function findDisagreement(
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

/** Whether the PRIMARY KEY and UNIQUE constraints do not match the indexes that SQLite has made for them. */
function indexesDisagree(table: Table, facts: TableRow): boolean {
  const { primaryKey: key, uniques } = table;
  const hasKeyIndex = key !== undefined && !key.rowid;
  const found = new Set<string>();
  let count = 0;
  for (const [, , origin, , columns] of facts.indexes) {
    if (origin === "c") continue;
    count++;
    found.add(signature(columns.map(([name, , collation]) => ({ name: name ?? "", collation }))));
  }
  const isFound = (columns: readonly KeyColumn[]) =>
    found.has(signature(
      columns.map((column) => ({ name: column.name, collation: collationOf(column, table) })),
    ));
  return count !== uniques.length + (hasKeyIndex ? 1 : 0) ||
    (hasKeyIndex && !isFound(key.columns)) ||
    uniques.some(({ columns }) => !isFound(columns));
}

/** A text that is the same for two keys with the same columns and collations. */
function signature(columns: readonly Pick<KeyColumn, "name" | "collation">[]): string {
  return columns.map(({ name, collation }) => `${foldName(name)}\0${foldName(collation ?? "")}\0`)
    .join("");
}

function collationOf({ name, collation }: KeyColumn, table: Table): string {
  return collation ?? table.columns.find((column) => sameName(column.name, name))?.collation ??
    "binary";
}

/** Whether the foreign keys do not match `foreign_key_list`, which begins with the last one. */
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

/**
 * Joins what the pragmas say about a table with what only its text says.
 *
 * @throws {AludelError} `schema-unreadable` if the two contradict each other.
 */
export function buildTable(row: SchemaRow, facts: TableRow): Table {
  const text = readCreateTable(row.sql);
  const primaryKey = buildPrimaryKey(text, facts);
  const table: Table = {
    kind: "table",
    name: row.name,
    sql: row.sql,
    columns: text.columns.map((column, at) => buildColumn(column, facts.columns[at])),
    primaryKey,
    uniques: buildUniques(text, primaryKey),
    foreignKeys: text.foreignKeys,
    checks: text.checks,
    strict: facts.strict,
    withoutRowid: facts.withoutRowid,
    autoincrement: text.autoincrement,
  };
  const disagreement = findDisagreement(table, text, facts);
  if (disagreement !== undefined) {
    const message = `Its text and SQLite's pragmas disagree about ${disagreement}`;
    throw unreadableSchema(message, [row.sql]);
  }
  return table;
}

function buildColumn(text: ColumnText, row: ColumnRow | undefined): Column {
  const [, type = text.type, notNull = 0] = row ?? [];
  return {
    name: text.name,
    type: text.type,
    affinity: affinityOf(type),
    // The key columns of a WITHOUT ROWID or STRICT table are implicitly NOT NULL.
    notNull: notNull === 0 ? undefined : text.notNull ?? { name: undefined, conflict: undefined },
    default: text.default,
    collation: text.collation,
    generated: text.generated,
    definition: text.definition,
  };
}

function buildPrimaryKey(text: TableText, facts: TableRow): PrimaryKey | undefined {
  const key = text.primaryKey;
  if (key === undefined) return undefined;
  const [only, ...others] = key.columns;
  const at = only === undefined || others.length > 0
    ? -1
    : text.columns.findIndex((column) => sameName(column.name, only.name));
  const isInteger = key.rowid && at >= 0 && foldName(facts.columns[at]?.[1] ?? "") === "integer";
  const rowid = isInteger && !facts.withoutRowid;
  return {
    ...key,
    // The collation and direction of a rowid have no effect.
    columns: isInteger
      // SQLite ignores COLLATE in an INTEGER PRIMARY KEY, even if WITHOUT ROWID keeps it from being the rowid.
      ? key.columns.map(({ name, descending }) => ({
        name,
        collation: undefined,
        descending: descending && !rowid,
      }))
      : key.columns.map((column) => withOwnCollation(column, text.columns)),
    rowid,
  };
}

/** SQLite keeps one UNIQUE constraint over the same columns, and none over those of the primary key. */
function buildUniques(text: TableText, primaryKey: PrimaryKey | undefined): Unique[] {
  if (text.uniques.length === 0) return [];
  const seen = new Map<string, Unique>();
  const keyColumns = primaryKey === undefined || primaryKey.rowid
    ? undefined
    : signature(primaryKey.columns);
  for (const unique of text.uniques) {
    const columns = unique.columns.map((column) => withOwnCollation(column, text.columns));
    const columnsSignature = signature(columns);
    if (columnsSignature === keyColumns) continue;
    const earlier = seen.get(columnsSignature);
    if (earlier === undefined) seen.set(columnsSignature, { ...unique, columns });
    else if (earlier.conflict === undefined && unique.conflict !== undefined) {
      seen.set(columnsSignature, { ...earlier, conflict: unique.conflict });
    }
  }
  return [...seen.values()];
}

function withOwnCollation(key: KeyColumn, columns: readonly ColumnText[]): KeyColumn {
  if (key.collation === undefined) return key;
  const column = columns.find(({ name }) => sameName(name, key.name));
  return sameName(key.collation, column?.collation ?? "binary")
    ? { ...key, collation: undefined }
    : key;
}
