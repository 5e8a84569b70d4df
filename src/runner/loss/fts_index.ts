import { type Connection, SqlError } from "../../db/connection.ts";
import { quoteName } from "../../sql/identifier.ts";
import { compareUnordered } from "./virtual_rows.ts";
import type { ComparedColumn } from "./row_match.ts";
import type { TableShape } from "./table_shape.ts";

const VOCABULARY = "aludel_vocabulary";

/** The number of lost words of an FTS5 index; `unknown` on a server, which cannot list them. */
export type LostEntries = number | "unknown";

/**
 * Counts the words that an FTS5 index no longer finds, once for each place where a word occurs.
 * See https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module.
 * @param before The name of the table in `old`.
 * @param now The name of the table in `fresh`.
 */
export async function lostEntries(
  old: Connection,
  fresh: Connection,
  before: string,
  now: string,
): Promise<LostEntries> {
  if (!fresh.capabilities.ownCache) return "unknown";
  const columns = ["term", "doc", "col", "offset"].map((name): ComparedColumn => ({
    name,
    before: quoteName(name),
    now: quoteName(name),
    stored: "BLOB",
    storage: "BLOB",
    mayDiffer: false,
  }));
  try {
    await createVocabulary(old, VOCABULARY, before, "instance");
    await createVocabulary(fresh, VOCABULARY, now, "instance");
    const words = {
      schemas: { before: "temp", now: "temp" },
      before: VOCABULARY,
      now: VOCABULARY,
      columns,
      identity: { kind: "content", before: [], now: [] },
      primary: [],
      mayMove: false,
    } as const;
    const { gone } = await compareUnordered(old, fresh, words, { before: true, now: true });
    return gone;
  } finally {
    for (const side of [old, fresh]) await side.execute(`DROP TABLE IF EXISTS temp.${VOCABULARY}`);
  }
}

/**
 * Counts how many fewer words an FTS5 index has after it was created again, once for each place where a word occurs.
 */
export async function missingEntries(
  old: Connection,
  fresh: Connection,
  before: string,
  now: string,
): Promise<LostEntries> {
  if (!fresh.capabilities.ownCache) return "unknown";
  return Math.max(await countEntries(old, before) - await countEntries(fresh, now), 0);
}

async function countEntries(connection: Connection, table: string): Promise<number> {
  try {
    await createVocabulary(connection, VOCABULARY, table, "row");
    const [row] = await connection.query(`SELECT sum(cnt) AS n FROM temp.${VOCABULARY}`);
    return Number(row?.["n"] ?? 0);
  } finally {
    await connection.execute(`DROP TABLE IF EXISTS temp.${VOCABULARY}`);
  }
}

/** Whether an FTS5 table stores only its index: https://sqlite.org/fts5.html#contentless_tables */
export async function isContentless(
  connection: Connection,
  { name, sql }: TableShape,
): Promise<boolean> {
  if (!/\bfts5\b/i.test(sql)) return false;
  const rows = await connection.query(
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name IN (? || '_content', ? || '_docsize', ? || '_data')",
    [name, name, name],
  );
  const names = rows.map((row) => String(row["name"]));
  return names.includes(`${name}_data`) && !names.includes(`${name}_content`);
}

async function createVocabulary(
  connection: Connection,
  name: string,
  table: string,
  type: "row" | "instance",
): Promise<void> {
  if (connection.capabilities.ownCache) await connection.execute("PRAGMA query_only = OFF");
  await connection.execute(
    `CREATE VIRTUAL TABLE temp.${name} USING fts5vocab('main', ${quoteName(table)}, '${type}')`,
  );
}

/** Lists the settings of an FTS5 table that its replacement lacks: https://sqlite.org/fts5.html#the_config_command */
export async function lostOptions(
  old: Connection,
  fresh: Connection,
  before: TableShape,
  now: TableShape,
): Promise<string[]> {
  const was = await ftsOptions(old, before.name);
  const is = await ftsOptions(fresh, now.name);
  return [...was].filter(([key, value]) => is.get(key) !== value).map(([key, value]) =>
    `${key} = ${value}`
  );
}

async function ftsOptions(connection: Connection, table: string): Promise<Map<string, string>> {
  try {
    const rows = await connection.query(
      `SELECT k, quote(v) AS v FROM main.${quoteName(`${table}_config`)} WHERE k <> 'version'`,
    );
    return new Map(rows.map((row) => [String(row["k"]), String(row["v"])]));
  } catch (error) {
    if (error instanceof SqlError) return new Map();
    throw error;
  }
}
