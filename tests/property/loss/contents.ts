import { DatabaseSync } from "node:sqlite";

/**
 * What a database holds, read by SQLite itself and by nothing of Aludel: the judge of the law of loss must not share a
 * mistake with what it judges.
 */
export interface Contents {
  readonly tables: ReadonlyMap<string, TableContents>;
  readonly indexes: ReadonlyMap<string, IndexContents>;
  readonly triggers: ReadonlyMap<string, DependentObject>;
  readonly views: ReadonlyMap<string, DependentObject>;
  /** The text of every object. */
  readonly schema: readonly string[];
}

export interface TableContents {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly ColumnContents[];
  /** The columns that tell a row from others: those of the key, or {@linkcode ROWID} if that is no column. */
  readonly key: readonly string[];
  readonly hasRowid: boolean;
  /** By the values of the key. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly isAutoincrement: boolean;
  readonly sequence: bigint | null;
  readonly isStrict: boolean;
  readonly uniques: readonly string[];
  readonly parents: readonly ForeignKey[];
  /** For an FTS5 table the rowids that each word of the vocabulary finds, and its options. */
  readonly found: ReadonlyMap<string, readonly string[]>;
  readonly settings: readonly string[];
  /** False for a virtual table that depends on another table, and finds it changed. */
  readonly isReadable: boolean;
  /** Whether it is an index of another table's rows. */
  readonly isOfOther: boolean;
}

/** Stands for a rowid that is no column; a column may be called rowid. */
export const ROWID = "(rowid)";

/** Values by column, {@linkcode ROWID} included. Each is its type and its bytes: `i:12`, `t:61`, `n`. */
export type Row = ReadonlyMap<string, string>;

export interface ColumnContents {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly isGenerated: boolean;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly onDelete: string;
}

export interface IndexContents {
  readonly name: string;
  readonly table: string;
  /** Null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly isUnique: boolean;
  /** DESC and collation of each column. */
  readonly order: string;
  /** The text of the whole list if there is an expression in it: the pragmas have no name for one. */
  readonly expressions: string;
  readonly condition: string;
}

export interface DependentObject {
  readonly name: string;
  readonly table: string;
  readonly compiles: boolean;
}

/** The words that rows hold and that FTS5 tables are asked for. */
export const VOCABULARY = ["red", "blue", "green", "running", "zoë", "seven", "7", "007"] as const;

type SqlRow = Record<string, unknown>;

/** Reads a database file, of which this opens a connection that may write: it should be a copy. */
export function readContents(path: string): Contents {
  const database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: true,
  });
  try {
    return contentsOf(database);
  } finally {
    database.close();
  }
}

/** Reads an open database. */
export function contentsOf(database: DatabaseSync): Contents {
  const all = (sql: string, ...values: (string | number)[]): SqlRow[] => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all(...values);
  };
  const tables = new Map<string, TableContents>();
  const listed = all(
    "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')",
  );
  for (const row of listed) {
    const name = String(row["name"]);
    if (/^(?:sqlite_|aludel_(?!schema))/i.test(name)) continue;
    tables.set(name.toLowerCase(), readTable(all, name, row));
  }
  const indexes = new Map<string, IndexContents>();
  const triggers = new Map<string, DependentObject>();
  const views = new Map<string, DependentObject>();
  const objects = all(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table' ORDER BY name",
  );
  for (const row of objects) {
    const [name, table, sql] = [
      String(row["name"]),
      String(row["tbl_name"]).toLowerCase(),
      row["sql"],
    ];
    if (table.startsWith("aludel_")) continue;
    const folded = name.toLowerCase();
    if (row["type"] === "index") indexes.set(folded, readIndex(all, name, table, sql));
    if (row["type"] === "view") {
      const compiles = runs(database, `EXPLAIN SELECT * FROM ${quote(name)}`);
      views.set(folded, { name, table: folded, compiles });
    }
    if (row["type"] === "trigger") {
      triggers.set(folded, { name, table, compiles: triggerCompiles(database, String(sql), all) });
    }
  }
  const schema = all(
    `SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') AS text FROM sqlite_schema
     WHERE tbl_name NOT LIKE 'aludel~_%' ESCAPE '~' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1`,
  ).map((row) => String(row["text"]));
  return { tables, indexes, triggers, views, schema };
}

