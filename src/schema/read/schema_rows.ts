import type { Connection, Row } from "../../db/connection.ts";

/** An object as in sqlite_schema. */
export interface SchemaRow {
  readonly type: "table" | "index" | "view" | "trigger";
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** A column as in `table_xinfo`: name, type, NOT NULL, place in the primary key. */
export type ColumnRow = readonly [name: string, type: string, notNull: number, key: number];

/** A column of an index as in `index_xinfo`. The name is null for an expression and the rowid. */
export type KeyRow = readonly [name: string | null, descending: number, collation: string];

/** An index as in `index_list`, with its columns. Its origin is `c`, `u` or `pk`. */
export type IndexRow = readonly [
  name: string,
  unique: number,
  origin: string,
  partial: number,
  columns: readonly KeyRow[],
];

/** A column of a foreign key as in `foreign_key_list`. */
export type ForeignKeyRow = readonly [
  id: number,
  parent: string,
  from: string,
  to: string | null,
  onUpdate: string,
  onDelete: string,
];

/** A table as the pragmas describe it. Those of a known table are not asked for its columns, indexes and foreign keys. */
export interface TableRow {
  readonly kind: string;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
}

/** SQLite's answers about a schema. */
export interface SchemaRows {
  readonly objects: readonly SchemaRow[];
  /** By name as written. */
  readonly tables: ReadonlyMap<string, TableRow>;
  /** The modules of this connection, folded. */
  readonly modules: ReadonlySet<string>;
}

// Without the second argument, a TEMP table of the same name would be described. json() marks the text of a subquery as
// JSON again: SQLite 3.54 may lose that (https://sqlite.org/json1.html#the_json_subtype).
const TABLES = `
SELECT name, type AS kind, wr, strict,
  CASE WHEN asked THEN (
    SELECT json_group_array(json_array(c.name, c.type, c."notnull", c.pk))
    FROM pragma_table_xinfo(t.name, 'main') AS c
  ) END AS columns,
  CASE WHEN asked THEN (
    SELECT json_group_array(json_array(i.name, i."unique", i.origin, i.partial, json((
      SELECT json_group_array(json_array(k.name, k."desc", k.coll))
      FROM pragma_index_xinfo(i.name, 'main') AS k WHERE k.key
    ))))
    FROM pragma_index_list(t.name, 'main') AS i
  ) END AS indexes,
  CASE WHEN asked THEN (
    SELECT json_group_array(json_array(f.id, f."table", f."from", f."to", f.on_update, f.on_delete))
    FROM pragma_foreign_key_list(t.name, 'main') AS f
  ) END AS foreign_keys
FROM (
  SELECT name, type, wr, strict,
    type = 'table' AND name NOT IN (SELECT value FROM json_each(?)) AS asked
  FROM pragma_table_list WHERE schema = 'main'
) AS t`;

/**
 * Asks SQLite for everything at once: one row for each table, with its lists as JSON, costs a third of
 * one row for each column.
 *
 * @param isKnown Tables for which only the kind is read.
 * @throws {SqlError} if the database cannot be read.
 */
export async function readSchemaRows(
  connection: Connection,
  isKnown: (row: SchemaRow) => boolean = () => false,
): Promise<SchemaRows> {
  if (connection.batch !== undefined && !connection.inTransaction()) {
    // A transaction of such a database reads a copy of the schema, which answers these queries.
    await connection.execute("BEGIN");
    try {
      return await readSchemaRows(connection, isKnown);
    } finally {
      await connection.execute("ROLLBACK");
    }
  }
  const found = await connection.query(
    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL",
  );
  const objects = found.map((row): SchemaRow => ({
    type: row.type as SchemaRow["type"],
    name: row.name as string,
    table: row.tbl_name as string,
    sql: row.sql as string,
  }));
  const known = objects.filter((row) => row.type === "table" && isKnown(row));
  const tables = await connection.query(TABLES, [JSON.stringify(known.map(({ name }) => name))]);
  const modules = await connection.query("SELECT lower(name) AS name FROM pragma_module_list");
  return {
    objects,
    tables: new Map(tables.map((row) => [row.name as string, tableRow(row)])),
    modules: new Set(modules.map((row) => row.name as string)),
  };
}

function tableRow(row: Row): TableRow {
  return {
    kind: row.kind as string,
    withoutRowid: Number(row.wr) === 1,
    strict: Number(row.strict) === 1,
    columns: list<ColumnRow>(row.columns),
    indexes: list<IndexRow>(row.indexes),
    foreignKeys: list<ForeignKeyRow>(row.foreign_keys),
  };
}

function list<T>(json: Row[string] | undefined): readonly T[] {
  return typeof json === "string" ? JSON.parse(json) as T[] : [];
}
