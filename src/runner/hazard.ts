import { type Connection, SqlError, unlessRefused } from "../db/connection.ts";
import { openScratch } from "../db/open_scratch.ts";
import { type Affinity, affinityOf, foldName, quoteName } from "../sql/identifier.ts";
import { indexedContent } from "../sql/token_reader.ts";
import type { CheckedStep } from "./request.ts";
import { readSaidLosses, type SaidLoss } from "./said_losses.ts";
import type { TableFates } from "./table_fates.ts";

// Predicts for dry runs what a route would lose, from its statements and a look at the rows. A run does not use this:
// it measures its losses (loss/).

/** A statement of a route that deletes rows or values. */
export interface Hazard {
  readonly revision: string;
  /** A part of a sentence: `drops table "orders"`. */
  readonly loses: string;
  /** The folded names that the table may have had before the route. At most one of them is the table's. */
  readonly tables: readonly string[];
  /**
   * The statement that creates the table again in a rebuild. Nothing is lost if it has all columns of the old one.
   */
  readonly rebuild?: string;
  /** Whether no rows are copied into the new table. */
  readonly isEmptied?: boolean;
  /** Maps a column to its name in the rebuilt table, which differs if it was renamed. */
  readonly columnAfter?: (column: string) => string;
}

/**
 * Finds what a route may lose: tables and columns that it drops, rows that it deletes or overwrites, and losses that a
 * header allows. It reads only the statements, so a table may not exist in the database, or may be empty.
 */
export function findHazards(steps: readonly CheckedStep[]): Hazard[] {
  const hazards: Hazard[] = [];
  const origins = new Map<string, readonly string[]>();
  for (const step of steps) {
    const tablesOf = (name: string) => [foldName(name), ...origins.get(foldName(name)) ?? []];
    for (const { name } of step.script.header.allowLoss) {
      const loses = `may lose rows of "${name}", as its directive allows`;
      hazards.push({ revision: step.id, loses, tables: tablesOf(name) });
    }
    const { losses, fates } = readSaidLosses(step.script);
    for (const loss of losses) {
      hazards.push({
        revision: step.id,
        loses: sentenceOf(loss),
        tables: tablesOf(loss.table),
        ...replacementOf(loss, fates),
      });
    }
    for (const { before, after, dropped } of fates.touched.values()) {
      if (!dropped && after !== null && after !== before) origins.set(after, tablesOf(before));
    }
  }
  return hazards;
}

/** Describes a loss for {@linkcode Hazard.loses}. */
function sentenceOf({ kind, table, mention, isWhole }: SaidLoss): string {
  const rows = `${isWhole ? "every row of" : "rows of"} "${table}"`;
  switch (kind) {
    case "drop-table":
      return `drops table "${table}"`;
    case "empty-table":
      return `creates table "${table}" again without its rows`;
    case "rebuild":
      return `rebuilds table "${table}" without all of its columns`;
    case "drop-column":
      return `drops column "${mention.column}" of "${table}"`;
    case "delete":
      return `deletes ${rows}`;
    case "overwrite":
      return `overwrites ${rows}`;
  }
}

function replacementOf(
  { kind, creation, fate }: SaidLoss,
  { columnAfter }: TableFates,
): Partial<Pick<Hazard, "rebuild" | "columnAfter" | "isEmptied">> {
  if (creation === undefined || fate === undefined) return {};
  return {
    rebuild: creation,
    columnAfter: (column) => columnAfter(fate.before, column),
    ...kind === "empty-table" && { isEmptied: true },
  };
}

/** Returns the hazards whose table exists and has rows that would be lost. */
export async function hazardsWithRows(
  connection: Connection,
  hazards: readonly Hazard[],
): Promise<Hazard[]> {
  const found: Hazard[] = [];
  const rows = new Map<string, boolean>();
  for (const hazard of hazards) {
    for (const table of hazard.tables) {
      if (!rows.has(table)) rows.set(table, await mayHaveRows(connection, table));
      if (!rows.get(table)) continue;
      const loses = hazard.rebuild === undefined
        ? hazard.loses
        : await lossOf(connection, table, hazard, hazard.rebuild);
      if (loses === undefined) continue;
      found.push(loses === hazard.loses ? hazard : { ...hazard, loses });
      break;
    }
  }
  return found;
}

/**
 * Predicts what a route may lose, from its statements and a look at the rows.
 * @returns A sentence for each loss.
 */
export async function predictLosses(
  connection: Connection,
  steps: readonly CheckedStep[],
): Promise<string[]> {
  const hazards = await hazardsWithRows(connection, findHazards(steps));
  return [...new Set(hazards.map(({ revision, loses }) => `${revision} ${loses}`))];
}

