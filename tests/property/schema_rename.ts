import { quoteName } from "../../src/sql/identifier.ts";
import { NO_HINTS, type RenameHints } from "../../src/schema/diff/renames.ts";
import type { ColumnRecipe, SchemaRecipe, TableRecipe } from "./schema_arbitrary.ts";

/** A schema in which something has another name, and the hints that say so. */
export interface RenamedSchema {
  readonly schema: SchemaRecipe;
  readonly hints: RenameHints;
}

const TABLE = "new table";
const COLUMN = "new column";

/**
 * Gives a table or a column another name everywhere, with a hint that says so.
 *
 * @param picks What to choose.
 */
export function renameSomething(schema: SchemaRecipe, picks: readonly number[]): RenamedSchema {
  const [where = 0, which = 0, what = 0, takes = 0] = picks;
  const at = where % schema.tables.length;
  const table = schema.tables[at]!;
  const isTaken = takes % 3 === 0;
  if (what % 2 === 0) {
    const renamed = renameTable(schema, table);
    return isTaken ? { ...renamed, schema: withTable(renamed.schema, table.name) } : renamed;
  }
  const old = table.columns[which % table.columns.length]!.name;
  const renamed = renameColumn(schema, table, old);
  return isTaken ? { ...renamed, schema: withColumn(renamed.schema, table.name, old) } : renamed;
}

/** A new table takes the name that another one gave up. */
function withTable(schema: SchemaRecipe, name: string): SchemaRecipe {
  const table = { name, columns: [column("fresh")], constraints: [], options: [] };
  return { ...schema, tables: [...schema.tables, table] };
}

/** A new column takes the name that another one gave up. */
function withColumn(schema: SchemaRecipe, owner: string, name: string): SchemaRecipe {
  return {
    ...schema,
    tables: schema.tables.map((table) =>
      table.name === owner ? { ...table, columns: [...table.columns, column(name)] } : table
    ),
  };
}

function column(name: string): ColumnRecipe {
  return { name, type: "TEXT", notNull: "", default: "", collation: "", generated: "" };
}

function renameTable(schema: SchemaRecipe, { name }: TableRecipe): RenamedSchema {
  return {
    schema: everywhere(schema, name, TABLE),
    hints: { ...NO_HINTS, tables: [{ from: name, to: TABLE }] },
  };
}

/** Other tables name none of its columns: foreign keys of the generator refer to primary keys. */
function renameColumn(schema: SchemaRecipe, table: TableRecipe, column: string): RenamedSchema {
  const { name } = table;
  const [renamed = table] = everywhere({ tables: [table], others: [] }, column, COLUMN).tables;
  const on = new RegExp(`\\b(?:ON|FROM) ${escaped(quoteName(name))}(?![^ (;])`);
  return {
    schema: {
      tables: schema.tables.map((one) => one === table ? { ...renamed, name } : one),
      others: schema.others.map((sql) =>
        on.test(sql) && column !== name ? sql.replaceAll(quoteName(column), quoteName(COLUMN)) : sql
      ),
    },
    hints: { ...NO_HINTS, columns: [{ table: name, from: column, to: COLUMN }] },
  };
}

function everywhere(schema: SchemaRecipe, old: string, name: string): SchemaRecipe {
  const text = (sql: string) => sql.replaceAll(quoteName(old), quoteName(name));
  return {
    tables: schema.tables.map((table) => ({
      ...table,
      name: table.name === old ? name : table.name,
      columns: table.columns.map((column) => ({
        ...column,
        name: column.name === old ? name : column.name,
        generated: text(column.generated),
      })),
      constraints: table.constraints.map(text),
    })),
    others: schema.others.map(text),
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
