import { type Connection, SqlError } from "../db/connection.ts";
import { openScratch } from "../db/open_scratch.ts";
import { type Affinity, affinityOf, foldName, quoteName } from "../sql/identifier.ts";
import { indexedContent } from "../sql/token_reader.ts";
import { findHazards, type Hazard } from "./hazard.ts";
import type { CheckedStep } from "./request.ts";

/** Of some hazards those that meet rows: a table that is not there, or is empty, has nothing to lose. */
export async function standingHazards(
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
 * What a route may take from a database, a sentence each, as far as its statements and a look at the rows tell. A run
 * measures it.
 */
export async function foretellLosses(
  connection: Connection,
  steps: readonly CheckedStep[],
): Promise<string[]> {
  const hazards = await standingHazards(connection, findHazards(steps));
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

/** What is lost with the old table: nothing where it was an index over another's rows. */
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
  if (indexedContent(String(row?.["sql"] ?? "")) !== undefined) return undefined;
  const created = await createdColumns(creation);
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

/** The stored columns of the table that a statement creates, with how they store values; undefined: nobody can tell. */
async function createdColumns(creation: string): Promise<Map<string, Affinity> | undefined> {
  await using scratch = openScratch({ doubleQuotedStrings: true });
  try {
    await scratch.execute(creation);
    const rows = await scratch.query(
      "SELECT c.name, c.type, t.strict FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c " +
        "WHERE t.schema = 'main' AND t.type <> 'shadow' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    );
    if (rows.length === 0) return undefined;
    return new Map(rows.map(({ name, type, strict }) => {
      const takesAll = Number(strict) === 1 && /^any$/i.test(String(type));
      return [foldName(String(name)), takesAll ? "BLOB" : affinityOf(String(type))];
    }));
  } catch (error) {
    // CREATE TABLE AS SELECT, or a function of the application: nobody can tell without running it.
    if (error instanceof SqlError) return undefined;
    throw error;
  }
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
