import fc from "fast-check";
import { quoteName, quoteText } from "../../src/sql/identifier.ts";

/** A column of a {@linkcode TableRecipe}; texts are SQL as it shall be written. */
export interface ColumnRecipe {
  readonly name: string;
  readonly type: string;
  readonly notNull: string;
  readonly default: string;
  readonly collation: string;
  readonly generated: string;
}

/** A table as a value that a test can change, and that {@linkcode tableSql} writes. */
export interface TableRecipe {
  readonly name: string;
  readonly columns: readonly ColumnRecipe[];
  readonly constraints: readonly string[];
  readonly options: readonly string[];
}

/** A schema as a value. Everything but tables is SQL already. */
export interface SchemaRecipe {
  readonly tables: readonly TableRecipe[];
  readonly others: readonly string[];
}

/** The schema's SQL, a statement each. */
export function schemaSql(schema: SchemaRecipe): string[] {
  return [...schema.tables.map(tableSql), ...schema.others];
}

/** The table's CREATE TABLE. */
function tableSql(table: TableRecipe): string {
  const parts = [...table.columns.map(columnSql), ...table.constraints];
  const options = table.options.length === 0 ? "" : ` ${table.options.join(", ")}`;
  return `CREATE TABLE ${quoteName(table.name)} (\n  ${parts.join(",\n  ")}\n)${options}`;
}

/** The column's definition. */
function columnSql(column: ColumnRecipe): string {
  const { name, type, notNull, collation, generated } = column;
  const value = column.default === "" ? "" : `DEFAULT ${column.default}`;
  return [quoteName(name), type, notNull, value, collation, generated]
    .filter((part) => part !== "").join(" ");
}

/** Names that people and programs really give, and that tools get wrong. */
const awkwardName: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("users", "orders", "id", "email", "note", "Total", "x") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "select",
      "Order",
      "key",
      "group by",
      'say "hi"',
      "it's",
      "a]b",
      "a`b",
      "größe",
      "naïve ☃",
      "1st",
      "check",
      "a.b",
      "a;b",
      "--",
      "/*",
      "default",
      "_rowid",
      "CamelCase",
    ),
  },
);

const types = [
  "",
  "INT",
  "INTEGER",
  "TEXT",
  "VARCHAR(20)",
  "DECIMAL( 10 , 2 )",
  "REAL",
  "BLOB",
  "unsigned big int",
  '"my type"',
];
const strictTypes = ["INT", "INTEGER", "TEXT", "REAL", "BLOB", "ANY"];
const defaults = [
  "",
  "",
  "",
  "0",
  "-1",
  "'it''s'",
  "NULL",
  "CURRENT_TIMESTAMP",
  "(1 + 2)",
  "(lower('A'))",
  "x'00ff'",
  "TRUE",
];

interface TableShape {
  readonly names: readonly string[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly key: "none" | "rowid" | "autoincrement" | "columns";
  readonly picks: readonly number[];
}

/** A table; foreign keys may lead to any of `parents`, or nowhere. */
function tableArbitrary(
  name: string,
  parents: readonly string[],
): fc.Arbitrary<TableRecipe> {
  return fc.record({
    names: fc.uniqueArray(awkwardName, {
      minLength: 2,
      maxLength: 6,
      selector: (text) => text.toLowerCase(),
    }),
    strict: fc.boolean(),
    withoutRowid: fc.boolean(),
    key: fc.constantFrom("none", "rowid", "autoincrement", "columns"),
    picks: fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }),
  }).map((shape) => buildTable(name, parents, shape));
}

