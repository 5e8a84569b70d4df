import type { Connection, Row } from "../../db/connection.ts";
import { foldName } from "../../sql/identifier.ts";

/** An object as sqlite_schema has it. */
export interface SchemaRow {
  readonly type: "table" | "index" | "view" | "trigger";
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** A column as `table_xinfo` has it: name, type, NOT NULL, place in the primary key. */
export type ColumnRow = readonly [name: string, type: string, notNull: number, key: number];

/** A column of an index as `index_xinfo` has it. The name is null for an expression and the rowid. */
export type KeyRow = readonly [name: string | null, descending: number, collation: string];

/** An index as `index_list` has it: who made it (`c`, `u` or `pk`), with its columns. */
export type IndexRow = readonly [
  name: string,
  unique: number,
  origin: string,
  partial: number,
  columns: readonly KeyRow[],
];

/** A column of a foreign key as `foreign_key_list` has it. */
export type ForeignKeyRow = readonly [
  id: number,
  parent: string,
  from: string,
  to: string | null,
  onUpdate: string,
  onDelete: string,
];

/** A table as the pragmas describe it; without columns, indexes and foreign keys where these were not asked for. */
export interface TableRow {
  readonly kind: string;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
}

/** What SQLite says of a schema, before any of it is understood. */
export interface SchemaRows {
  readonly objects: readonly SchemaRow[];
  /** By name as written. */
  readonly tables: ReadonlyMap<string, TableRow>;
  /** The modules that this connection has, folded. */
  readonly modules: ReadonlySet<string>;
}

// The second argument keeps a TEMP table of the same name from being described instead. json() says of a subquery's text
// that it is JSON: SQLite 3.54 may forget it (https://sqlite.org/json1.html#the_json_subtype).
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
 * Asks SQLite for everything at once: one row a table, with its lists as JSON, costs a third of what
 * a row for every column does.
 *
 * @param isKnown Says of which tables nothing but the kind is to be asked.
 * @throws {SqlError} if the database cannot be read.
 */
export async function readSchemaRows(
  connection: Connection,
  isKnown: (row: SchemaRow) => boolean = () => false,
): Promise<SchemaRows> {
  if (connection.batch !== undefined && !connection.inTransaction()) {
    // A transaction of such a database has a copy of the schema, which can be asked more.
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

/**
 * The endings of shadow tables by module, folded. SQLite knows a shadow table only while its module is
 * loaded: https://sqlite.org/vtab.html#xshadowname.
 */
const ENDINGS: Readonly<Record<string, RegExp>> = {
  fts3: /^(?:content|segdir|segments|docsize|stat)$/,
  fts4: /^(?:content|segdir|segments|docsize|stat)$/,
  fts5: /^(?:config|content|data|docsize|idx)$/,
  rtree: /^(?:node|parent|rowid)$/,
  rtree_i32: /^(?:node|parent|rowid)$/,
  geopoly: /^(?:node|parent|rowid)$/,
  // sqlite-vec 0.1.9; SpatiaLite's indexes make no table of their own.
  vec0: /^(?:info|chunks|rowids|auxiliary|vector_chunks\d\d|metadata(?:chunks|text)\d\d)$/,
  virtualspatialindex: /^$/,
};

/** Whether a module that is loaded does not tell SQLite of all its shadow tables: sqlite-vec 0.1.9 omits the numbered ones. */
export function hidesColumns(module: string): boolean {
  return foldName(module) === "vec0";
}

/**
 * Whether a table can be a shadow table of a virtual table whose module is not loaded. Of a module
 * that is unknown here, every table with the virtual table's name and `_` in front is taken for one:
 * a table that is left alone by mistake loses nothing.
 *
 * @param name The table's name, folded.
 * @param owner The virtual table's name, folded.
 * @param module The module's name as written.
 */
export function isShadowName(name: string, owner: string, module: string): boolean {
  if (!name.startsWith(`${owner}_`)) return false;
  const endings = ENDINGS[foldName(module)];
  return endings === undefined || endings.test(name.slice(owner.length + 1));
}