async function mayHaveRows(connection: Connection, table: string): Promise<boolean> {
  try {
    const rows = await connection.query(`SELECT 1 FROM main.${quoteName(table)} LIMIT 1`);
    return rows.length > 0;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // A table that cannot be read, such as a virtual table of a missing module, may have rows.
    return !error.sqlite.startsWith("no such table: ");
  }
}

/**
 * Describes what a rebuild loses; undefined if it loses nothing, or the table is an index over another table's rows.
 */
async function lossOf(
  connection: Connection,
  table: string,
  hazard: Hazard,
  creation: string,
): Promise<string | undefined> {
  const [row] = await connection.query(
    `SELECT sql, (SELECT strict FROM pragma_table_list(s.name) WHERE schema = 'main') AS strict
     FROM main.sqlite_schema AS s WHERE type = 'table' AND lower(name) = lower(?)`,
    [table],
  );
  const strict = Number(row?.["strict"]) === 1;
  const definition = String(row?.["sql"] ?? "");
  if (indexedContent(definition) !== undefined) return undefined;
  if (hazard.isEmptied === true) return hazard.loses;
  const created = await createdColumns(creation) ??
    await createdColumns(creation, { table, definition });
  if (created === undefined) return hazard.loses;
  // Generated columns are computed again, and hidden ones of virtual tables hold nothing:
  // https://sqlite.org/pragma.html#pragma_table_xinfo
  const old = await connection.query(
    "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden = 0",
    [table],
  );
  const nameIn = (name: unknown) => hazard.columnAfter?.(String(name)) ?? foldName(String(name));
  const missing = old.map(({ name }) => String(name)).filter((name) => !created.has(nameIn(name)));
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(", ");
    return `rebuilds table "${table}" without column${missing.length > 1 ? "s" : ""} ${names}`;
  }
  for (const { name, type } of old) {
    const column = String(name);
    const into = created.get(nameIn(column))!;
    const takesAll = strict && /^any$/i.test(String(type));
    if (into === (takesAll ? "BLOB" : affinityOf(String(type)))) continue;
    if (await isChanged(connection, table, column, into)) {
      return `changes values of column "${column}" of "${table}" into ${into}`;
    }
  }
  return undefined;
}

/**
 * Finds the stored columns of the table that a statement creates, and their affinities, by running it in memory.
 *
 * @param from A table that a CREATE TABLE AS SELECT may read.
 * @returns undefined if the statement cannot run there, because it uses a function of the application or reads other
 * tables.
 */
async function createdColumns(
  creation: string,
  from?: { readonly table: string; readonly definition: string },
): Promise<Map<string, Affinity> | undefined> {
  await using scratch = openScratch({ doubleQuotedStrings: true });
  return await unlessRefused(async () => {
    if (from !== undefined) await scratch.execute(from.definition);
    await scratch.execute(creation);
    const rows = await scratch.query(
      "SELECT c.name, c.type, t.strict FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c " +
        "WHERE t.schema = 'main' AND t.type <> 'shadow' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' " +
        "AND t.name <> ? COLLATE NOCASE",
      [from?.table ?? ""],
    );
    if (rows.length === 0) return undefined;
    return new Map(rows.map(({ name, type, strict }) => {
      const takesAll = Number(strict) === 1 && /^any$/i.test(String(type));
      return [foldName(String(name)), takesAll ? "BLOB" : affinityOf(String(type))];
    }));
  });
}

/**
 * Whether an affinity would change a value of a column, such as the text 00742 to 742, and not only its type. SQLite
 * converts text that looks like a number, also to compare it with a number (https://sqlite.org/datatype3.html).
 */
async function isChanged(
  connection: Connection,
  table: string,
  column: string,
  into: Affinity,
): Promise<boolean> {
  const value = quoteName(column);
  const text = `typeof(${value}) = 'text' AND CAST(${value} AS NUMERIC) = ${value} ` +
    `AND CAST(CAST(${value} AS NUMERIC) AS TEXT) <> ${value} COLLATE BINARY`;
  const where: Record<Affinity, string> = {
    BLOB: "0",
    TEXT: `typeof(${value}) = 'real' AND CAST(CAST(${value} AS TEXT) AS REAL) <> ${value}`,
    INTEGER: text,
    NUMERIC: text,
    REAL: `${text} OR typeof(${value}) = 'integer' AND ` +
      `CAST(CAST(${value} AS REAL) AS INTEGER) <> ${value}`,
  };
  const rows = await connection.query(
    `SELECT 1 FROM main.${quoteName(table)} WHERE ${where[into]} LIMIT 1`,
  );
  return rows.length > 0;
}
