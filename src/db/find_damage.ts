import type { Connection } from "./connection.ts";
import { SqlError } from "./connection.ts";

const MOST = 10;

/** Rows that break a constraint that was added or altered later: the application's business, and no damage. */
const CONTENT =
  /^(?:NULL value in |CHECK constraint failed in |(?:NUMERIC|TEXT|non-INT|non-REAL|non-NUMERIC|non-TEXT|non-BLOB) value in )/;

/**
 * Looks for damage in the whole database: https://sqlite.org/pragma.html#pragma_integrity_check
 *
 * @returns SQLite's words, at most ten; empty if it finds none, or cannot look because the schema needs what only
 *   the application has, such as a collation.
 */
export async function findDamage(connection: Connection): Promise<readonly string[]> {
  try {
    const rows = await connection.query(`PRAGMA main.integrity_check(${MOST * 10})`);
    return rows
      .map((row) => String(row["integrity_check"]))
      .filter((line) => line !== "ok" && !CONTENT.test(line))
      .slice(0, MOST);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.resultCode === 11 || error.resultCode === 26 ? [error.sqlite] : [];
  }
}
