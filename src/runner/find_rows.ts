import type { Connection, Row } from "../db/connection.ts";
import { displayName, quoteName } from "../sql/identifier.ts";
import { excerpt } from "../text/excerpt.ts";

/** How many of the rows are named; the others are counted. */
const NAMED = 3;
const LONGEST_VALUE = 60;

interface RowQuery {
  /** A WITH clause that `from` refers to. */
  readonly with?: string;
  readonly from: string;
  /** The columns by which a row is named; none: it is counted only. */
  readonly key: readonly string[];
  readonly where: string;
}

/** How many there are, and the first of them. */
export interface FoundRows {
  readonly count: number;
  /** `: id 1, 2, 3, …`, or empty. */
  readonly named: string;
}

/** The rows for which a condition holds. @returns undefined where there are none. */
export async function findRows(
  connection: Connection,
  { with: before = "", from, key, where }: RowQuery,
): Promise<FoundRows | undefined> {
  const [total] = await connection.query(
    `${before} SELECT count(*) AS n FROM ${from} WHERE ${where}`,
  );
  const count = Number(total?.["n"] ?? 0);
  if (count === 0) return undefined;
  if (key.length === 0) return { count, named: "" };
  const literals = key.map((name, i) => `quote(${quoteName(name)}) AS v${i}`);
  const rows = await connection.query(
    `${before} SELECT ${literals.join(", ")} FROM ${from} WHERE ${where} LIMIT ${NAMED}`,
  );
  const list = rows.map((row) => tuple(row, key.length)).join(", ");
  const label = key.map(displayName).join(", ");
  const more = count > rows.length ? ", …" : "";
  return { count, named: `: ${key.length === 1 ? label : `(${label})`} ${list}${more}` };
}

interface DuplicateQuery {
  readonly with?: string;
  readonly from: string;
  /** Expressions that are to be different together, with their collations. */
  readonly terms: readonly string[];
  /** Which rows count; undefined: all. */
  readonly where?: string | undefined;
}

/** The values that stand in several rows. @returns undefined where there are none. */
export async function findDuplicates(
  connection: Connection,
  { with: before = "", from, terms, where }: DuplicateQuery,
): Promise<FoundRows | undefined> {
  const filters = terms.map((term) => `${term} IS NOT NULL`);
  if (where !== undefined) filters.push(`(${where}\n)`);
  const literals = terms.map((term, i) => `quote(${term}) AS v${i}`);
  const duplicates = `SELECT ${literals.join(", ")}, count(*) AS n FROM ${from} WHERE ${
    filters.join(" AND ")
  } GROUP BY ${terms.join(", ")} HAVING count(*) > 1`;
  const [total] = await connection.query(`${before} SELECT count(*) AS n FROM (${duplicates})`);
  const count = Number(total?.["n"] ?? 0);
  if (count === 0) return undefined;
  const rows = await connection.query(`${before} ${duplicates} LIMIT ${NAMED}`);
  const list = rows.map((row) => `${tuple(row, terms.length)} in ${row["n"]} rows`);
  return { count, named: `: ${list.join(", ")}${count > rows.length ? ", …" : ""}` };
}

function tuple(row: Row, length: number): string {
  const values = Array.from({ length }, (_, i) => excerpt(String(row[`v${i}`]), LONGEST_VALUE));
  return values.length === 1 ? values[0]! : `(${values.join(", ")})`;
}
