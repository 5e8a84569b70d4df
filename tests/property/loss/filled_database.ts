import fc from "fast-check";
import { Choice } from "./choice.ts";
import { quote } from "./contents.ts";
import { type Definition, readDefinition, writeDefinition } from "./definition.ts";

/** A database with rows, as numbers that {@linkcode databaseSql} turns into statements. */
export interface DatabaseRecipe {
  readonly tables: readonly TableShape[];
  /** Further objects: views, triggers, virtual tables. */
  readonly others: readonly (readonly number[])[];
  /** What a hand, or another branch, made beside the revisions. */
  readonly drift: readonly (readonly number[])[];
  readonly isDriftBranch: boolean;
  readonly wal: boolean;
  readonly pageSize: 512 | 4096 | 65536;
  readonly encoding: "UTF-8" | "UTF-16le";
  /** So many further rows in the first table: more than are compared at a time. */
  readonly bulk: number;
  /** Whether their texts are long: then the pages that a rebuild changes are more than a megabyte. */
  readonly isWide: boolean;
  /** Whether the settings ask for restore points that hold lost rows alone. */
  readonly keepsRows: boolean;
  /** Whether a run may keep a megabyte of pages only before it begins again behind a copy. */
  readonly hasLittleMemory: boolean;
}

export interface TableShape {
  readonly shape: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** The statements that make a database. */
export interface DatabaseSql {
  /** The first revision. */
  readonly schema: readonly string[];
  /** Rows, of which some may be refused by a constraint. */
  readonly rows: readonly string[];
  /** Each group as a whole, or not at all. */
  readonly drift: readonly (readonly string[])[];
}

const numbers = (length: number) =>
  fc.array(fc.nat(5_039), { minLength: length, maxLength: length });

export const databaseRecipe: fc.Arbitrary<DatabaseRecipe> = fc.record({
  tables: fc.array(
    fc.record({
      shape: numbers(40),
      rows: fc.array(numbers(10), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  others: fc.array(numbers(12), { maxLength: 5 }),
  drift: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(numbers(8), { minLength: 1, maxLength: 3 }) },
  ),
  isDriftBranch: fc.oneof(
    { weight: 3, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  wal: fc.boolean(),
  pageSize: fc.constantFrom(4096, 512, 65536),
  encoding: fc.oneof(
    { weight: 7, arbitrary: fc.constant("UTF-8" as const) },
    { weight: 1, arbitrary: fc.constant("UTF-16le" as const) },
  ),
  bulk: fc.oneof(
    { weight: 14, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(999, 1000, 1001, 2300) },
  ),
  isWide: fc.boolean(),
  keepsRows: fc.boolean(),
  hasLittleMemory: fc.boolean(),
});

const TABLE_NAMES = ["users", "orders", "t", "Big Table"];
const COLUMN_NAMES = ["a", "b", "email", "total", "état", "select", "rowid"];
const TYPES = ["TEXT", "INTEGER", "", "REAL", "BLOB", "NUMERIC", "ANY"];
const STRICT_TYPES = ["TEXT", "INTEGER", "ANY", "REAL", "BLOB"];
const KEYS = [
  "rowid",
  "rowid",
  "autoincrement",
  "none",
  "none",
  "text",
  "composite",
  "without",
  "without composite",
];

/** A table as its rows are written. */
interface Shape {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly hasNumberKey: boolean;
}

export function databaseSql(recipe: DatabaseRecipe): DatabaseSql {
  const schema: string[] = [];
  const rows: string[] = [];
  const shapes: Shape[] = [];
  recipe.tables.forEach(({ shape, rows: lines }, at) => {
    const table = tableSql(TABLE_NAMES[at]!, shapes, new Choice(shape), schema);
    shapes.push(table);
    for (const line of lines) rows.push(rowSql(table, new Choice(line)));
  });
  recipe.others.forEach((each, at) => otherSql(at, shapes, new Choice(each), schema, rows));
  // A trigger that writes to all rows for each of many takes minutes.
  const hasTrigger = schema.some((each) => each.startsWith("CREATE TRIGGER"));
  if (recipe.bulk > 0 && !hasTrigger) rows.unshift(bulkSql(shapes[0]!, recipe));
  const drift = recipe.drift.map((each, at) => driftSql(at, shapes, new Choice(each)));
  return { schema, rows, drift };
}

function tableSql(
  name: string,
  earlier: readonly Shape[],
  choice: Choice,
  schema: string[],
): Shape {
  const key = choice.of(KEYS);
  const isStrict = choice.oneIn(4);
  const types = isStrict ? STRICT_TYPES : TYPES;
  const columns: { name: string; type: string }[] = [];
  const parts: string[] = [];
  if (key === "rowid" || key === "autoincrement") {
    columns.push({ name: "id", type: "INTEGER" });
    parts.push(`id INTEGER PRIMARY KEY${key === "autoincrement" ? " AUTOINCREMENT" : ""}`);
  } else if (key === "text" || key === "without") {
    columns.push({ name: "id", type: "TEXT" });
    parts.push("id TEXT PRIMARY KEY NOT NULL");
  } else if (key !== "none") {
    columns.push({ name: "k1", type: "INTEGER" }, { name: "k2", type: "TEXT" });
    parts.push("k1 INTEGER NOT NULL", "k2 TEXT NOT NULL");
  }
  const count = 1 + choice.number(4);
  const first = choice.oneIn(5) ? 3 : 0;
  for (const column of COLUMN_NAMES.slice(first, first + count)) {
    const type = choice.of(types);
    columns.push({ name: column, type });
    const words = [quote(column), type];
    if (choice.oneIn(8)) words.push("NOT NULL");
    if (choice.oneIn(8)) words.push("DEFAULT 'seven'");
    if (choice.oneIn(9)) {
      words.push(choice.of(["UNIQUE", "UNIQUE ON CONFLICT REPLACE", "UNIQUE ON CONFLICT IGNORE"]));
    }
    if (choice.oneIn(10)) words.push("COLLATE NOCASE");
    if (choice.oneIn(10)) words.push(`CHECK (${quote(column)} IS NOT 'never')`);
    parts.push(words.filter((word) => word !== "").join(" "));
  }
  const parents = earlier.filter((each) => each.hasNumberKey);
  if (parents.length > 0 && choice.oneIn(2)) {
    const parent = choice.of(parents);
    const action = choice.of([
      "ON DELETE CASCADE",
      "ON DELETE SET NULL",
      "ON DELETE CASCADE ON UPDATE CASCADE",
      "",
    ]);
    columns.push({ name: "parent_id", type: "INTEGER" });
    parts.push(`parent_id INTEGER REFERENCES ${quote(parent.name)} (id) ${action}`.trim());
  }
  if (choice.oneIn(6)) {
    const last = quote(columns.at(-1)!.name);
    parts.push(
      `gen ${isStrict ? "TEXT" : choice.of(["TEXT", ""])} AS (coalesce(${last}, 'none') || '!') ${
        choice.of(["VIRTUAL", "STORED"])
      }`,
    );
  }
  if (key.includes("composite")) parts.push("PRIMARY KEY (k1, k2)");
  if (columns.length > 2 && choice.oneIn(8)) {
    parts.push(`UNIQUE (${columns.slice(-2).map((each) => quote(each.name)).join(", ")})`);
  }
  const options = [
    ...(isStrict ? ["STRICT"] : []),
    ...(key.startsWith("without") ? ["WITHOUT ROWID"] : []),
  ];
  const sql = writeDefinition(name, { parts, options: options.join(", ") });
  schema.push(sql);
  const indexed = quote(choice.of(columns).name);
  const at = earlier.length;
  if (choice.oneIn(3)) schema.push(`CREATE INDEX i${at} ON ${quote(name)} (${indexed})`);
  if (choice.oneIn(6)) {
    schema.push(`CREATE INDEX p${at} ON ${quote(name)} (${indexed}) WHERE ${indexed} IS NOT NULL`);
  }
  if (choice.oneIn(6)) schema.push(`CREATE INDEX x${at} ON ${quote(name)} (lower(${indexed}))`);
  return { name, sql, columns, hasNumberKey: key === "rowid" || key === "autoincrement" };
}

const TEXTS = [
  "'red'",
  "'blue'",
  "'green running'",
  "'zoë seven'",
  "'007'",
  "'7'",
  "'1.50'",
  "''",
  "' red '",
  "'red' || char(0) || 'blue'",
  "'RED'",
  "'never ''said'''",
];
const NUMBERS = ["1", "2", "7", "-3", "0", "9223372036854775807", "9007199254740993", "1000000"];
const REALS = ["0.5", "1.0", "1e300", "9e999", "0.1", "-2.75", "9223372036854775807"];
const BLOBS = ["x'00ff'", "x''", "x'726564'", "zeroblob(3)"];

/** A value for a column, as SQL. */
export function valueSql(type: string, choice: Choice): string {
  if (choice.oneIn(6)) return "NULL";
  switch (type) {
    case "TEXT":
      return choice.of(TEXTS);
    case "INTEGER":
      return choice.of(NUMBERS);
    case "REAL":
      return choice.of(REALS);
    case "BLOB":
      return choice.of(BLOBS);
    default:
      return choice.of([...TEXTS, ...NUMBERS, ...REALS, ...BLOBS]);
  }
}

function rowSql({ name, columns }: Shape, choice: Choice): string {
  const names = columns.map((column) => quote(column.name));
  const values = columns.map(({ name: column, type }) => {
    if (column === "id" && type === "INTEGER") return choice.of(["NULL", "1", "2", "3", "7", "40"]);
    if (column === "parent_id") return choice.of(["1", "2", "3", "NULL", "7"]);
    return valueSql(type, choice);
  });
  // Now and then a gap in the rowids, which a copy in another order would close.
  const isShadowed = columns.some((each) => each.name === "rowid");
  if (!isShadowed && columns[0]!.name !== "id" && columns[0]!.name !== "k1" && choice.oneIn(3)) {
    names.unshift("rowid");
    values.unshift(choice.of(["20", "10", "5", "-4"]));
  }
  return `INSERT INTO ${quote(name)} (${names.join(", ")}) VALUES (${values.join(", ")})`;
}

/** Rows with gaps between their rowids, told apart by every column that a number may be in. */
function bulkSql({ name, columns }: Shape, { bulk, isWide }: DatabaseRecipe): string {
  const text = isWide ? "'text ' || n || hex(zeroblob(400))" : "'text ' || n";
  const values = columns.map(({ name: column, type }) =>
    column === "parent_id"
      ? "NULL"
      : type === "TEXT"
      ? text
      : type === "BLOB"
      ? "CAST('bytes ' || n AS BLOB)"
      : type === "REAL"
      ? "n + 0.5"
      : "n * 3 + 100"
  );
  return `WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ${bulk})
INSERT INTO ${quote(name)} (${columns.map((each) => quote(each.name)).join(", ")})
SELECT ${values.join(", ")} FROM count`;
}

function otherSql(
  at: number,
  shapes: readonly Shape[],
  choice: Choice,
  schema: string[],
  rows: string[],
): void {
  const kind = choice.of(["view", "trigger", "trigger", "instead", "fts", "external", "rtree"]);
  const table = choice.of(shapes);
  const other = choice.of(shapes);
  const [name, column] = [quote(table.name), quote(table.columns.at(-1)!.name)];
  const otherColumn = quote(other.columns.at(-1)!.name);
  switch (kind) {
    case "view":
      schema.push(
        choice.of([
          `CREATE VIEW v${at} AS SELECT ${column} AS c FROM ${name}`,
          `CREATE VIEW v${at} AS SELECT x.${column}, count(*) AS n FROM ${name} x GROUP BY 1`,
        ]),
      );
      break;
    case "trigger": {
      const event = choice.of([
        "AFTER UPDATE",
        "AFTER INSERT",
        "BEFORE DELETE",
        "BEFORE INSERT",
        `AFTER UPDATE OF ${column}`,
      ]);
      const action = choice.of([
        "SELECT 1",
        `DELETE FROM ${quote(other.name)}`,
        `UPDATE ${quote(other.name)} SET ${otherColumn} = NULL`,
        `DELETE FROM ${quote(other.name)} WHERE ${otherColumn} IS NOT NULL`,
      ]);
      schema.push(
        `CREATE TRIGGER g${at} ${event} ON ${name} BEGIN ${action}; END`,
      );
      break;
    }
    case "instead":
      schema.push(
        `CREATE VIEW w${at} AS SELECT ${column} AS c FROM ${name}`,
        `CREATE TRIGGER iw${at} INSTEAD OF DELETE ON w${at} BEGIN DELETE FROM ${name}; END`,
      );
      break;
    case "fts": {
      const options = choice.of(["", ", tokenize='porter'", ", prefix='2'"]);
      schema.push(`CREATE VIRTUAL TABLE fts${at} USING fts5(title, body${options})`);
      for (const rowid of [10, 20]) {
        rows.push(
          `INSERT INTO fts${at} (rowid, title, body) VALUES (${rowid}, ${choice.of(TEXTS)}, ${
            choice.of(TEXTS)
          })`,
        );
      }
      if (choice.oneIn(2)) rows.push(`INSERT INTO fts${at} (fts${at}, rank) VALUES ('pgsz', 1000)`);
      break;
    }
    case "external": {
      const source = choice.of(shapes);
      const text = source.columns.find(({ type }) => type === "TEXT")?.name;
      if (choice.oneIn(3) || text === undefined) {
        schema.push(`CREATE VIRTUAL TABLE bare${at} USING fts5(body, content='')`);
        rows.push(`INSERT INTO bare${at} (rowid, body) VALUES (3, 'red seven'), (9, 'blue')`);
      } else {
        schema.push(
          `CREATE VIRTUAL TABLE ext${at} USING fts5(${quote(text)}, content='${source.name}')`,
        );
        rows.push(`INSERT INTO ext${at} (ext${at}) VALUES ('rebuild')`);
      }
      break;
    }
    case "rtree":
      schema.push(`CREATE VIRTUAL TABLE box${at} USING rtree(id, x0, x1)`);
      rows.push(`INSERT INTO box${at} VALUES (1, 0.5, 1.5), (7, -1, 1)`);
      break;
  }
}

function driftSql(at: number, shapes: readonly Shape[], choice: Choice): string[] {
  const table = choice.of(shapes);
  const [name, column] = [quote(table.name), quote(table.columns.at(-1)!.name)];
  const constraint = choice.of([
    `CHECK (1)`,
    `CHECK (hand${at} IS NOT 'never')`,
  ]);
  const own = readDefinition(table.sql);
  const [last, number] = [own.parts[table.columns.length - 1]!, table.columns.length - 1];
  const withParts = (parts: readonly string[], options = own.options) =>
    rebuiltByHand(table, { parts, options });
  return choice.of<string[]>([
    [`CREATE INDEX hand_index${at} ON ${name} (${column})`],
    [`CREATE TRIGGER hand_trigger${at} AFTER DELETE ON ${name} BEGIN SELECT 1; END`],
    [`CREATE VIEW hand_view${at} AS SELECT ${column} AS "c" FROM ${name} WHERE 'legacy' <> "legacy"`],
    [
      `CREATE TABLE hand_table${at} (id INTEGER PRIMARY KEY, note TEXT)`,
      `INSERT INTO hand_table${at} VALUES (1, 'red'), (9, 'blue')`,
    ],
    [
      `ALTER TABLE ${name} ADD COLUMN hand${at} TEXT`,
      `UPDATE ${name} SET hand${at} = 'red'`,
    ],
    [
      `ALTER TABLE ${name} ADD COLUMN hand${at} TEXT DEFAULT 'by hand' CONSTRAINT hand_check_${at} ${constraint}`,
    ],
    [`ALTER TABLE ${name} ADD COLUMN hand${at} INTEGER NOT NULL DEFAULT 7`],
    [`CREATE UNIQUE INDEX hand_unique${at} ON ${name} (${column})`],
    withParts([...own.parts, `CONSTRAINT hand_check_${at} CHECK (1)`]),
    withParts([...own.parts, `UNIQUE (${column})`]),
    withParts(own.parts.with(number, `${last} NOT NULL`)),
    withParts(own.parts.with(number, `${last} DEFAULT 'hand'`)),
    withParts([...own.parts, `FOREIGN KEY (${column}) REFERENCES ${quote(shapes[0]!.name)}`]),
  ]);
}

/** A rebuild that no revision knows. It forgets indexes, which were then never there. */
function rebuiltByHand(table: Shape, definition: Definition): string[] {
  const [name, hand] = [quote(table.name), quote(`${table.name}__hand`)];
  return [
    writeDefinition(`${table.name}__hand`, definition),
    `INSERT INTO ${hand} SELECT ${
      table.columns.map((each) => quote(each.name)).join(", ")
    } FROM ${name}`,
    `DROP TABLE ${name}`,
    `PRAGMA legacy_alter_table = ON`,
    `ALTER TABLE ${hand} RENAME TO ${name}`,
    `PRAGMA legacy_alter_table = OFF`,
  ];
}
