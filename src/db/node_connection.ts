import { host } from "../host/mod.ts";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";
import type {
  Authorizer,
  Capabilities,
  Connection,
  Row,
  SqlError,
  SqlFunctions,
  SqlValue,
} from "./connection.ts";
import { withPlace } from "./error_offset.ts";
import { isMissingMathFunction, MATH_FUNCTIONS } from "./math_functions.ts";
import { toSqlError, withOffsetOf } from "./sqlite_error.ts";
import { firstVerb, mayReturnRows, StatementCache } from "./statement.ts";

// Options of node:sqlite that Deno has, but its type declarations may lack.
interface NativeOptions {
  readonly enableForeignKeyConstraints: boolean;
  readonly enableDoubleQuotedStringLiterals: boolean;
  readonly defensive: boolean;
  readonly readBigInts: boolean;
  readonly timeout: number;
  readonly readOnly: boolean;
  readonly allowExtension: boolean;
  readonly limits?: SqliteLimits;
}

/** SQLite's limits: https://sqlite.org/c3ref/c_limit_attached.html */
export interface SqliteLimits {
  readonly column?: number;
  readonly compoundSelect?: number;
  readonly exprDepth?: number;
}
type AuthorizerCallback = (
  action: number,
  arg1: string | null,
  arg2: string | null,
  database: string | null,
  source: string | null,
) => number;

/** A database of node:sqlite, with members that Deno's type declarations lack. */
export type NativeDatabase = DatabaseSync & {
  setAuthorizer(callback: AuthorizerCallback | null): void;
  readonly isTransaction: boolean;
  serialize(): Uint8Array;
  deserialize(image: Uint8Array): void;
  enableDefensive(active: boolean): void;
  loadExtension(path: string): void;
};

/**
 * Opens node:sqlite with every setting explicit.
 * @param location A path, a `file:` URI or `:memory:`.
 * @throws {SqlError}
 * @throws An error with the fault `not-capable` if the runtime's permissions forbid it.
 * @throws {AludelError} `extension-failed` for an extension that cannot be loaded.
 */
export function openNative(
  location: string,
  options: {
    readonly doubleQuotedStrings?: boolean;
    readonly busyTimeoutMs?: number;
    /** SQLITE_OPEN_READONLY. A URI must not ask for more. */
    readonly readOnly?: boolean;
    /** Loadable extensions, by path or by a name that the system's loader finds. SQL cannot load any. */
    readonly extensions?: readonly string[];
    /** The application's functions. */
    readonly functions?: SqlFunctions | undefined;
    readonly limits?: SqliteLimits;
  },
): NativeDatabase {
  const { extensions = [] } = options;
  const native: NativeOptions = {
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: options.doubleQuotedStrings ?? false,
    defensive: true,
    readBigInts: true,
    timeout: options.busyTimeoutMs ?? 0,
    readOnly: options.readOnly ?? false,
    allowExtension: extensions.length > 0,
    ...(options.limits && { limits: options.limits }),
  };
  let database: NativeDatabase;
  try {
    database = new DatabaseSync(location, native) as NativeDatabase;
  } catch (error) {
    if (host.fault(error) === "not-capable") throw error;
    throw toSqlError(error, "", undefined);
  }
  loadExtensions(database, extensions);
  for (const [name, call] of Object.entries(options.functions ?? {})) {
    database.function(name, { deterministic: true, varargs: true, useBigIntArguments: true }, call);
  }
  return database;
}

/** Loads extensions. The SQL function load_extension() remains forbidden: https://sqlite.org/loadext.html */
function loadExtensions(database: NativeDatabase, extensions: readonly string[]): void {
  for (const extension of extensions) {
    try {
      database.loadExtension(extension);
    } catch (cause) {
      database.close();
      throw new AludelError("extension-failed", `Extension "${extension}" could not be loaded`, {
        notes: cause instanceof Error ? [cause.message] : [],
        next: [
          say('Correct "extensions" in aludel.json: a path is relative to that file'),
          say("For a program of your own under Deno, allow --allow-ffi"),
        ],
        cause,
      });
    }
  }
}

const ALLOW = 0; // SQLITE_OK
const DENY = 1; // SQLITE_DENY
const EXPLAIN = "EXPLAIN ";
const KEPT_STATEMENTS = 32;
const LONGEST_KEPT = 2_000;

/**
 * Statements to keep prepared: no PRAGMA, because many take effect when they are compiled, and no `*`, because node:sqlite
 * counts the columns before SQLite compiles again for a changed schema, and truncates the rows.
 */
const KEEPABLE = /^(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES)\b[^*]*$/i;

/** A connection to an open database of node:sqlite. */
export class NodeConnection implements Connection {
  readonly name: string;
  readonly #database: NativeDatabase;
  readonly #statements: StatementCache<StatementSync>;
  #refusal: string | undefined;
  #authorizerFailure: unknown;
  #authorizer: Authorizer | null = null;
  /** Whether SQLite has a callback that asks the authorizer. */
  #isAuthorized = false;
  #hasMathFunctions = false;
  #isOpen = true;

  constructor(database: NativeDatabase, name: string) {
    this.#database = database;
    this.name = name;
    this.#statements = new StatementCache(KEPT_STATEMENTS, (sql) => this.#prepare(sql));
  }

