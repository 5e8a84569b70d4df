import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Authorizer, Capabilities, Connection, Row, SqlValue } from "./connection.ts";
import { isMissingMathFunction, MATH_FUNCTIONS } from "./math_functions.ts";
import type { NativeDatabase } from "./native_database.ts";
import { readRows } from "./read_rows.ts";
import { firstVerb, mayReturnRows } from "./row_returning.ts";
import { toSqlError, withOffsetOf } from "./sqlite_message.ts";
import { StatementCache } from "./statement_cache.ts";

const ALLOW = 0; // SQLITE_OK
const DENY = 1; // SQLITE_DENY
const EXPLAIN = "EXPLAIN ";
const KEPT_STATEMENTS = 32;
const LONGEST_KEPT = 2_000;

/**
 * Texts worth keeping prepared. Never a PRAGMA: many take effect when compiled, not when run. Never a `*`: node:sqlite
 * counts the columns before SQLite compiles anew for a changed schema, and cuts the rows.
 */
const KEEPABLE = /^(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES)\b[^*]*$/i;

/** A connection over an open database of node:sqlite. */
export class NodeConnection implements Connection {
  readonly name: string;
  readonly #database: NativeDatabase;
  readonly #statements: StatementCache<StatementSync>;
  #refusal: string | undefined;
  #authorizerFailure: unknown;
  #hasMathFunctions = false;
  #isOpen = true;

  constructor(database: NativeDatabase, name: string) {
    this.#database = database;
    this.name = name;
    this.#statements = new StatementCache(KEPT_STATEMENTS, (sql) => this.#prepare(sql));
  }

  get capabilities(): Capabilities {
    return { sqliteVersion: libraryVersion(), authorizer: true };
  }

  /** Reads the header: cheap, as it does not parse the schema. */
  probe(): void {
    this.#guarded("PRAGMA schema_version", () => {
      this.#database.prepare("PRAGMA schema_version").all();
    });
  }

  /** Refuses writes from now on; playing back a journal that a crash left is none. */
  refuseWrites(): void {
    this.#database.exec("PRAGMA query_only = ON");
  }

  // deno-lint-ignore require-await -- the interface is asynchronous, the runtime's SQLite is not
  async execute(sql: string): Promise<void> {
    const verb = firstVerb(sql);
    if (verb === "") return;
    this.#guarded(sql, () => {
      if (mayReturnRows(verb, sql)) this.#prepare(sql).all();
      else this.#database.exec(sql);
    });
  }

  // deno-lint-ignore require-await -- as above
  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const isKeepable = sql.length < LONGEST_KEPT && KEEPABLE.test(sql);
    if (!isKeepable && firstVerb(sql) === "") return [];
    return this.#guarded(sql, () => {
      const statement = isKeepable ? this.#statements.get(sql) : this.#prepare(sql);
      return readRows(statement, parameters);
    });
  }

  inTransaction(): boolean {
    return this.#isOpen && this.#database.isTransaction;
  }

  authorize(authorizer: Authorizer | null): void {
    if (!this.#isOpen) return;
    this.#database.setAuthorizer(
      authorizer === null
        ? null
        : (action, arg1, arg2, database, source) =>
          this.#judge(authorizer, { action, arg1, arg2, database, source }),
    );
  }

  close(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  release(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#statements.clear();
    this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Compiles a statement. `prepare` does not tell where SQLite stopped and `exec` does, so that it is asked too. */
  #prepare(sql: string): StatementSync {
    try {
      return this.#database.prepare(sql);
    } catch (error) {
      const prefix = firstVerb(sql) === "EXPLAIN" ? "" : EXPLAIN;
      try {
        // EXPLAIN compiles, and runs nothing of the statement.
        this.#database.exec(prefix + sql);
      } catch (explained) {
        throw withOffsetOf(error as Error, explained as Error, prefix, sql);
      }
      throw error;
    }
  }

  #judge(authorizer: Authorizer, action: Parameters<Authorizer>[0]): number {
    try {
      const reason = authorizer(action);
      if (reason === null) return ALLOW;
      this.#refusal ??= reason;
    } catch (error) {
      // An exception must not unwind through SQLite: refused now, thrown when SQLite has returned.
      this.#authorizerFailure ??= error;
    }
    return DENY;
  }

  /** Runs `work`, which gives `sql` to SQLite, and makes every failure an SqlError. */
  #guarded<T>(sql: string, work: () => T): T {
    this.#refusal = undefined;
    this.#authorizerFailure = undefined;
    try {
      return work();
    } catch (thrown) {
      if (this.#authorizerFailure !== undefined) throw this.#authorizerFailure;
      const error = toSqlError(thrown, sql, this.#refusal, this.name);
      if (this.#hasMathFunctions || !isMissingMathFunction(error.sqlite)) throw error;
    }
    // SQLite missed the function while compiling, before it ran anything: safe to do again.
    this.#provideMathFunctions();
    return this.#guarded(sql, work);
  }

  #provideMathFunctions(): void {
    this.#hasMathFunctions = true;
    for (const { name, body } of MATH_FUNCTIONS) {
      this.#database.function(
        name,
        { deterministic: true, useBigIntArguments: true },
        body as (...values: unknown[]) => SqlValue,
      );
    }
  }
}

let sqliteVersion: string | undefined;

/** Asked once, of a database of its own: even this SELECT takes a lock on the database that it is given to. */
function libraryVersion(): string {
  if (sqliteVersion === undefined) {
    const database = new DatabaseSync(":memory:");
    const row = database.prepare("SELECT sqlite_version() AS version").get();
    sqliteVersion = String(row?.["version"]);
    database.close();
  }
  return sqliteVersion;
}