/** The contents as text, to compare two of them as a whole. */
export function contentsText(contents: Contents): string {
  const lines = [...contents.schema];
  for (const [name, { rows, sequence, found, settings }] of contents.tables) {
    lines.push(
      `${name} ${sequence} ${settings} ${[...found].map(([word, ids]) => `${word} ${ids}`)}`,
    );
    lines.push(...[...rows].map(([key, row]) => `${name} ${key}: ${[...row.values()]}`).sort());
  }
  return lines.sort().join("\n");
}

type Query = (sql: string, ...values: (string | number)[]) => SqlRow[];

function readTable(all: Query, name: string, listed: SqlRow): TableContents {
  const [defined] = all("SELECT sql FROM sqlite_schema WHERE name = ? AND type = 'table'", name);
  const sql = String(defined?.["sql"]);
  const isVirtual = listed["type"] === "virtual";
  const info = all("SELECT * FROM pragma_table_xinfo(?)", name)
    .filter((row) => !isVirtual || Number(row["hidden"]) === 0);
  const columns = info.map((row): ColumnContents => ({
    name: String(row["name"]).toLowerCase(),
    // In a STRICT table ANY keeps every value; elsewhere it prefers numbers.
    type: String(row["type"]).toUpperCase() + (Number(listed["strict"]) === 1 ? " STRICT" : ""),
    notNull: Number(row["notnull"]) === 1,
    default: row["dflt_value"] === null ? null : String(row["dflt_value"]),
    isGenerated: Number(row["hidden"]) >= 2,
  }));
  const hasRowid = Number(listed["wr"]) === 0;
  const keyed = info.filter((row) => Number(row["pk"]) > 0)
    .sort((a, b) => Number(a["pk"]) - Number(b["pk"]))
    .map((row) => String(row["name"]).toLowerCase());
  const lists = isVirtual ? [] : all("SELECT * FROM pragma_index_list(?)", name);
  const aliased = hasRowid && keyed.length === 1 && !lists.some((row) => row["origin"] === "pk");
  const taken = new Set(columns.map((column) => column.name));
  const rowid = hasRowid ? ["rowid", "_rowid_", "oid"].find((each) => !taken.has(each)) : undefined;
  const isRtree = /\busing\s+rtree/i.test(sql);
  const key = isRtree
    ? [columns[0]!.name]
    : aliased || !hasRowid
    ? keyed
    : rowid === undefined
    ? []
    : [ROWID];
  // What such a table shows are the rows of another one, or nothing.
  const isIndexOnly = /\bcontent\s*=/i.test(sql);
  const isFts = /\busing\s+fts5/i.test(sql);
  const sequences = all("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'");
  const [sequence] = sequences.length === 0
    ? []
    : all("SELECT max(seq) AS seq FROM sqlite_sequence WHERE name = ?", name);
  return {
    name,
    sql,
    columns,
    key,
    hasRowid,
    rows: isIndexOnly
      ? new Map()
      : readRows(all, name, columns, key, key[0] === ROWID ? rowid : undefined),
    isOfOther: isIndexOnly && !/\bcontent\s*=\s*''/i.test(sql),
    isReadable: !isIndexOnly || isReadable(all, name),
    isAutoincrement: /\bAUTOINCREMENT\b/i.test(sql),
    sequence: (sequence?.["seq"] ?? null) as bigint | null,
    isStrict: Number(listed["strict"]) === 1,
    uniques: lists.filter((row) => row["origin"] === "u").map((row) =>
      all("SELECT name FROM pragma_index_info(?)", String(row["name"]))
        .map((column) => String(column["name"]).toLowerCase()).join(",")
    ),
    parents: isVirtual ? [] : readParents(all, name),
    found: new Map(isFts ? VOCABULARY.map((word) => [word, hits(all, name, word)]) : []),
    settings: isFts
      ? all(`SELECT k || '=' || v AS text FROM ${quote(`${name}_config`)} ORDER BY k`)
        .map((row) => String(row["text"]))
      : [],
  };
}

