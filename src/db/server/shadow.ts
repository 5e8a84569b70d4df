import { type AuthorizedAction, type Authorizer, type Row, SqlError } from "../connection.ts";
import { openScratch, type ScratchConnection } from "../open_scratch.ts";
import { quoteName } from "../../sql/identifier.ts";

/** An object of a server's schema. */
export interface ShadowedObject {
  readonly sql: string;
  readonly name: string;
  readonly isTable: boolean;
}

// Numbers of SQLite's authorizer: https://sqlite.org/c3ref/c_alter_table.html
const DELETE = 9;
const INSERT = 18;
const UPDATE = 23;

/** Tables of SQLite and of Aludel, to which scripts do not write. */
const OWN = /^(?:sqlite|aludel)_/i;

/** The end of SQLite's message for an unknown name in double quotes. */
const STRING_IN_DOUBLE_QUOTES = / - should this be a string literal in single-quotes\?$/;

/**
 * An empty database in memory with the schema of a server, which has no authorizer. A statement is only compiled here, and
 * SQLite's authorizer tells what it would write to, including its triggers and the actions of foreign keys.
 *
 * The schema is read when it is first needed. Functions that this SQLite lacks have stand-ins. If a statement does not
 * compile, because the server's SQLite is another one, it is assumed to write to every table.
 */
export class Shadow {
  readonly #doubleQuotedStrings: boolean;
  readonly #readSchema: () => Promise<readonly ShadowedObject[]>;
  #connection: ScratchConnection | undefined;
  #tables: readonly string[] = [];
  #foreignKeys = "";

  constructor(
    doubleQuotedStrings: boolean,
    readSchema: () => Promise<readonly ShadowedObject[]>,
  ) {
    this.#doubleQuotedStrings = doubleQuotedStrings;
    this.#readSchema = readSchema;
  }

  /**
   * Asks an authorizer about a statement.
   * @throws {SqlError} if it refuses, or if the statement has an unknown name in double quotes.
   */
  async judge(sql: string, authorizer: Authorizer): Promise<void> {
    const connection = this.#connection ?? await this.#load();
    connection.authorize(authorizer);
    try {
      await connection.execute(/^\s*EXPLAIN\b/i.test(sql) ? sql : `EXPLAIN ${sql}`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (error.refusal !== undefined) throw error;
      if (STRING_IN_DOUBLE_QUOTES.test(error.sqlite)) throw withoutExplain(error);
      await this.#assumeAll(sql, authorizer);
    } finally {
      connection.authorize(null);
    }
  }

  /** Repeats a change that the server has made to its schema. */
  async follow(sql: string): Promise<void> {
    if (/^\s*PRAGMA/i.test(sql)) this.#foreignKeys = sql;
    try {
      await this.#connection?.execute(sql);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.forget();
    }
  }

  /** Runs a statement that the server does in another way. */
  async run(sql: string): Promise<void> {
    const connection = this.#connection ?? await this.#load();
    await connection.execute(sql);
  }

  /** Reads the schema. */
  async query(sql: string): Promise<Row[]> {
    const connection = this.#connection ?? await this.#load();
    return await connection.query(sql);
  }

  /** Called when the schema may have changed. */
  forget(): void {
    this.#connection?.release();
    this.#connection = undefined;
  }

  close(): Promise<void> {
    this.forget();
    return Promise.resolve();
  }

  async #load(): Promise<ScratchConnection> {
    const objects = await this.#readSchema();
    const connection = openScratch({
      doubleQuotedStrings: this.#doubleQuotedStrings,
      standIns: true,
    });
    this.#tables = objects.filter(({ isTable, name }) => isTable && !OWN.test(name))
      .map(({ name }) => name);
    for (const { sql, name } of objects) {
      if (/^sqlite_/i.test(name)) continue;
      try {
        await connection.execute(sql);
      } catch (error) {
        // It is the shadow table of a virtual table, which has created it, or only the server's SQLite understands it.
        if (!(error instanceof SqlError)) throw error;
      }
    }
    if (this.#foreignKeys !== "") await connection.execute(this.#foreignKeys);
    this.#connection = connection;
    return connection;
  }

  /** Reports every possible write: directly to the tables that the text names, and indirectly to all others. */
  async #assumeAll(sql: string, authorizer: Authorizer): Promise<void> {
    const text = sql.toLowerCase();
    for (const table of this.#tables) {
      const source = text.includes(table.toLowerCase()) ? null : "";
      const tell = (action: number, arg2: string | null) => {
        const asked: AuthorizedAction = { action, arg1: table, arg2, database: "main", source };
        authorizer(asked);
      };
      tell(DELETE, null);
      tell(INSERT, null);
      for (const column of await this.#columnsOf(table)) tell(UPDATE, column);
    }
  }

  async #columnsOf(table: string): Promise<readonly string[]> {
    const rows = await this.#connection?.query(`PRAGMA main.table_xinfo(${quoteName(table)})`);
    return rows?.map((row) => String(row["name"])) ?? [];
  }
}

/** An error of `EXPLAIN sql` as one of `sql`. */
export function withoutExplain(error: SqlError): SqlError {
  const { sqlite, resultCode, byteOffset, database, cause } = error;
  return new SqlError(sqlite, {
    resultCode,
    byteOffset: byteOffset === undefined ? undefined : byteOffset - "EXPLAIN ".length,
    database,
    cause,
  });
}
