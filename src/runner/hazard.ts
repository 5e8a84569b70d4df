import { type Connection, SqlError, unlessRefused } from "../db/connection.ts";
import { openScratch } from "../db/open_scratch.ts";
import { type Affinity, affinityOf, foldName, quoteName } from "../sql/identifier.ts";
import { indexedContent } from "../sql/token_reader.ts";
import type { CheckedStep } from "./request.ts";
import { readSaidLosses, type SaidLoss } from "./said_losses.ts";
import type { TableFates } from "./table_fates.ts";

// What a dry run says that a route would lose, from the text of its statements and a look at the rows. A run asks none of
// this: it measures (loss/).

/** A statement of a route that takes rows or values away on purpose. */
export interface Hazard {
  readonly revision: string;
  /** What is lost, for a sentence: `drops table "orders"`. */
  readonly loses: string;
  /** The folded names under which the table may have stood before the route: it is one of them, or none. */
  readonly tables: readonly string[];
  /**
   * A rebuild: the statement that creates the table again. Nothing is lost if it has all columns of the old one.
   */
  readonly rebuild?: string;
  /** Whether nothing is copied into the new table. */
  readonly isEmptied?: boolean;
  /** The name that a column of the table has in the rebuilt one, if it was only renamed. */
  readonly columnAfter?: (column: string) => string;
}

/**
 * Finds what a route may lose, before it runs: tables and columns that it drops, rows that it deletes or
 * overwrites, losses that a header allows. Read from the statements; whether the table was there, and had rows, the
 * database knows.
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

/** What is lost, for a sentence. */
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

/** Of some hazards those that meet rows: a table that is not there, or is empty, has nothing to lose. */
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
 * What a route may lose, a sentence each, as far as its statements and a look at the rows show. A run
 * measures it.
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
    // Where SQLite cannot look, as into a virtual table of a module that is not here, there may be anything.
    return !error.sqlite.startsWith("no such table: ");
  }
}

/** What is lost with the old table: nothing if it was an index over another's rows. */
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
 * The stored columns of the table that a statement creates, with how they store values; undefined: unknown, because a
 * function of the application is in it, or a CREATE TABLE AS SELECT reads other tables.
 *
 * @param from A table that a CREATE TABLE AS SELECT may read.
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
 * Whether a value that is there comes out as another one, and not the same in another type: the text 00742 as 742.
 * SQLite converts what looks like a number, and in a comparison with a number too (https://sqlite.org/datatype3.html).
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
