import type { Connection } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { foldName } from "../../sql/identifier.ts";
import {
  type Index,
  isReservedName,
  type Schema,
  type Table,
  type Trigger,
  type View,
  type VirtualTable,
} from "../model/model.ts";
import { buildTable } from "./build_table.ts";
import { readCreateIndex, readCreateVirtualTable } from "./definition_text.ts";
import { hidesShadowTables, isShadowName } from "../model/virtual_table.ts";
import { readSchemaRows, type SchemaRow, type SchemaRows } from "./schema_rows.ts";

/**
 * Tables and indexes of schemas that were read before, by their stored text. When SQLite opens a database, it makes
 * tables of their texts alone (https://sqlite.org/schematab.html), so that equal texts give equal tables.
 */
export class KnownObjects {
  readonly #tables = new Map<string, Table>();
  readonly #indexes = new Map<string, { readonly index: Index; readonly owner: Table }>();

  constructor(schemas: readonly Schema[]) {
    for (const schema of schemas) this.add(schema);
  }

  /** Adds the tables and indexes of a schema. */
  add({ tables, indexes }: Schema): void {
    for (const table of tables.values()) {
      if (!this.#tables.has(table.sql)) this.#tables.set(table.sql, table);
    }
    for (const index of indexes.values()) {
      const owner = this.#tables.get(tables.get(foldName(index.table))?.sql ?? "");
      if (owner !== undefined) this.#indexes.set(index.sql, { index, owner });
    }
  }

  /** The table that a row describes, if its text was read before. */
  table({ name, sql }: SchemaRow): Table | undefined {
    const table = this.#tables.get(sql);
    return table?.name === name ? table : undefined;
  }

  /**
   * The index that a row describes, if its text was read before.
   * @param owner Its table: what its terms mean depends on the columns.
   */
  index({ name, table, sql }: SchemaRow, owner: Table): Index | undefined {
    const known = this.#indexes.get(sql);
    if (known === undefined || known.owner !== owner) return undefined;
    return known.index.name === name && known.index.table === table ? known.index : undefined;
  }
}

/**
 * Reads the schema of a connection's main database. It need not compile: views of missing tables, functions
 * that only the application registers, modules that are not loaded and foreign keys to missing tables are read
 * as they are.
 *
 * @param known Schemas that are similar to this one. Tables with the same text as in one of them are not read again.
 * @throws {AludelError} `schema-unreadable` if SQLite and the reader of the stored SQL disagree.
 * @throws {SqlError} if SQLite cannot read the database.
 */
export async function introspect(
  connection: Connection,
  known: readonly Schema[] | KnownObjects = [],
): Promise<Schema> {
  const objects = known instanceof KnownObjects ? known : new KnownObjects(known);
  const rows = await readSchemaRows(connection, (row) => objects.table(row) !== undefined);
  return buildSchema(rows, objects);
}

/**
 * Makes a schema of SQLite's answers.
 * @param known Contains every table that the answers leave out. Others with the same text are not read again.
 */
export function buildSchema(rows: SchemaRows, known: KnownObjects = new KnownObjects([])): Schema {
  const tables = new Map<string, Table>();
  const virtualTables = new Map<string, VirtualTable>();
  const views = new Map<string, View>();
  const indexes = new Map<string, Index>();
  const triggers = new Map<string, Trigger>();
  const orphans: { readonly owner: string; readonly module: string }[] = [];

  for (const row of rows.objects) {
    if (row.type !== "table" || !isVirtual(row.sql)) continue;
    const key = foldName(row.name);
    const text = about(row, () => readCreateVirtualTable(row.sql));
    virtualTables.set(key, { kind: "virtual-table", name: row.name, sql: row.sql, ...text });
    if (!rows.modules.has(foldName(text.module)) || hidesShadowTables(text.module)) {
      orphans.push({ owner: key, module: text.module });
    }
  }
  for (const row of rows.objects) {
    const key = foldName(row.name);
    if (row.type !== "table" || virtualTables.has(key) || isReservedName(row.name)) continue;
    const facts = rows.tables.get(row.name);
    if (facts === undefined || facts.kind === "shadow") continue;
    if (orphans.some(({ owner, module }) => isShadowName(key, owner, module))) continue;
    tables.set(key, known.table(row) ?? about(row, () => buildTable(row, facts)));
  }
  for (const row of rows.objects) {
    const key = foldName(row.name);
    if (row.type === "table" || isReservedName(row.name) || isReservedName(row.table)) continue;
    if (row.type === "view") {
      views.set(key, { kind: "view", name: row.name, sql: row.sql });
    } else if (row.type === "trigger") {
      triggers.set(key, { kind: "trigger", name: row.name, table: row.table, sql: row.sql });
    } else {
      const table = tables.get(foldName(row.table));
      if (table === undefined) continue; // belongs to the module, on a shadow table
      indexes.set(key, known.index(row, table) ?? readIndex(row, table));
    }
  }
  return { tables, virtualTables, views, indexes, triggers };
}

function readIndex(row: SchemaRow, table: Table): Index {
  const columns = table.columns.map(({ name }) => name);
  const text = about(row, () => readCreateIndex(row.sql, columns));
  return { kind: "index", name: row.name, table: row.table, sql: row.sql, ...text };
}

/** Whether a stored text is that of a virtual table: SQLite writes these three words itself. */
function isVirtual(sql: string): boolean {
  return sql.startsWith("CREATE VIRTUAL TABLE ");
}

function about<T>(row: SchemaRow, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AludelError) || error.code !== "schema-unreadable") throw error;
    throw new AludelError("schema-unreadable", `Cannot read the ${row.type} "${row.name}"`, {
      notes: [error.message, ...error.notes],
      next: error.next,
      cause: error,
    });
  }
}
