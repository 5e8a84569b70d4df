import type { Connection, Row } from "../../db/connection.ts";
import type { Table } from "../../schema/model/model.ts";
import { quoteName } from "../../sql/identifier.ts";
import { rowidExpression } from "../../schema/model/row.ts";

/** A row as SQL literals, in the order of the requested expressions. */
export type LiteralRow = readonly string[];

/**
 * Reads the rows of a table as SQL literals, which keep text after a NUL, all digits of a float and the type, unlike
 * values from the driver. The rows are ordered by the literals, so that they can be compared.
 *
 * @param expressions Quoted columns, or the rowid.
 */
export async function readLiterals(
  connection: Connection,
  table: string,
  expressions: readonly string[],
): Promise<LiteralRow[]> {
  if (expressions.length === 0) {
    const [row] = await connection.query(`SELECT count(*) AS n FROM main.${quoteName(table)}`);
    return Array.from({ length: Number(row?.n ?? 0) }, () => []);
  }
  const columns = grouped(asLiterals(expressions));
  const order = columns.map((_, at) => at + 1).join(", ");
  const rows = await connection.query(
    `SELECT ${namedColumns(columns)} FROM main.${quoteName(table)} ORDER BY ${order}`,
  );
  return rows.map((row) => literalsOf(row, columns.length));
}

/**
 * Less than 2000, SQLite's limit for result columns, because a table may have 2000 columns and a rowid:
 * https://sqlite.org/limits.html
 */
const MOST_COLUMNS = 1_000;

/** Joins literals to at most {@linkcode MOST_COLUMNS} expressions, with a separator that occurs in no literal. */
function grouped(literals: readonly string[]): readonly string[] {
  const size = Math.ceil(literals.length / MOST_COLUMNS);
  return Array.from(
    { length: Math.ceil(literals.length / size) },
    (_, at) => literals.slice(at * size, (at + 1) * size).join(" || char(31) || "),
  );
}

function namedColumns(columns: readonly string[]): string {
  return columns.map((column, at) => `${column} AS c${at}`).join(", ");
}

function literalsOf(row: Row | undefined, columns: number): LiteralRow {
  return Array.from({ length: columns }, (_, at) => String(row?.[`c${at}`]).split("\x1f")).flat();
}

function asLiterals(expressions: readonly string[]): readonly string[] {
  return expressions.map((expression) =>
    `CASE typeof(${expression}) WHEN 'text' THEN 'CAST(x''' || hex(${expression}) || ''' AS TEXT)' ` +
    `ELSE quote(${expression}) END`
  );
}

/** The expressions that make up a row: the rowid if there is one, and every column that is not generated. */
export function rowParts(table: Table): string[] {
  const rowid = rowidExpression(table);
  const columns = table.columns.filter(({ generated }) => generated === undefined)
    .map(({ name }) => quoteName(name));
  return rowid === undefined || columns.includes(rowid) ? columns : [rowid, ...columns];
}

/**
 * Inserts a row.
 *
 * @param returning Expressions as for {@linkcode readLiterals}.
 * @returns The literals of `returning` in the new row.
 * @throws {SqlError}
 */
export async function insertLiterals(
  connection: Connection,
  table: string,
  expressions: readonly string[],
  row: LiteralRow,
  returning: readonly string[] = [],
): Promise<LiteralRow> {
  const names = expressions.join(", ");
  const insert = `INSERT OR ABORT INTO main.${quoteName(table)} (${names}) VALUES (${
    row.join(", ")
  })`;
  if (returning.length === 0) {
    await connection.execute(insert);
    return [];
  }
  const columns = grouped(asLiterals(returning));
  const [made] = await connection.query(`${insert} RETURNING ${namedColumns(columns)}`);
  return literalsOf(made, columns.length);
}
