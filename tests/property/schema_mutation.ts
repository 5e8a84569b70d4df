import type { ColumnRecipe, SchemaRecipe, TableRecipe } from "./schema_arbitrary.ts";
import { plainColumn } from "./schema_arbitrary.ts";

/** A schema that means something else than the one it was made from. */
export interface Mutation {
  readonly what: string;
  readonly schema: SchemaRecipe;
}

/**
 * Changes one thing about a schema so that it means something else. SQLite may refuse the result.
 *
 * @param picks What to choose.
 * @returns undefined where what was chosen is not there.
 */
export function mutateSchema(schema: SchemaRecipe, picks: readonly number[]): Mutation | undefined {
  const [where = 0, which = 0, how = 0, what = 0] = picks;
  if (what % 6 === 0) return mutateObject(schema, which, how);
  const at = where % schema.tables.length;
  const table = schema.tables[at];
  const mutated = table &&
    (what % 3 === 0
      ? mutateTable(table, which, how)
      : mutateColumn(table, which % table.columns.length, how, picks[4] ?? 0));
  if (mutated === undefined) return undefined;
  return {
    what: `${table?.name}: ${mutated.what}`,
    schema: { ...schema, tables: schema.tables.with(at, mutated.table) },
  };
}

type TableMutation = { readonly what: string; readonly table: TableRecipe };

function mutateTable(table: TableRecipe, which: number, how: number): TableMutation | undefined {
  const change = (what: string, part: Partial<TableRecipe>) => ({
    what,
    table: { ...table, ...part },
  });
  const { columns, constraints, options } = table;
  const at = which % Math.max(constraints.length, 1);
  const constraint = constraints[at];
  switch (how % 7) {
    case 0:
      return change("add a column", { columns: [...columns, plainColumn("added", "TEXT")] });
    case 1:
      return change("drop a column", { columns: columns.toSpliced(which % columns.length, 1) });
    case 2:
      return constraint === undefined || constraint.startsWith("PRIMARY")
        ? undefined
        : change(`drop ${constraint}`, { constraints: constraints.toSpliced(at, 1) });
    case 3: {
      if (constraint === undefined) return undefined;
      const named = constraint.startsWith("CONSTRAINT")
        ? constraint.replace(/^CONSTRAINT ("[^"]*"|\S+) /, "")
        : `CONSTRAINT given ${constraint}`;
      return change(`name ${constraint}`, { constraints: constraints.with(at, named) });
    }
    case 4: {
      if (constraint === undefined) return undefined;
      const other = constraint.includes("IS NOT '")
        ? constraint.replace(/'(?:[^']|'')*'\)$/, "'Other')")
        : constraint.includes("DEFERRABLE")
        ? constraint.replace(" DEFERRABLE INITIALLY DEFERRED", "")
        : constraint.includes("REFERENCES")
        ? `${constraint} DEFERRABLE INITIALLY DEFERRED`
        : `${constraint} ON CONFLICT REPLACE`;
      return change(`make ${constraint} ${other}`, { constraints: constraints.with(at, other) });
    }
    case 5: {
      const option = which % 2 === 0 ? "STRICT" : "WITHOUT ROWID";
      return change(`toggle ${option}`, {
        options: options.includes(option)
          ? options.filter((one) => one !== option)
          : [...options, option],
      });
    }
    default:
      return change("toggle AUTOINCREMENT", {
        columns: columns.map((column) => ({
          ...column,
          notNull: column.notNull === "PRIMARY KEY"
            ? "PRIMARY KEY AUTOINCREMENT"
            : column.notNull === "PRIMARY KEY AUTOINCREMENT"
            ? "PRIMARY KEY"
            : column.notNull,
        })),
        ...(columns.some(({ notNull }) => notNull.startsWith("PRIMARY"))
          ? {}
          : { constraints: [...constraints, "CHECK (7 > 6)"] }),
      });
  }
}

function mutateColumn(
  table: TableRecipe,
  at: number,
  how: number,
  choice: number,
): TableMutation | undefined {
  const column = table.columns[at];
  if (column === undefined) return undefined;
  const set = (part: Partial<ColumnRecipe>) => ({
    what: `${column.name}: ${JSON.stringify(part)}`,
    table: { ...table, columns: table.columns.with(at, { ...column, ...part }) },
  });
  const other = (from: readonly string[], present: string) => {
    const others = from.filter((text) => text !== present);
    return others[choice % others.length] ?? "";
  };
  switch (how % 5) {
    case 0:
      return set({ type: other(["", "INT", "TEXT", "REAL", "BLOB", "VARCHAR(21)"], column.type) });
    case 1:
      // The key of a WITHOUT ROWID or STRICT table is NOT NULL anyhow.
      return column.notNull.startsWith("PRIMARY") || table.options.length > 0 ? undefined : set({
        notNull: other(
          ["", "NOT NULL", "NOT NULL ON CONFLICT IGNORE", "CONSTRAINT n NOT NULL"],
          column.notNull,
        ),
      });
    case 2:
      return column.generated !== ""
        ? set({
          generated: column.generated.includes("STORED")
            ? column.generated.replace("STORED", "VIRTUAL")
            : column.generated.replace("'x'", "'X'"),
        })
        : set({ default: other(["", "7", "'seven'", "'Seven'", "(7 + 7)"], column.default) });
    case 3:
      return set({ collation: other(["", "COLLATE NOCASE", "COLLATE rtrim"], column.collation) });
    default:
      return set({ name: "renamed" });
  }
}

function mutateObject(schema: SchemaRecipe, which: number, how: number): Mutation | undefined {
  const at = which % Math.max(schema.others.length, 1);
  const sql = schema.others[at];
  if (sql === undefined) return undefined;
  const change = (what: string, others: readonly string[]) => ({
    what: `${what} ${sql}`,
    schema: { ...schema, others },
  });
  if (how % 2 === 0) return change("drop", schema.others.toSpliced(at, 1));
  if (sql.includes("VIRTUAL")) {
    return change("change", schema.others.with(at, sql.replace("body", "body, title")));
  }
  const other = sql.includes("VIEW")
    ? sql.replace("AS c", "AS d")
    : sql.includes("BEGIN")
    ? sql.replace("BEGIN", "BEGIN SELECT 'Once'; ")
    : sql.includes("UNIQUE")
    ? sql.replace("UNIQUE ", "")
    : sql.includes(" DESC")
    ? sql.replace(" DESC", "")
    : sql.includes("WHERE")
    ? sql.replace(/ WHERE.*$/s, "")
    : sql.replace("CREATE INDEX", "CREATE UNIQUE INDEX");
  return change("change", schema.others.with(at, other));
}
