import { type Connection, unlessRefused } from "../../db/connection.ts";
import type { Schema, VirtualTable } from "../../schema/model/model.ts";
import { type LiteralRow, readLiterals } from "./literals.ts";
import { foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { externalContent } from "../../schema/model/virtual_table.ts";

/** The rows that a virtual table itself stores. */
export interface VirtualRows {
  readonly columns: readonly string[];
  /** The rowid, then the columns. */
  readonly rows: readonly LiteralRow[];
}

/**
 * Adds rows to every full-text table and R*Tree that stores rows, with gaps between the rowids. Rebuilds full-text
 * tables over the rows of another table. Skips a table that refuses its rows.
 *
 * @param rows The number of rows for each table.
 */
export async function fillVirtualTables(
  connection: Connection,
  schema: Schema,
  rows: number,
): Promise<void> {
  for (const table of schema.virtualTables.values()) {
    await unlessRefused(() => fill(connection, table, rows));
  }
}

async function fill(connection: Connection, table: VirtualTable, rows: number): Promise<void> {
  const kind = kindOf(table);
  if (kind === undefined) return;
  const name = quoteName(table.name);
  const content = externalContent(table);
  if (content !== undefined && content !== "") {
    await connection.execute(`INSERT INTO main.${name} (${name}) VALUES (${quoteText("rebuild")})`);
    return;
  }
  const columns = await columnsOf(connection, table);
  const [greatest] = await connection.query(`SELECT max(rowid) AS rowid FROM main.${name}`);
  const first = Number(greatest?.rowid ?? 0) + 2;
  for (let row = 0; row < rows; row++) {
    const id = first + row * 3;
    const values = columns.map((_, at) =>
      // The first column of an R*Tree is the rowid, and each minimum must not exceed its maximum.
      kind === "rtree" ? String(at === 0 ? id : row + at) : quoteText(`it's "row" ${row} of ${at}`)
    );
    const into = kind === "rtree" ? columns : ["rowid", ...columns];
    const all = kind === "rtree" ? values : [String(id), ...values];
    await connection.execute(
      `INSERT INTO main.${name} (${into.map(quoteName).join(", ")}) VALUES (${all.join(", ")})`,
    );
  }
}

/**
 * Reads the rows that a virtual table itself stores. A contentless one gives only its rowids.
 *
 * @returns undefined if another table has the rows, or they cannot be read.
 */
export async function readVirtualRows(
  connection: Connection,
  table: VirtualTable,
): Promise<VirtualRows | undefined> {
  const content = externalContent(table);
  if (kindOf(table) === undefined || (content !== undefined && content !== "")) return undefined;
  return await unlessRefused(async () => {
    const columns = content === "" ? [] : await columnsOf(connection, table);
    const parts = ["rowid", ...columns.map(quoteName)];
    return { columns, rows: await readLiterals(connection, table.name, parts) };
  });
}

function kindOf({ module }: VirtualTable): "text" | "rtree" | undefined {
  const name = foldName(module);
  if (/^fts[345]$/.test(name)) return "text";
  return /^rtree(?:_i32)?$/.test(name) ? "rtree" : undefined;
}

async function columnsOf(connection: Connection, { name }: VirtualTable): Promise<string[]> {
  const rows = await connection.query(
    "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0 ORDER BY cid",
    [name],
  );
  return rows.map((row) => String(row.name));
}
