import type { Connection } from "../../db/connection.ts";

/** The name of the new table while it is filled, and of the old one while its rows are deleted. */
export const NEW_TABLE = "aludel_online_rows";
export const OLD_TABLE = "aludel_online_old";
/** The keys of changed rows, which must be copied again. */
export const LOG_TABLE = "aludel_online_log";
/** A table with one row: the key of the last copied row. */
export const AT_TABLE = "aludel_online_at";
const PROGRESS_TABLE = "aludel_online";

/**
 * The phase of a rebuild beside writers. `copy`: rows are copied · `index`: indexes are created · `compare`: both
 * tables are compared · `swap`: only the exchange is left · `clean`: the revision is applied, and the old table's rows
 * are deleted.
 */
export type OnlinePhase = "copy" | "index" | "compare" | "swap" | "clean";

/** The progress of an unfinished rebuild, as stored in the database. */
export interface OnlineProgress {
  readonly revision: string;
  readonly direction: "up" | "down";
  readonly table: string;
  readonly phase: OnlinePhase;
  /** The number of rows copied, or deleted in phase `clean`. */
  readonly done: number;
  /** The number of rows at the beginning. */
  readonly rows: number;
  /**
   * The texts of the old table, its indexes and its triggers, including those of the rebuild. They must stay the same.
   */
  readonly schema: string;
  /** The script's text, which must stay the same. */
  readonly script: string;
  /** The number of columns of the key. */
  readonly keys: number;
}

/** Creates the tables of a rebuild. To be called in its first transaction. */
export async function createProgress(
  connection: Connection,
  progress: OnlineProgress,
): Promise<void> {
  const keys = Array.from({ length: progress.keys }, (_, at) => `k${at}`).join(", ");
  // Columns without a type keep every value as it is.
  await connection.execute(`CREATE TABLE main.${AT_TABLE} (${keys})`);
  await connection.execute(`CREATE TABLE main.${LOG_TABLE} (seq INTEGER PRIMARY KEY, ${keys})`);
  await connection.execute(
    `CREATE TABLE main.${PROGRESS_TABLE} (revision TEXT NOT NULL, direction TEXT NOT NULL, "table" TEXT NOT NULL,
 phase TEXT NOT NULL, done INTEGER NOT NULL, "rows" INTEGER NOT NULL, "schema" TEXT NOT NULL, script TEXT NOT NULL,
 "keys" INTEGER NOT NULL)`,
  );
  const { revision, direction, table, phase, done, rows, schema, script } = progress;
  await connection.query(
    `INSERT INTO main.${PROGRESS_TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [revision, direction, table, phase, done, rows, schema, script, progress.keys],
  );
}

/** Reads the progress of the unfinished rebuild; undefined if there is none. */
export async function readProgress(connection: Connection): Promise<OnlineProgress | undefined> {
  const [there] = await connection.query(
    "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?",
    [PROGRESS_TABLE],
  );
  if (there === undefined) return undefined;
  const [row] = await connection.query(
    `SELECT revision, direction, "table", phase, done, "rows", "schema", script, "keys" FROM main.${PROGRESS_TABLE}`,
  );
  if (row === undefined) return undefined;
  return {
    revision: String(row["revision"]),
    direction: row["direction"] as "up" | "down",
    table: String(row["table"]),
    phase: row["phase"] as OnlinePhase,
    done: Number(row["done"]),
    rows: Number(row["rows"]),
    schema: String(row["schema"]),
    script: String(row["script"]),
    keys: Number(row["keys"]),
  };
}

/** Updates the phase and the number of rows. */
export async function writeProgress(
  connection: Connection,
  { phase, done }: Pick<OnlineProgress, "phase" | "done">,
): Promise<void> {
  await connection.query(`UPDATE main.${PROGRESS_TABLE} SET phase = ?, done = ?`, [phase, done]);
}

/** Records the texts of the old table, after the triggers of the rebuild were created. */
export async function writeSchema(connection: Connection, schema: string): Promise<void> {
  await connection.query(`UPDATE main.${PROGRESS_TABLE} SET "schema" = ?`, [schema]);
}

/** The texts of a table, its indexes and its triggers. */
export async function schemaOf(connection: Connection, table: string): Promise<string> {
  const rows = await connection.query(
    `SELECT sql FROM main.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL
     ORDER BY type, name`,
    [table],
  );
  return rows.map((row) => String(row["sql"])).join(";\n");
}

/** Drops the tables of a rebuild. */
export async function dropProgress(connection: Connection): Promise<void> {
  for (const table of [AT_TABLE, LOG_TABLE, PROGRESS_TABLE]) {
    await connection.execute(`DROP TABLE IF EXISTS main.${table}`);
  }
}
