import { type Connection, SqlError } from "../../db/connection.ts";
import { type Affinity, affinityOf, freeRowidName } from "../../sql/identifier.ts";

/** The key of a table's rows, and the columns with stored values. */
export interface RowShape {
  readonly table: string;
  /** Columns whose values are stored. */
  readonly columns: readonly string[];
  /** Their affinity by name; BLOB also for ANY of a STRICT table. */
  readonly storage: ReadonlyMap<string, Affinity>;
  /** The key: a column or a name of the rowid, or the primary key of a WITHOUT ROWID table. */
  readonly key: readonly string[];
  /** Whether the key is a rowid that is not a column. */
  readonly hidden: boolean;
}

/** SQL that is true if two values are the same: of the same type and equal, bytewise if they are text. */
export function sameValue(a: string, b: string): string {
  return `typeof(${a}) = typeof(${b}) AND (+${a}) COLLATE BINARY IS (+${b})`;
}

/**
 * SQL that is true if a column has a value, perhaps converted to its type: '8' may become 8, but '007' not 7.
 * @param now The value in the column.
 * @param storage The column's affinity; BLOB if it takes every value as it is.
 */
export function keepsValue(now: string, value: string, storage: Affinity): string {
  const isNumber = (one: string) => `typeof(${one}) IN ('integer', 'real')`;
  const isText = (one: string) => `typeof(${one}) = 'text'`;
  const asText = (number: string, text: string) =>
    `${isNumber(number)} AND ${
      isText(text)
    } AND CAST(${number} AS TEXT) COLLATE BINARY IS (+${text})`;
  const same = sameValue(now, value);
  if (storage === "BLOB") return `(${same})`;
  if (storage === "TEXT") return `(${same} OR ${asText(value, now)})`;
  const equal = `${isNumber(now)} AND ${isNumber(value)} AND +${now} IS +${value}`;
  return `(${same} OR ${equal} OR ${asText(now, value)})`;
}

/**
 * Reads the key and the columns of a table.
 * @param schema `main` or the name of an attached database.
 * @returns undefined if there is no such table, or its rows have no key.
 */
export async function readRowShape(
  connection: Connection,
  schema: string,
  table: string,
): Promise<RowShape | undefined> {
  try {
    const [found] = await connection.query(
      "SELECT name, wr, strict FROM pragma_table_list WHERE schema = ? AND type = 'table' AND name = ? COLLATE NOCASE",
      [schema, table],
    );
    if (found === undefined) return undefined;
    const name = String(found["name"]);
    const rows = await connection.query(
      "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, ?) ORDER BY cid",
      [name, schema],
    );
    const stored = rows.filter((row) => Number(row["hidden"]) === 0);
    const columns = stored.map((row) => String(row["name"]));
    const storage = new Map(stored.map((row): [string, Affinity] => {
      const type = String(row["type"]);
      const isAny = Number(found["strict"]) === 1 && /^any$/i.test(type);
      return [String(row["name"]), isAny ? "BLOB" : affinityOf(type)];
    }));
    const shape = { table: name, columns, storage };
    const primary = rows.filter((row) => Number(row["pk"]) > 0)
      .sort((a, b) => Number(a["pk"]) - Number(b["pk"]))
      .map((row) => String(row["name"]));
    if (Number(found["wr"]) === 1) return { ...shape, key: primary, hidden: false };
    const alias = await rowidColumn(connection, schema, name, primary);
    if (alias !== undefined) return { ...shape, key: [alias], hidden: false };
    const rowid = freeRowidName(rows.map((row) => String(row["name"])));
    return rowid === undefined ? undefined : { ...shape, key: [rowid], hidden: true };
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** The column that is the rowid (https://sqlite.org/lang_createtable.html#rowid): a primary key without an index. */
async function rowidColumn(
  connection: Connection,
  schema: string,
  table: string,
  primary: readonly string[],
): Promise<string | undefined> {
  if (primary.length !== 1) return undefined;
  const indexes = await connection.query(
    "SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'pk'",
    [table, schema],
  );
  return indexes.length === 0 ? primary[0] : undefined;
}
