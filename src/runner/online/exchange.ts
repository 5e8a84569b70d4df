import type { Connection } from "../../db/connection.ts";
import { foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { NEW_TABLE, OLD_TABLE, writeProgress } from "./progress.ts";
import { indexAs, readIndex, type Rebuild } from "./rebuild.ts";
import { type OnlineTables, TRIGGERS } from "./tables.ts";

/** The exchange of the tables: how the statements of the script run after its rows were copied. */
export interface OnlineSwap {
  /** The folded name of the table. Its rows were already compared. */
  readonly table: string;
  /** Functions that replace statements, by the index of the statement. */
  readonly instead: ReadonlyMap<number, () => Promise<void>>;
}

/**
 * Makes the functions that replace the script's statements when the rows are in the new table: the new table gets the
 * old one's name, and the old table is renamed to be emptied later.
 * @param check Throws if the rows were copied for another rebuild.
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

/** Returns an UPDATE that renames an index. SQLite has no ALTER INDEX, and stores the name only in sqlite_schema. */
function renameIndex(from: string, to: string, sql: string): string {
  return `UPDATE main.sqlite_schema SET name = ${quoteText(to)}, sql = ${quoteText(sql)}
    WHERE type = 'index' AND name = ${quoteText(from)}`;
}

/** Renames a table without changing the texts of other objects. */
export async function renameTable(connection: Connection, from: string, to: string): Promise<void> {
  await connection.execute("PRAGMA legacy_alter_table = ON");
  await connection.execute(`ALTER TABLE main.${quoteName(from)} RENAME TO ${quoteName(to)}`);
  await connection.execute("PRAGMA legacy_alter_table = OFF");
}

/** Deletes the AUTOINCREMENT sequence that the rename gave to the table. The script copies that of the old table. */
async function forgetSequence(connection: Connection, table: string): Promise<void> {
  const [there] = await connection.query(
    "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'",
  );
  if (there === undefined) return;
  await connection.query("DELETE FROM main.sqlite_sequence WHERE name = ?", [table]);
}

/**
 * Drops the triggers of a table, and gives it and its indexes reserved names, so that {@linkcode cleanUp} can empty it.
 */
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