function buildTable(name: string, parents: readonly string[], shape: TableShape): TableRecipe {
  let next = 0;
  const below = (limit: number) => (shape.picks[next++ % shape.picks.length] ?? 0) % limit;
  const from = (texts: readonly string[]) => texts[below(texts.length)] ?? "";
  const key = shape.withoutRowid ? "columns" : shape.key;
  const [first = "a"] = shape.names;

  const columns: ColumnRecipe[] = shape.names.map((column, at) => {
    const isKey = at === 0 && (key === "rowid" || key === "autoincrement");
    if (isKey) {
      const constraint = `PRIMARY KEY${key === "autoincrement" ? " AUTOINCREMENT" : ""}`;
      return plainColumn(column, "INTEGER", constraint);
    }
    const isGenerated = at > 1 && below(6) === 0;
    const type = from(shape.strict ? strictTypes : types);
    return {
      name: column,
      type,
      notNull: from(["", "", "NOT NULL", "NOT NULL ON CONFLICT IGNORE"]),
      default: isGenerated ? "" : from(defaults),
      collation: from(["", "", "COLLATE NOCASE", "COLLATE rtrim"]),
      generated: isGenerated
        ? `GENERATED ALWAYS AS (${quoteName(first)} || 'x') ${from(["VIRTUAL", "STORED"])}`
        : "",
    };
  });
  const last = shape.names.at(-1) ?? first;
  const constraints: string[] = [];
  const plain = columns.filter(({ generated }) => generated === "").map((column) => column.name);
  const some = plain[below(plain.length)] ?? first;
  if (key === "columns") {
    constraints.push(`PRIMARY KEY (${quoteName(some)}${from(["", " DESC", " COLLATE NOCASE"])})`);
  }
  if (below(3) === 0) {
    constraints.push(
      `${from(["", 'CONSTRAINT "u 1" '])}UNIQUE (${quoteName(last)}, ${quoteName(first)}${
        from(["", " COLLATE NOCASE"])
      })`,
    );
  }
  if (below(3) === 0) {
    constraints.push(
      `${from(["", "CONSTRAINT c "])}CHECK (${quoteName(last)} IS NOT ${
        quoteText(from(["a", "b, c)", "CHECK"]))
      })`,
    );
  }
  if (below(2) === 0) {
    const parent = parents[below(parents.length + 1)] ?? "nowhere";
    constraints.push(
      `FOREIGN KEY (${quoteName(some)}) REFERENCES ${quoteName(parent)}${
        from(["", " ON DELETE CASCADE", " ON UPDATE SET NULL MATCH FULL"])
      }${from(["", " DEFERRABLE INITIALLY DEFERRED"])}`,
    );
  }
  return {
    name,
    columns,
    constraints,
    options: [
      ...(shape.strict ? ["STRICT"] : []),
      ...(shape.withoutRowid ? ["WITHOUT ROWID"] : []),
    ],
  };
}

/** A column with nothing but a type and what follows it. */
export function plainColumn(name: string, type: string, constraint = ""): ColumnRecipe {
  return { name, type, notNull: constraint, default: "", collation: "", generated: "" };
}

/** A schema of up to four tables with indexes, a view, triggers and, sometimes, an FTS5 table. */
export const schemaArbitrary: fc.Arbitrary<SchemaRecipe> = fc.uniqueArray(awkwardName, {
  minLength: 1,
  maxLength: 4,
  selector: (text) => text.toLowerCase(),
}).chain((names) =>
  fc.record({
    tables: fc.tuple(...names.map((name) => tableArbitrary(name, names))),
    picks: fc.array(fc.nat(1_000), { minLength: 24, maxLength: 24 }),
  })
).map(({ tables, picks }) => ({ tables, others: otherObjects(tables, picks) }));

function otherObjects(tables: readonly TableRecipe[], picks: readonly number[]): string[] {
  const others: string[] = [];
  for (const [at, table] of tables.entries()) {
    const pick = (place: number, limit: number) => (picks[(at * 6 + place) % 24] ?? 0) % limit;
    const on = quoteName(table.name);
    const column = quoteName(table.columns[pick(0, table.columns.length)]?.name ?? "");
    const other = quoteName(table.columns.at(-1)?.name ?? "");
    if (pick(1, 2) === 0) {
      const unique = pick(2, 4) === 0 ? "UNIQUE " : "";
      const term = [column, `${column} DESC`, `${column} COLLATE NOCASE`, `length(${column})`][
        pick(3, 4)
      ];
      const where = pick(4, 3) === 0 ? ` WHERE ${other} IS NOT NULL` : "";
      others.push(`CREATE ${unique}INDEX "i ${at}" ON ${on} (${term}, ${other})${where}`);
    }
    if (pick(2, 3) === 0) {
      others.push(`CREATE VIEW "v ${at}" AS SELECT ${column} AS c, t.* FROM ${on} AS t`);
      if (pick(5, 2) === 0) {
        others.push(
          `CREATE TRIGGER "instead ${at}" INSTEAD OF INSERT ON "v ${at}" BEGIN SELECT 1; END`,
        );
      }
    }
    if (pick(3, 3) === 0) {
      others.push(
        `CREATE TRIGGER "t ${at}" AFTER UPDATE OF ${column} ON ${on} WHEN old.${column} IS NOT ` +
          `new.${column} BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT ';'; END`,
      );
    }
    if (pick(4, 8) === 0) {
      others.push(`CREATE VIRTUAL TABLE "f ${at}" USING fts5(body, tokenize = 'porter ascii')`);
    }
  }
  return others;
}
