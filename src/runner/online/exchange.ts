import type { Connection } from "../../db/connection.ts";
import { foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { NEW_TABLE, OLD_TABLE, writeProgress } from "./progress.ts";
import { indexAs, readIndex, type Rebuild } from "./rebuild.ts";
import { type OnlineTables, TRIGGERS } from "./tables.ts";

/** How the script's own statements run when the rows are copied already. */
export interface OnlineSwap {
  /** The folded name of the table, whose rows were compared. */
  readonly table: string;
  /** What is done instead of a statement, by its index in the script. */
  readonly instead: ReadonlyMap<number, () => Promise<void>>;
}

/**
 * What the script's statements are when the rows are in the new table already: it takes the old one's place, and the old
 * one is put away.
 * @param check Throws if the rebuild is no longer the one that the rows were copied for.
 */
export function exchange(
  connection: Connection,
  { table, into, away, create, copy, drop, indexes }: Rebuild,
  tables: OnlineTables,
  check: () => Promise<unknown>,
): OnlineSwap {
  const nothing = () => Promise.resolve();
  const instead = new Map<number, () => Promise<void>>(
    [copy, ...indexes.map(({ statement }) => statement)].map((at) => [at, nothing]),
  );
  instead.set(create, async () => {
    await check();
    while (await tables.drain(connection, Number.MAX_SAFE_INTEGER, true) > 0);
    for (const trigger of TRIGGERS) {
      await connection.execute(`DROP TRIGGER IF EXISTS main.${trigger}`);
    }
    await renameTable(connection, NEW_TABLE, into);
    await forgetSequence(connection, into);
  });
  instead.set(drop, async () => {
    await putAway(connection, away);
    await connection.rewriteSchema!(
      indexes.map(({ name, kept }, at) => renameIndex(newIndex(at), name, kept)),
    );
    await writeProgress(connection, { phase: "clean", done: 0 });
  });
  return { table: foldName(table), instead };
}

/** The name of an index of the new table before the exchange. */
export function newIndex(at: number): string {
  return `aludel_online_index_${at + 1}`;
}

/** SQLite has no ALTER INDEX; the name of an index is in its row of the schema and nowhere else. */
function renameIndex(from: string, to: string, sql: string): string {
  return `UPDATE main.sqlite_schema SET name = ${quoteText(to)}, sql = ${quoteText(sql)}
    WHERE type = 'index' AND name = ${quoteText(from)}`;
}

/** Renames a table and leaves every other text alone. */
export async function renameTable(connection: Connection, from: string, to: string): Promise<void> {
  await connection.execute("PRAGMA legacy_alter_table = ON");
  await connection.execute(`ALTER TABLE main.${quoteName(from)} RENAME TO ${quoteName(to)}`);
  await connection.execute("PRAGMA legacy_alter_table = OFF");
}

/** The rename took the new table's own sequence along; the script sets it to that of the old one. */
async function forgetSequence(connection: Connection, table: string): Promise<void> {
  const [there] = await connection.query(
    "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'",
  );
  if (there === undefined) return;
  await connection.query("DELETE FROM main.sqlite_sequence WHERE name = ?", [table]);
}

/** Takes the triggers off a table, and gives it and its indexes names of ours, to be emptied later. */
export async function putAway(connection: Connection, table: string): Promise<void> {
  const rows = await connection.query(
    `SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL
     AND type IN ('index', 'trigger') ORDER BY name`,
    [table],
  );
  for (const { type, name } of rows) {
    if (type === "trigger") {
      await connection.execute(`DROP TRIGGER main.${quoteName(String(name))}`);
    }
  }
  await renameTable(connection, table, OLD_TABLE);
  const indexes = rows.filter(({ type }) => type === "index");
  await connection.rewriteSchema!(indexes.map(({ name, sql }, at) => {
    const text = String(sql);
    const mine = `aludel_online_old_${at + 1}`;
    const kept = indexAs(readIndex(text, { start: 0, end: text.length }, 0), mine, OLD_TABLE);
    return renameIndex(String(name), mine, kept);
  }));
}
