import type { Connection } from "../db/connection.ts";
import { SqlError } from "../db/connection.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";

/** What a table holds, as far as a re-creation of it must keep it. */
export interface TableContents {
  readonly name: string;
  readonly rows: bigint;
  /** Order-free digest of the implicit rowids; null where the rowid is a column or there is none. */
  readonly rowids: string | null;
  /** The greatest of the rowids in the digest; null where there is none. */
  readonly lastRowid: bigint | null;
  readonly autoincrement: boolean;
  /** The value in `sqlite_sequence`. */
  readonly sequence: bigint | null;
}

/** An index, trigger or view by its folded name. */
export interface SchemaObject {
  readonly type: "index" | "trigger" | "view";
  readonly name: string;
  /** The table it belongs to; for a view its own name. */
  readonly table: string;
}

/** What stands in the database at one moment: the contents of some tables, and every dependent object. */
export interface Inventory {
  readonly tables: ReadonlyMap<string, TableContents>;
  readonly objects: ReadonlyMap<string, SchemaObject>;
}

/**
 * Counts the named tables, as far as they exist, and lists all indexes, triggers and views.
 * @param names Folded names.
 * @param lastRowids By folded name, how far the digest of a table's rowids goes: new rows have greater ones
 *   (https://sqlite.org/autoinc.html), and what was there before can be told from them.
 */
export async function takeInventory(
  connection: Connection,
  names: Iterable<string>,
  lastRowids: ReadonlyMap<string, bigint> = new Map(),
): Promise<Inventory> {
  const tables = new Map<string, TableContents>();
  for (const name of new Set(names)) {
    const contents = await readContents(connection, name, lastRowids.get(name) ?? null);
    if (contents) tables.set(name, contents);
  }
  const rows = await connection.query(
    `SELECT type, name, tbl_name FROM main.sqlite_schema
     WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL AND name NOT LIKE 'aludel\\_%' ESCAPE '\\'
     ORDER BY name`,
  );
  const objects = new Map<string, SchemaObject>();
  for (const row of rows) {
    const object = {
      type: row["type"] as SchemaObject["type"],
      name: String(row["name"]),
      table: foldName(String(row["tbl_name"])),
    };
    objects.set(`${object.type} ${foldName(object.name)}`, object);
  }
  return { tables, objects };
}

async function readContents(
  connection: Connection,
  folded: string,
  upTo: bigint | null,
): Promise<TableContents | undefined> {
  const [listed] = await connection.query(
    `SELECT name, type, wr FROM pragma_table_list(?)
     WHERE schema = 'main' AND type IN ('table', 'virtual')`,
    [folded],
  );
  if (!listed) return undefined;
  const name = String(listed["name"]);
  const rowid = listed["type"] === "table" && !listed["wr"]
    ? await implicitRowid(connection, name)
    : undefined;
  const digest = rowid === undefined
    ? "NULL AS rowids, NULL AS last"
    : `count(*) || ' ' || coalesce(min(${rowid}), '') || ' ' || coalesce(max(${rowid}), '') || ' ' ||
       coalesce(sum(${rowid} % 2147483629), 0) || ' ' || coalesce(sum(${rowid} % 1000003 * 31 % 65521), 0) AS rowids,
       max(${rowid}) AS last`;
  const table = `main.${quoteName(name)}`;
  try {
    const [counted] = rowid === undefined || upTo === null
      ? await connection.query(`SELECT count(*) AS n, ${digest} FROM ${table}`)
      : await connection.query(
        `SELECT (SELECT count(*) FROM ${table}) AS n, ${digest} FROM ${table} WHERE ${rowid} <= ?`,
        [upTo],
      );
    const last = counted!["last"] as bigint | number | null;
    return {
      name,
      rows: BigInt(counted!["n"] as bigint),
      rowids: counted!["rowids"] as string | null,
      lastRowid: last === null ? null : BigInt(last),
      autoincrement: await isAutoincrement(connection, name),
      sequence: await readSequence(connection, name),
    };
  } catch (error) {
    // A virtual table whose module is not built in can be dropped but not counted.
    if (error instanceof SqlError && listed["type"] === "virtual") return undefined;
    throw error;
  }
}

/** A name for the rowid where no column is an alias of it; undefined otherwise. https://sqlite.org/rowidtable.html */
async function implicitRowid(connection: Connection, table: string): Promise<string | undefined> {
  const columns = await connection.query("SELECT name, pk FROM pragma_table_xinfo(?)", [table]);
  const indexes = await connection.query(
    "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'",
    [table],
  );
  // A primary key without an index of its own is the rowid itself.
  if (columns.some((row) => Number(row["pk"]) > 0) && indexes.length === 0) return undefined;
  const taken = new Set(columns.map((row) => foldName(String(row["name"]))));
  return ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
}

async function isAutoincrement(connection: Connection, table: string): Promise<boolean> {
  const [row] = await connection.query(
    "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? AND instr(upper(sql), 'AUTOINCREMENT') > 0",
    [table],
  );
  if (row === undefined) return false;
  // The word may also stand in a comment or a default.
  const tokens = new Tokenizer(String(row["sql"]));
  while (tokens.nextSignificant()) {
    if (tokens.kind === "word" && tokens.current.toUpperCase() === "AUTOINCREMENT") return true;
  }
  return false;
}

async function readSequence(connection: Connection, table: string): Promise<bigint | null> {
  const [present] = await connection.query(
    "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'",
  );
  if (!present) return null;
  const [row] = await connection.query(
    "SELECT max(seq) AS seq FROM main.sqlite_sequence WHERE name = ?",
    [table],
  );
  return row?.["seq"] === null || row?.["seq"] === undefined ? null : BigInt(row["seq"] as bigint);
}