  get capabilities(): Capabilities {
    return { sqliteVersion: libraryVersion(), ownCache: true };
  }

  /** Reads the header, without the schema. */
  probe(): void {
    this.#guarded("PRAGMA schema_version", () => {
      this.#database.prepare("PRAGMA schema_version").all();
    });
  }

  /** Refuses writes from now on. Recovery of a journal left by a crash is still possible. */
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
    this.#authorizer = authorizer;
    if (this.#isAuthorized || authorizer === null) return;
    // The callback is set only once: each time, SQLite visits all statements that are not freed, and node:sqlite frees
    // them only with the garbage collector (20,000 SELECTs took 17.0 s, and take 0.9 s).
    this.#isAuthorized = true;
    this.#database.setAuthorizer((action, arg1, arg2, database, source) =>
      this.#authorizer === null
        ? ALLOW
        : this.#judge(this.#authorizer, { action, arg1, arg2, database, source })
    );
  }

  // deno-lint-ignore require-await -- as above
  async rewriteSchema(updates: readonly string[]): Promise<void> {
    if (updates.length === 0) return;
    this.#database.enableDefensive(false);
    try {
      this.#database.exec("PRAGMA writable_schema = ON");
      for (const sql of updates) this.#guarded(sql, () => this.#database.exec(sql));
    } finally {
      this.#database.exec("PRAGMA writable_schema = RESET");
      this.#database.enableDefensive(true);
    }
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

  /** Compiles a statement. Only `exec` reports where SQLite stopped, so it is called after `prepare` failed. */
  #prepare(sql: string): StatementSync {
    try {
      return this.#database.prepare(sql);
    } catch (error) {
      const prefix = firstVerb(sql) === "EXPLAIN" ? "" : EXPLAIN;
      try {
        // EXPLAIN compiles the statement without running it.
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
      // An exception must not unwind through SQLite. The action is refused, and the error is thrown when SQLite has returned.
      this.#authorizerFailure ??= error;
    }
    return DENY;
  }

  /** Runs `work`, which gives `sql` to SQLite, and turns every failure into an SqlError. */
  #guarded<T>(sql: string, work: () => T): T {
    for (;;) {
      this.#refusal = undefined;
      this.#authorizerFailure = undefined;
      try {
        return work();
      } catch (thrown) {
        if (this.#authorizerFailure !== undefined) throw this.#authorizerFailure;
        const error = toSqlError(thrown, sql, this.#refusal, this.name);
        // The statement can run again: SQLite looks for functions when it compiles, before it runs anything, and rolls
        // back an ALTER TABLE that misses one.
        if (!this.provideMissing(error)) throw this.#located(error, sql);
      }
    }
  }

  /** An error with its place in the text, even if the runtime does not report it. */
  #located(error: SqlError, sql: string): SqlError {
    const authorizer = this.#authorizer;
    this.#authorizer = null;
    try {
      return withPlace(error, sql, (text) => this.#complaintOf(text));
    } finally {
      this.#authorizer = authorizer;
    }
  }

  /** SQLite's message for a text that does not compile. */
  #complaintOf(sql: string): string | undefined {
    try {
      this.#database.prepare(sql);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /**
   * Registers a function that SQLite reports as missing.
   * @returns Whether it did, so that the statement can run again.
   */
  protected provideMissing({ sqlite }: SqlError): boolean {
    if (this.#hasMathFunctions || !isMissingMathFunction(sqlite)) return false;
    this.#provideMathFunctions();
    return true;
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

/**
 * The version of this program's SQLite, such as `3.53.2`. It is read once, from a database of its own: even this SELECT
 * would lock another database.
 */
export function libraryVersion(): string {
  if (sqliteVersion === undefined) {
    const database = new DatabaseSync(":memory:");
    const row = database.prepare("SELECT sqlite_version() AS version").get();
    sqliteVersion = String(row?.["version"]);
    database.close();
  }
  return sqliteVersion;
}

type ArrayStatement = StatementSync & {
  setReturnArrays(enabled: boolean): void;
  columns(): readonly { readonly name: string }[];
};

/**
 * Runs a statement to its end and returns its rows by column name. If columns share a name, the last one counts.
 *
 * node:sqlite makes an object without a prototype for each row, which costs five times as much as an array
 * with a dozen columns. The rows made here share one shape.
 */
function readRows(statement: StatementSync, parameters: readonly SqlValue[]): Row[] {
  const native = statement as ArrayStatement;
  native.setReturnArrays(true);
  const values = native.all(...parameters as SqlValue[]) as unknown as SqlValue[][];
  if (values.length === 0) return [];
  // Read after running, because SQLite compiles the statement again if the schema has changed.
  const names = native.columns().map(({ name }) => name);
  return values.map((row) => toRow(names, row));
}

function toRow(names: readonly string[], values: readonly SqlValue[]): Row {
  const row: Record<string, SqlValue> = {};
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    // Assigning to this name would not create a property.
    if (name === "__proto__") defineOwn(row, name, values[i]!);
    else row[name] = values[i]!;
  }
  return row;
}

function defineOwn(row: Record<string, SqlValue>, name: string, value: SqlValue): void {
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}
