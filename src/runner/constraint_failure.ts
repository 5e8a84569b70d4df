import { type Connection, type Row, unlessRefused } from "../db/connection.ts";
import { displayName, foldName, quoteName, sameName } from "../sql/identifier.ts";
import type { Statement } from "../sql/script.ts";
import { readTriedRows, type TriedRows } from "../sql/tried_rows.ts";
import { excerpt } from "../text/layout.ts";
import { type NextStep, say } from "../text/next_step.ts";

/** The number of rows that are named; the others are only counted. */
const NAMED = 3;
const LONGEST_VALUE = 60;

interface RowQuery {
  /** A WITH clause that `from` refers to. */
  readonly with?: string;
  readonly from: string;
  /** The columns that name a row; if there are none, rows are only counted. */
  readonly key: readonly string[];
  readonly where: string;
}

/** The number of rows, and the first of them. */
interface FoundRows {
  readonly count: number;
  /** `: id 1, 2, 3, …`, or empty. */
  readonly named: string;
}

/** Finds the rows for which a condition holds. @returns undefined if there are none. */
async function findRows(
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
  /** Expressions that must be unique together, with their collations. */
  readonly terms: readonly string[];
  /** A condition for the rows that count; all if left out. */
  readonly where?: string | undefined;
}

/** Finds the values that occur in several rows. @returns undefined if there are none. */
async function findDuplicates(
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

/** The rows that made a statement fail, and how to fix them. */
export interface ConstraintFacts {
  readonly notes: readonly string[];
  readonly next: readonly NextStep[];
}

/**
 * Finds the rows that made a statement violate a constraint, by reading its rows again. The failed statement must be
 * undone, but not the statements before it, so that the same rows are found.
 *
 * @param text The script that has the statement.
 * @param sqlite SQLite's message.
 * @returns undefined if the message names no constraint, the statement is too complex, or no row was found.
 */
export async function explainConstraint(
  connection: Connection,
  text: string,
  statement: Statement,
  sqlite: string,
): Promise<ConstraintFacts | undefined> {
  if (!/constraint failed/.test(sqlite)) return undefined;
  const tried = readTriedRows(text, statement);
  if (tried === undefined) return undefined;
  return await unlessRefused(() => {
    switch (tried.kind) {
      case "insert":
        return explainInsert(connection, tried, sqlite);
      case "not-null":
        return explainNotNull(connection, tried);
      case "check":
        return explainCheck(connection, tried);
      case "unique":
        return explainUnique(connection, tried);
    }
  });
}

async function explainNotNull(
  connection: Connection,
  { table, column }: Extract<TriedRows, { kind: "not-null" }>,
): Promise<ConstraintFacts | undefined> {
  const rows = await findRows(connection, {
    from: `main.${quoteName(table)}`,
    key: await keyOf(connection, table),
    where: `${quoteName(column)} IS NULL`,
  });
  return rows && nullFacts(rows, column, table, column);
}

function nullFacts(
  { count, named }: FoundRows,
  column: string,
  sourceTable: string | undefined,
  source: string | undefined,
): ConstraintFacts {
  const name = source === undefined ? undefined : displayName(source);
  return {
    notes: [`${rowsHave(count)} NULL in "${column}"${named}`],
    next: [
      sourceTable === undefined || name === undefined
        ? say(`Give "${column}" a value in the query, such as coalesce(…, …)`)
        : say(
          `Fill them in before this statement: UPDATE ${
            displayName(sourceTable)
          } SET ${name} = … WHERE ${name} IS NULL;`,
        ),
    ],
  };
}

async function explainCheck(
  connection: Connection,
  { table, expression }: Extract<TriedRows, { kind: "check" }>,
): Promise<ConstraintFacts | undefined> {
  const rows = await findRows(connection, {
    from: `main.${quoteName(table)}`,
    key: await keyOf(connection, table),
    where: `NOT ${expression}`,
  });
  return rows && checkFacts(rows);
}

function checkFacts({ count, named }: FoundRows): ConstraintFacts {
  return {
    notes: [`${count} ${count === 1 ? "row violates" : "rows violate"} it${named}`],
    next: [say("Correct these rows with an UPDATE before this statement")],
  };
}

async function explainUnique(
  connection: Connection,
  { table, terms, where }: Extract<TriedRows, { kind: "unique" }>,
): Promise<ConstraintFacts | undefined> {
  return duplicateFacts(
    await findDuplicates(connection, {
      from: `main.${quoteName(table)}`,
      terms: terms.map((term) => `(${term}\n)`),
      where,
    }),
  );
}

function duplicateFacts(found: FoundRows | undefined): ConstraintFacts | undefined {
  if (found === undefined) return undefined;
  const { count, named } = found;
  return {
    notes: [`${count} ${count === 1 ? "value occurs" : "values occur"} more than once${named}`],
    next: [say("Make them different, or keep one row of each, before this statement")],
  };
}

/** SQLite's message. It names the table written to, and the constraint's columns or text. */
const FAILED = /^(NOT NULL|UNIQUE|CHECK) constraint failed: ([^]*)$/;

async function explainInsert(
  connection: Connection,
  tried: Extract<TriedRows, { kind: "insert" }>,
  sqlite: string,
): Promise<ConstraintFacts | undefined> {
  const [, kind, subject = ""] = FAILED.exec(sqlite) ?? [];
  if (kind === undefined) return undefined;
  const { table, query, source } = tried;
  const all = await columnsOf(connection, table);
  const columns = tried.columns ?? all.map(({ name }) => name);
  const with_ = `WITH "aludel rows"(${columns.map(quoteName).join(", ")}) AS (${query}\n)`;
  const from = '"aludel rows"';
  const given = new Set(columns.map(foldName));
  const primary = all.filter(({ pk }) => pk).map(({ name }) => name);
  const key = given.has("rowid")
    ? ["rowid"]
    : primary.every((name) => given.has(foldName(name)))
    ? primary
    : [];
  if (kind === "CHECK") {
    // A single word may be the constraint's name, which may also be a column's name.
    if (/^\w+$/.test(subject)) return undefined;
    const rows = await findRows(connection, {
      with: with_,
      from,
      key,
      where: `NOT (${subject}\n)`,
    });
    return rows && checkFacts(rows);
  }
  const named = namedColumns(subject, table, all.map(({ name }) => name));
  if (named === undefined || !named.every((name) => given.has(foldName(name)))) return undefined;
  if (kind === "UNIQUE") {
    const collations = await collationsOf(connection, table, named);
    return duplicateFacts(
      await findDuplicates(connection, {
        with: with_,
        from,
        terms: named.map((name, at) => `${quoteName(name)} COLLATE ${quoteName(collations[at]!)}`),
      }),
    );
  }
  const [column] = named;
  const rows = await findRows(connection, {
    with: with_,
    from,
    key,
    where: `${quoteName(column!)} IS NULL`,
  });
  const at = columns.findIndex((name) => sameName(name, column!));
  return rows && nullFacts(rows, column!, source?.table, source?.columns[at]);
}

/** Reads the columns that a message names as `t.a, t.b`. @returns undefined for an index over expressions. */
function namedColumns(
  subject: string,
  table: string,
  columns: readonly string[],
): readonly string[] | undefined {
  const names: string[] = [];
  for (let rest = subject; rest !== "";) {
    const name = columns.toSorted((a, b) => b.length - a.length)
      .find((column) => foldName(rest).startsWith(foldName(`${table}.${column}`)));
    if (name === undefined) return undefined;
    names.push(name);
    rest = rest.slice(table.length + 1 + name.length);
    if (rest === "") return names;
    if (!rest.startsWith(", ")) return undefined;
    rest = rest.slice(2);
  }
  return undefined;
}

function rowsHave(count: number): string {
  return count === 1 ? "1 row has" : `${count} rows have`;
}

/** The columns that identify a table's rows. */
async function keyOf(connection: Connection, table: string): Promise<readonly string[]> {
  const columns = await columnsOf(connection, table);
  const primary = columns.filter(({ pk }) => pk).map(({ name }) => name);
  if (primary.length > 0) return primary;
  return columns.some(({ name }) => foldName(name) === "rowid") ? [] : ["rowid"];
}

/** The collations of columns in the table's unique index on exactly these columns; BINARY if there is no such index. */
async function collationsOf(
  connection: Connection,
  table: string,
  columns: readonly string[],
): Promise<readonly string[]> {
  const rows = await connection.query(
    `SELECT i.name AS key, x.name, x.coll FROM pragma_index_list(?, 'main') AS i, pragma_index_xinfo(i.name, 'main') AS x
     WHERE i."unique" AND x."key" ORDER BY i.seq, x.seqno`,
    [table],
  );
  for (const key of Map.groupBy(rows, (row) => row["key"]).values()) {
    const isIt = key.length === columns.length &&
      key.every((row, at) => sameName(String(row["name"]), columns[at]!));
    if (isIt) return key.map((row) => String(row["coll"]));
  }
  return columns.map(() => "BINARY");
}

async function columnsOf(
  connection: Connection,
  table: string,
): Promise<readonly { readonly name: string; readonly pk: boolean }[]> {
  const rows = await connection.query(
    "SELECT name, pk > 0 AS pk FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0 ORDER BY cid",
    [table],
  );
  return rows.map((row) => ({ name: String(row["name"]), pk: Number(row["pk"]) === 1 }));
}
