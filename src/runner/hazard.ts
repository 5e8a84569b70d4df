import { type Connection, SqlError, unlessRefused } from "../db/connection.ts";
import { openScratch } from "../db/open_scratch.ts";
import { type Affinity, affinityOf, foldName, quoteName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import { indexedContent } from "../sql/token_reader.ts";
import type { Statement } from "../sql/script.ts";
import type { CheckedStep } from "./request.ts";
import { traceTables } from "./table_fates.ts";

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
    const { text, statements, header } = step.script;
    const tablesOf = (name: string) => [foldName(name), ...origins.get(foldName(name)) ?? []];
    for (const { name } of header.allowLoss) {
      const loses = `may lose rows of "${name}", as its directive allows`;
      hazards.push({ revision: step.id, loses, tables: tablesOf(name) });
    }
    const overwrites = ({ start, end }: Statement) => OVERWRITES.test(text.slice(start, end));
    const isTaking = (statement: Statement) =>
      TAKING.has(statement.verb) || statement.verb === "INSERT" && overwrites(statement);
    const taking = new Set(statements.filter(isTaking));
    if (taking.size === 0) continue;
    const texts = new Map<number, string>();
    const mentions = statements.flatMap((statement) => {
      if (!taking.has(statement) && statement.verb !== "CREATE") return [];
      const found = readMentions(text, statement).filter(({ inTrigger, kind }) =>
        !inTrigger && (kind !== "insert" || overwrites(statement))
      );
      if (found[0] !== undefined && isCreation(found[0])) {
        texts.set(found[0].start, text.slice(statement.start, statement.end));
      }
      return found;
    });
    hazards.push(...hazardsOf(step.id, mentions, tablesOf, texts));
    for (const { kind, name, to } of mentions) {
      if (kind === "rename-table" && to !== undefined) origins.set(foldName(to), tablesOf(name));
    }
  }
  return hazards;
}

/** The verbs of statements that take something away or rename it. */
const TAKING: ReadonlySet<string> = new Set(
  ["ALTER", "DELETE", "DROP", "REPLACE", "UPDATE", "WITH"],
);

/** An INSERT that may put its rows in place of others: INSERT OR REPLACE, or an UPSERT. */
const OVERWRITES = /\bor\s+replace\b|\bdo\s+update\b/i;

function hazardsOf(
  revision: string,
  mentions: readonly Mention[],
  tablesOf: (name: string) => readonly string[],
  texts: ReadonlyMap<number, string>,
): Hazard[] {
  const fates = traceTables(mentions);
  // Within the script a table may have another name when it is dropped than when the script began.
  const firstNames = new Map<string, string>();
  for (const { before, aliases } of fates.touched.values()) {
    for (const alias of aliases) firstNames.set(alias, before);
  }
  // The name that users know, as it is written: not that of a table which was only renamed away.
  const nameOf = (name: string) => {
    const first = firstNames.get(foldName(name));
    if (first === undefined || first === foldName(name)) return name;
    return mentions.find((each) => foldName(each.name) === first)?.name ?? first;
  };
  const hazards: Hazard[] = [];
  const add = (
    mention: Mention,
    loses: string,
    more: Pick<Hazard, "rebuild" | "columnAfter"> = {},
  ) => {
    const name = firstNames.get(foldName(mention.name)) ?? mention.name;
    hazards.push({ revision, loses, tables: tablesOf(name), ...more });
  };
  for (const mention of mentions) {
    if (mention.schema !== undefined && foldName(mention.schema) === "temp") continue;
    const { limited } = mention;
    const name = nameOf(mention.name);
    switch (mention.kind) {
      case "drop-table": {
        const fate = fates.touched.get(foldName(name));
        if (fate === undefined) break;
        if (fate.after === null) add(mention, `drops table "${name}"`);
        else {
          const creation = mentions.findLast((each) =>
            isCreation(each) && fate.aliases.has(foldName(each.name))
          );
          const rebuild = creation && texts.get(creation.start);
          add(mention, `rebuilds table "${name}" without all of its columns`, {
            rebuild: rebuild ?? "",
            columnAfter: (column) => fates.columnAfter(fate.before, column),
          });
        }
        break;
      }
      case "drop-column":
        add(mention, `drops column "${mention.column}" of "${name}"`);
        break;
      case "delete":
        add(mention, `deletes ${limited ? "rows of" : "every row of"} "${name}"`);
        break;
      case "insert": // an UPSERT
      case "update":
      case "replace":
        add(mention, `overwrites ${limited === false ? "every row of" : "rows of"} "${name}"`);
        break;
    }
  }
  return hazards;
}

function isCreation({ kind }: Mention): boolean {
  return kind === "create-table" || kind === "create-virtual-table";
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
