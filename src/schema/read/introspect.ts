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
import {
  hidesColumns,
  isShadowName,
  readSchemaRows,
  type SchemaRow,
  type SchemaRows,
} from "./schema_rows.ts";

/**
 * Tables and indexes of schemas that were read before, by their stored text. SQLite makes a table of nothing but its
 * text whenever it opens a database (https://sqlite.org/schematab.html), so that what was read of a text once holds
 * wherever it occurs again.
 */
export class KnownObjects {
  readonly #tables = new Map<string, Table>();
  readonly #indexes = new Map<string, { readonly index: Index; readonly owner: Table }>();

  constructor(schemas: readonly Schema[]) {
    for (const schema of schemas) this.add(schema);
  }

  /** Knows the tables and indexes of one more schema. */
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
   * @param owner Its table by now: what its terms mean hangs on the columns.
   */
  index({ name, table, sql }: SchemaRow, owner: Table): Index | undefined {
    const known = this.#indexes.get(sql);
    if (known === undefined || known.owner !== owner) return undefined;
    return known.index.name === name && known.index.table === table ? known.index : undefined;
  }
}

/**
 * Reads the schema of a connection's main database. Nothing of it needs to compile: views of missing
 * tables, functions that only the application registers, modules that are not loaded and foreign keys
 * that lead nowhere are all read as they are.
 *
 * @param known Schemas that much of this one is expected to be in: of a table that one of them has with the same
 * text, SQLite is asked nothing more.
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
 * The schema that SQLite's answers describe.
 * @param known Has every table that the answers leave out, and spares reading others whose text it has.
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
    if (!rows.modules.has(foldName(text.module)) || hidesColumns(text.module)) {
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
      if (table === undefined) continue; // on a shadow table: the module's own
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

/** SQLite stores the first three words of a virtual table's SQL itself, so they always look alike. */
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