function readRows(
  all: Query,
  name: string,
  columns: readonly ColumnContents[],
  key: readonly string[],
  rowid: string | undefined,
): Map<string, Row> {
  const read = (column: string) =>
    `CASE typeof(${column}) WHEN 'null' THEN 'n' WHEN 'integer' THEN 'i:' || ${column}
     WHEN 'real' THEN 'r:' || printf('%!.20g', ${column})
     ELSE substr(typeof(${column}), 1, 1) || ':' || hex(${column}) END`;
  const names = columns.map((column) => column.name);
  const fields = names.map((column) => read(quote(column)));
  if (rowid !== undefined) {
    names.push(ROWID);
    fields.push(read(rowid));
  }
  const rows = new Map<string, Row>();
  const aliases = fields.map((field, at) => `${field} AS f${at}`).join(", ");
  all(`SELECT ${aliases} FROM ${quote(name)}`).forEach((found, position) => {
    const row = new Map(names.map((column, at) => [column, String(found[`f${at}`])]));
    const values = key.map((column) => row.get(column)!);
    rows.set(key.length === 0 ? `#${position}` : values.join(" "), row);
  });
  return rows;
}

function readParents(all: Query, name: string): ForeignKey[] {
  const keys = new Map<string, ForeignKey & { columns: string[] }>();
  for (const row of all("SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq", name)) {
    const id = String(row["id"]);
    const key = keys.get(id) ?? {
      columns: [],
      parent: String(row["table"]).toLowerCase(),
      onDelete: String(row["on_delete"]),
    };
    key.columns.push(String(row["from"]).toLowerCase());
    keys.set(id, key);
  }
  return [...keys.values()];
}

function hits(all: Query, table: string, word: string): string[] {
  const sql = `SELECT rowid FROM ${quote(table)} WHERE ${quote(table)} MATCH ? ORDER BY rowid`;
  return all(sql, `"${word}"`).map((row) => String(row["rowid"]));
}

function isReadable(all: Query, table: string): boolean {
  try {
    all(`SELECT * FROM ${quote(table)}`);
    return true;
  } catch {
    return false;
  }
}

function readIndex(all: Query, name: string, table: string, sql: unknown): IndexContents {
  const [listed] = all("SELECT * FROM pragma_index_list(?) WHERE name = ?", table, name);
  const parts = all("SELECT * FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno", name);
  const text = String(sql ?? "");
  const condition = /\bWHERE\b(.*)$/is.exec(text)?.[1]?.trim() ?? "";
  const columns = parts.map((part) =>
    part["name"] === null ? null : String(part["name"]).toLowerCase()
  );
  return {
    name,
    table,
    columns,
    isUnique: Number(listed?.["unique"] ?? 0) === 1,
    order: parts.map((part) => `${part["desc"]} ${part["coll"]}`).join(", "),
    expressions: columns.includes(null) ? text.slice(text.indexOf("(")) : "",
    condition,
  };
}

/** Whether a statement that fires the trigger can be prepared: SQLite compiles its triggers with it. */
function triggerCompiles(database: DatabaseSync, sql: string, all: Query): boolean {
  const head = /\b(INSERT|DELETE|UPDATE(?:\s+OF\s+("[^"]+"|\w+))?)\s+ON\s+("[^"]+"|\w+)/i.exec(sql);
  if (head === null) return true;
  const [, event = "", column, table = ""] = head;
  const target = table.replace(/^"|"$/g, "");
  // SQLite cannot list the columns of a view that does not compile.
  if (!runs(database, `SELECT * FROM ${quote(target)}`)) return false;
  const columns = all("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", target)
    .map((row) => quote(String(row["name"])));
  // A column of the trigger's own that is dropped leaves it idle, as that DROP says, and not broken.
  const set = columns.find((each) => each === quote(column?.replaceAll('"', "") ?? "")) ??
    columns[0];
  const statement = /^INSERT/i.test(event)
    ? `INSERT INTO ${table} DEFAULT VALUES`
    : /^DELETE/i.test(event)
    ? `DELETE FROM ${table}`
    : `UPDATE ${table} SET ${set} = NULL`;
  return runs(database, `EXPLAIN ${statement}`);
}

function runs(database: DatabaseSync, sql: string): boolean {
  try {
    database.prepare(sql);
    return true;
  } catch {
    return false;
  }
}

/** The name in SQLite's quotes. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
