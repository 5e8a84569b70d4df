import { type Connection, SqlError } from "../../db/connection.ts";
import { type Affinity, affinityOf, foldName, quoteName } from "../../sql/identifier.ts";

/** The properties of a column that matter for its values. */
export interface ShapeColumn {
  readonly name: string;
  readonly folded: string;
  /** Its affinity. A column of type ANY in a STRICT table has BLOB, because it stores all values unchanged. */
  readonly storage: Affinity;
  readonly generated: boolean;
  /** Its DEFAULT as SQL; null if there is none. */
  readonly default: string | null;
}

/** The properties of a table or virtual table that are needed to read and identify its rows. */
export interface TableShape {
  readonly name: string;
  readonly virtual: boolean;
  readonly sql: string;
  /** The columns, without the hidden ones of virtual tables. */
  readonly columns: readonly ShapeColumn[];
  /** The INTEGER PRIMARY KEY, which is the rowid; undefined if there is none. */
  readonly rowidColumn: string | undefined;
  /** An expression for the rowid; undefined if there is none, or columns have all its names. */
  readonly rowid: string | undefined;
  /** The folded columns of the primary key, in its order; empty if there is none. */
  readonly key: readonly string[];
  /** The collations and directions of the primary key of a WITHOUT ROWID table. */
  readonly keyOrder: string;
}

/**
 * Reads the shape of a table of the main schema.
 * @param name The folded name.
 * @returns undefined if it is not a table, or a shadow table of a virtual one.
 */
export async function readShape(
  connection: Connection,
  name: string,
): Promise<TableShape | undefined> {
  // CROSS JOIN keeps SQLite from listing the table once for each row of the schema, which is cubic over many tables.
  const [listed] = await connection.query(
    `SELECT l.name, l.type, l.wr, l.strict, s.sql FROM pragma_table_list(?) AS l
     CROSS JOIN main.sqlite_schema AS s ON s.type = 'table' AND s.name = l.name
     WHERE l.schema = 'main' AND l.type IN ('table', 'virtual')`,
    [name],
  );
  if (listed === undefined) return undefined;
  const table = String(listed["name"]);
  const virtual = listed["type"] === "virtual";
  const strict = Number(listed["strict"]) === 1;
  const rows = await connection.query(
    "SELECT name, type, hidden, pk, dflt_value FROM pragma_table_xinfo(?, 'main') WHERE hidden <> 1 ORDER BY cid",
    [table],
  );
  const columns = rows.map((row): ShapeColumn => {
    const type = String(row["type"]);
    const column = String(row["name"]);
    return {
      name: column,
      folded: foldName(column),
      storage: virtual || strict && /^any$/i.test(type) ? "BLOB" : affinityOf(type),
      generated: Number(row["hidden"]) > 1,
      default: row["dflt_value"] === null ? null : String(row["dflt_value"]),
    };
  });
  const key = rows.filter((row) => Number(row["pk"]) > 0)
    .sort((a, b) => Number(a["pk"]) - Number(b["pk"]))
    .map((row) => foldName(String(row["name"])));
  const withoutRowid = Number(listed["wr"]) === 1;
  const rowidColumn = virtual || withoutRowid || key.length !== 1
    ? undefined
    : await isRowid(connection, table)
    ? columns.find(({ folded }) => folded === key[0])?.name
    : undefined;
  const keyOrder = withoutRowid ? await orderOf(connection, table) : "";
  const taken = new Set(columns.map(({ folded }) => folded));
  const hidden = ["rowid", "_rowid_", "oid"].find((one) => !taken.has(one));
  const rowid = withoutRowid || virtual && !await hasRowid(connection, table)
    ? undefined
    : rowidColumn === undefined
    ? hidden
    : quoteName(rowidColumn);
  return {
    name: table,
    virtual,
    sql: String(listed["sql"]),
    columns,
    rowidColumn,
    rowid,
    key,
    keyOrder,
  };
}

/** Whether a virtual table can be read by its rowid: https://sqlite.org/vtab.html#withoutrowid */
async function hasRowid(connection: Connection, table: string): Promise<boolean> {
  try {
    await connection.query(`SELECT rowid FROM main.${quoteName(table)} LIMIT 0`);
    return true;
  } catch (error) {
    if (error instanceof SqlError && !error.busy) return false;
    throw error;
  }
}

async function orderOf(connection: Connection, table: string): Promise<string> {
  const [row] = await connection.query(
    `SELECT group_concat(lower(x.coll) || x."desc") AS text
     FROM pragma_index_list(?, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
     WHERE l.origin = 'pk' AND x.key`,
    [table],
  );
  return String(row?.["text"] ?? "");
}

/** Whether the primary key is the rowid, so that it has no index: https://sqlite.org/lang_createtable.html#rowid */
async function isRowid(connection: Connection, table: string): Promise<boolean> {
  const indexes = await connection.query(
    "SELECT 1 FROM pragma_index_list(?, 'main') WHERE origin = 'pk'",
    [table],
  );
  return indexes.length === 0;
}
