import { type Connection, type Row, SqlError, type SqlValue } from "../connection.ts";
import { openScratch, type ScratchConnection } from "../open_scratch.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import { statementText } from "./batch.ts";
import { D1_LIMITS, type D1Database } from "./d1.ts";
import { type Answer, toRows } from "./stream.ts";

/** Our own tables, which are copied with their rows. */
const STATE = /^aludel_/i;
/** Tables of SQLite and of Cloudflare, which cannot be created. */
const FOREIGN = /^(?:sqlite_|_cf_)/i;

const SCHEMA = `SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL
  ORDER BY type <> 'table', type <> 'view', rowid`;

/** SQL that identifies a state of the schema. */
const SCHEMA_MARK =
  "(SELECT count(*) || ' ' || total(length(sql)) || ' ' || total(rootpage) || ' ' || coalesce(max(rowid), 0) FROM main.sqlite_schema)";

/** SQL that identifies a state of our own tables: every change writes to the log, or is a batch with its own name. */
const STATE_MARK =
  "(SELECT count(*) || ' ' || coalesce(max(position), 0) FROM main.aludel_revision) || ' ' || " +
  "(SELECT coalesce(max(entry), 0) FROM main.aludel_log) || ' ' || " +
  "coalesce((SELECT value FROM main.aludel_meta WHERE key = 'batch'), '')";

/** Whether a table is one of Aludel's. */
export function isOurs(table: string): boolean {
  return STATE.test(table);
}

/** The schema and our own tables of a D1 database at one moment, in memory. All other tables are empty. */
export class Replica {
  readonly connection: ScratchConnection;
  /** SQL that identifies the state at that moment, and its value then. */
  readonly start: { readonly expression: string; readonly value: string };
  readonly #objects: readonly Row[];

  constructor(
    connection: ScratchConnection,
    objects: readonly Row[],
    start: { readonly expression: string; readonly value: string },
  ) {
    this.connection = connection;
    this.#objects = objects;
    this.start = start;
  }

  /** Opens another database with the schema of that moment and without rows. */
  async copy(): Promise<ScratchConnection> {
    return await openReplica(this.#objects);
  }

  /** Whether a query reads only the schema and our own tables. */
  async knows(sql: string, parameters: readonly SqlValue[]): Promise<boolean> {
    if (/foreign_key_check|quick_check|integrity_check/i.test(sql)) return false;
    let isKnown = true;
    const theirs = new Set(["sqlite_sequence", "sqlite_stat1", "sqlite_stat4"]);
    for (const { name } of this.#objects) {
      if (!isOurs(String(name))) theirs.add(foldName(String(name)));
    }
    this.connection.authorize(({ action, arg1 }) => {
      if (action === READ && arg1 !== null && theirs.has(foldName(arg1))) isKnown = false;
      return null;
    });
    try {
      await this.connection.query(`EXPLAIN ${sql}`, parameters);
      return isKnown;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return false;
    } finally {
      this.connection.authorize(null);
    }
  }

  async query(sql: string, parameters: readonly SqlValue[]): Promise<Answer> {
    const rows = await this.connection.query(sql, parameters);
    const columns = Object.keys(rows[0] ?? {});
    return { columns, rows: rows.map((row) => columns.map((name) => row[name] ?? null)) };
  }

  /** Whether our own tables exist. */
  async hasState(): Promise<boolean> {
    const rows = await this.connection.query(
      "SELECT 1 FROM main.sqlite_schema WHERE name = 'aludel_meta' AND type = 'table'",
    );
    return rows.length > 0;
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

const READ = 20; // SQLITE_READ

/**
 * Reads the schema, and the rows of our own tables, at one moment.
 * @throws {SqlError} Also if the database is busy.
 */
export async function readReplica(database: D1Database, name: string): Promise<Replica> {
  const [first] = await database.batch([statementText(SCHEMA, [])]);
  for (let tables = stateTables(first!);;) {
    const hasAll = ["aludel_meta", "aludel_revision", "aludel_log"].every((one) =>
      tables.some((table) => foldName(table) === one)
    );
    const expression = hasAll ? `${SCHEMA_MARK} || ' ' || ${STATE_MARK}` : SCHEMA_MARK;
    try {
      const [schema, mark, ...rows] = await database.batch([
        statementText(SCHEMA, []),
        `SELECT ${expression} AS mark`,
        ...tables.map((table) => `SELECT * FROM main.${quoteName(table)}`),
      ]);
      const listed = tables.join();
      tables = stateTables(schema!);
      if (tables.join() !== listed) continue;
      const objects = toRows(schema!);
      const connection = await openReplica(objects);
      for (const [at, table] of tables.entries()) await fill(connection, table, rows[at]!);
      const value = String(mark!.rows[0]![0]);
      return new Replica(connection, objects, { expression, value });
    } catch (error) {
      // Our tables were dropped since the first query.
      if (!(error instanceof SqlError) || !/^no such table/.test(error.sqlite)) throw error;
      throw new SqlError("the database is being changed", { database: name, resultCode: 5 });
    }
  }
}

async function openReplica(objects: readonly Row[]): Promise<ScratchConnection> {
  const connection = openScratch({ doubleQuotedStrings: true, standIns: true, limits: D1_LIMITS });
  for (const { name, sql } of objects) {
    if (FOREIGN.test(String(name))) continue;
    try {
      await connection.execute(String(sql));
    } catch (error) {
      // It is the shadow table of a virtual table, which has created it.
      if (!(error instanceof SqlError)) throw error;
    }
  }
  // As in D1, so that foreign keys follow a rename.
  await connection.execute("PRAGMA foreign_keys = ON");
  return connection;
}

function stateTables(schema: Answer): readonly string[] {
  return toRows(schema).filter(({ type, name }) => type === "table" && STATE.test(String(name)))
    .map(({ name }) => String(name));
}

async function fill(connection: Connection, table: string, { columns, rows }: Answer) {
  if (rows.length === 0) return;
  const values = columns.map(() => "?").join(", ");
  const sql = `INSERT INTO main.${quoteName(table)} (${
    columns.map(quoteName).join(", ")
  }) VALUES (${values})`;
  for (const row of rows) await connection.query(sql, row);
}
