/** Every so many tables, one gets a column more. */
export const CHANGED_EVERY = 50;

/** One column of the compared tables, in the words of each tool. */
interface Column {
  readonly name: string;
  readonly sql: string;
  readonly alchemy: string;
  readonly drizzle: string;
}

const COLUMNS: readonly Column[] = [
  {
    name: "id",
    sql: "INTEGER PRIMARY KEY",
    alchemy: "Integer, primary_key=True",
    drizzle: "integer().primaryKey()",
  },
  { name: "a", sql: "TEXT NOT NULL", alchemy: "Text, nullable=False", drizzle: "text().notNull()" },
  {
    name: "b",
    sql: "INTEGER DEFAULT 0",
    alchemy: 'Integer, server_default=text("0")',
    drizzle: "integer().default(0)",
  },
  { name: "c", sql: "REAL", alchemy: "REAL", drizzle: "real()" },
  { name: "d", sql: "TEXT", alchemy: "Text", drizzle: "text()" },
  { name: "e", sql: "BLOB", alchemy: "BLOB", drizzle: "blob()" },
  { name: "f", sql: "TEXT", alchemy: "Text", drizzle: "text()" },
  { name: "g", sql: "TEXT", alchemy: "Text", drizzle: "text()" },
];

const ADDED: Column = { name: "added", sql: "TEXT", alchemy: "Text", drizzle: "text()" };

/** The tables as SQL: eight columns and an index each. */
export function tablesAsSql(count: number, changed: boolean): string {
  return tables(count, changed).map(({ table, index, columns }) => {
    const lines = columns.map(({ name, sql }) => `  ${name} ${sql}`);
    return `CREATE TABLE ${table} (\n${lines.join(",\n")}\n);\n` +
      `CREATE INDEX ${index} ON ${table} (a, b);\n`;
  }).join("");
}

/** The tables as a module for SQLAlchemy, with `metadata` in it. */
export function tablesAsAlchemy(count: number, changed: boolean): string {
  const head = "from sqlalchemy import (\n    BLOB, REAL, Column, Index, Integer, MetaData, " +
    "Table, Text, text,\n)\n\nmetadata = MetaData()\n";
  return head + tables(count, changed).map(({ table, index, columns }) => {
    const lines = columns.map(({ name, alchemy }) => `    Column("${name}", ${alchemy}),\n`);
    return `Table(\n    "${table}", metadata,\n${
      lines.join("")
    }    Index("${index}", "a", "b"),\n)\n`;
  }).join("");
}

/** The tables as a module for drizzle. */
export function tablesAsDrizzle(count: number, changed: boolean): string {
  const names = "blob, index, integer, real, sqliteTable, text";
  const head = `import { ${names} } from "drizzle-orm/sqlite-core";\n`;
  return head + tables(count, changed).map(({ table, index, columns }) => {
    const lines = columns.map(({ name, drizzle }) => `  ${name}: ${drizzle},\n`);
    return `export const ${table} = sqliteTable("${table}", {\n${lines.join("")}}, (t) => [` +
      `index("${index}").on(t.a, t.b)]);\n`;
  }).join("");
}

function tables(count: number, changed: boolean) {
  return Array.from({ length: count }, (_, at) => ({
    table: `t${at}`,
    index: `i${at}`,
    columns: changed && at % CHANGED_EVERY === 0 ? [...COLUMNS, ADDED] : COLUMNS,
  }));
}
