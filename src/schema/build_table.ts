import { foldName, sameName } from "../sql/identifier.ts";
import { affinityOf } from "../sql/affinity.ts";
import type { ColumnText } from "./column_text.ts";
import { readCreateTable, type TableText } from "./create_table.ts";
import type { Column, KeyColumn, PrimaryKey, Table, Unique } from "./model.ts";
import type { ColumnRow, SchemaRow, TableRow } from "./schema_row.ts";
import { findDisagreement } from "./table_disagreement.ts";
import { unreadableSchema } from "./unreadable_schema.ts";

/**
 * Joins what the pragmas say of a table with what only its text says.
 *
 * @throws {AludelError} `schema-unreadable` where the two do not fit: then nothing is concluded.
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
    // The key of a WITHOUT ROWID or STRICT table is NOT NULL without saying so.
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
    // A rowid has neither a collation nor a direction that could be seen.
    columns: isInteger
      // Of an integer that would be the rowid SQLite forgets the COLLATE in any table.
      ? key.columns.map(({ name, descending }) => ({
        name,
        collation: undefined,
        descending: descending && !rowid,
      }))
      : key.columns.map((column) => withOwnCollation(column, text.columns)),
    rowid,
  };
}

/** Of UNIQUE constraints over the same columns SQLite keeps one, and none that the key makes needless. */
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

function signature(columns: readonly KeyColumn[]): string {
  return columns.map(({ name, collation }) => `${foldName(name)}\0${foldName(collation ?? "")}\0`)
    .join("");
}
