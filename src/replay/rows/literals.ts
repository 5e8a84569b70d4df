import type { Connection } from "../../db/connection.ts";
import { rowidExpression } from "../../schema/plan/copy_rows.ts";
import type { Table } from "../../schema/model/model.ts";
import { quoteName } from "../../sql/identifier.ts";

/** A row as SQL literals, in the order of the expressions that were asked for. */
export type LiteralRow = readonly string[];

/**
 * The rows of a table as SQL literals, which keep what reading through the driver would lose: text after a
 * NUL, digits of a float, the type itself. Ordered by the literals, for comparison.
 *
 * @param expressions Columns, quoted, or the rowid.
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
  const columns = asLiterals(expressions);
  const rows = await connection.query(
    `SELECT ${columns.join(", ")} FROM main.${quoteName(table)} ORDER BY ${
      columns.map((_, at) => at + 1).join(", ")
    }`,
  );
  return rows.map((row) => columns.map((_, at) => String(row[`c${at}`])));
}

function asLiterals(expressions: readonly string[]): readonly string[] {
  return expressions.map((expression, at) =>
    `CASE typeof(${expression}) WHEN 'text' THEN 'CAST(x''' || hex(${expression}) || ''' AS TEXT)' ` +
    `ELSE quote(${expression}) END AS c${at}`
  );
}

/** What a row of the table is made of: its rowid, if it has one, and every column that is not generated. */
export function rowParts(table: Table): string[] {
  const rowid = rowidExpression(table);
  const columns = table.columns.filter(({ generated }) => generated === undefined)
    .map(({ name }) => quoteName(name));
  return rowid === undefined || columns.includes(rowid) ? columns : [rowid, ...columns];
}

/**
 * Adds a row.
 *
 * @param returning Expressions, as in {@linkcode readLiterals}.
 * @returns Their values in the new row.
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
  const columns = asLiterals(returning);
  const [made] = await connection.query(`${insert} RETURNING ${columns.join(", ")}`);
  return columns.map((_, at) => String(made?.[`c${at}`]));
}
