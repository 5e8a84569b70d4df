import { foldName } from "../sql/identifier.ts";
import type { Index, Schema, Table } from "./model.ts";
import type { SchemaRow } from "./schema_row.ts";

/**
 * Tables and indexes of schemas that were read before, by their stored text. SQLite makes a table of nothing but its
 * text whenever it opens a database (https://sqlite.org/schematab.html), so that what was read of a text once holds
 * wherever it stands again.
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

  /** The table that a row stands for, if its text was read before. */
  table({ name, sql }: SchemaRow): Table | undefined {
    const table = this.#tables.get(sql);
    return table?.name === name ? table : undefined;
  }

  /**
   * The index that a row stands for, if its text was read before.
   * @param owner Its table by now: what its terms mean hangs on the columns.
   */
  index({ name, table, sql }: SchemaRow, owner: Table): Index | undefined {
    const known = this.#indexes.get(sql);
    if (known === undefined || known.owner !== owner) return undefined;
    return known.index.name === name && known.index.table === table ? known.index : undefined;
  }
}
