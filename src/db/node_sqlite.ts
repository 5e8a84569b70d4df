import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AludelError } from "../errors.ts";
import type { Authorizer, Capabilities, Connection, Row, SqlValue } from "./connection.ts";
import { SqlError } from "./connection.ts";
import { databaseError } from "./database_error.ts";
import { isMissingMathFunction, MATH_FUNCTIONS } from "./math_functions.ts";
import { readRows } from "./read_rows.ts";
import { firstVerb, mayReturnRows } from "./row_returning.ts";
import { toSqlError } from "./sqlite_message.ts";
import { StatementCache } from "./statement_cache.ts";

/**
 * What a connection is for. `create` makes the file where there is none; `write` never does; `read` is
 * for looking: it makes neither file nor table, but it does put right what a crash left behind.
 */
export type OpenMode = "create" | "write" | "read";

/** How {@linkcode openNodeSqlite} opens a database. */
export interface OpenOptions {
  /** A path, or `:memory:`. */
  readonly path: string;
  readonly mode: OpenMode;
  /** Whether `"text"` that names nothing is a string: https://sqlite.org/quirks.html#dblquote */
  readonly doubleQuotedStrings?: boolean;
  /** How long a statement waits for another connection's lock: 0, the default, not at all. */
  readonly busyTimeoutMs?: number;
  /** The database for messages; the path where it is left out. */
  readonly name?: string;
}

// The parts of node:sqlite that Deno has and its type declarations may lack.
interface NativeOptions {
  readonly enableForeignKeyConstraints: boolean;
  readonly enableDoubleQuotedStringLiterals: boolean;
  readonly defensive: boolean;
  readonly readBigInts: boolean;
  readonly timeout: number;
}
type AuthorizerCallback = (
  action: number,
  arg1: string | null,
  arg2: string | null,
  database: string | null,
  source: string | null,
) => number;
type NativeDatabase = DatabaseSync & {
  setAuthorizer(callback: AuthorizerCallback | null): void;
  readonly isTransaction: boolean;
};

const ALLOW = 0; // SQLITE_OK
const DENY = 1; // SQLITE_DENY
const KEPT_STATEMENTS = 32;

/** Texts worth keeping prepared. Never a PRAGMA: many take effect when compiled, not when run. */
const KEEPABLE = /^(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES)\b/i;

/**
 * Opens an SQLite database with node:sqlite, every setting explicit: foreign keys, recursive triggers
 * and legacy renames off, defensive on, integers read as `bigint`.
 *
 * TEXT with a NUL is cut at the NUL when read, and bytes that are not UTF-8 are read as U+FFFD: compare such
 * content inside SQL by `typeof(x)` and `hex(CAST(x AS BLOB))`. Binding such TEXT keeps all of it.
 *
 * @throws {AludelError} `database-missing`, `database-is-folder`, `database-unreadable`,
 * `database-not-sqlite`, `database-corrupt`, `database-readonly`, and in `read` mode `database-busy`. A
 * locked database opens in the other modes: waiting is the caller's.
 */
export function openNodeSqlite(options: OpenOptions): Connection {
  const name = options.name ?? options.path;
  if (options.path === ":memory:") return new NodeSqlite(openNative(":memory:", options), name);
  const isWritable = inspectFile(options, name);
  const access = options.mode === "create" ? "rwc" : isWritable ? "rw" : "ro";
  try {
    return probed(options, name, `${fileUri(options.path)}?mode=${access}`);
  } catch (error) {
    if (options.mode !== "read" || !isReadOnlyFolder(error) || hasLog(options.path)) {
      throw explained(error, options, name);
    }
  }
  // A database in WAL mode on a read-only medium: SQLite wants to make the -shm file there and cannot. With
  // no log beside it the file is all there is, and who cannot write can only look at it as it stands.
  try {
    return probed(options, name, `${fileUri(options.path)}?mode=ro&immutable=1`);
  } catch (error) {
    throw explained(error, options, name);
  }
}

/** Opens and reads the first page, which recovers a hot journal and tells a database from a file. */
function probed(options: OpenOptions, name: string, uri: string): Connection {
  const connection = new NodeSqlite(openNative(uri, options), name);
  try {
    connection.probe();
    return connection;
  } catch (error) {
    if (error instanceof SqlError && error.busy && options.mode !== "read") return connection;
    connection.release();
    throw error;
  }
}

function openNative(location: string, options: OpenOptions): NativeDatabase {
  const native: NativeOptions = {
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: options.doubleQuotedStrings ?? false,
    defensive: true,
    readBigInts: true,
    timeout: options.busyTimeoutMs ?? 0,
  };
  try {
    return new DatabaseSync(location, native) as NativeDatabase;
  } catch (error) {
    throw toSqlError(error, "", undefined);
  }
}

/**
 * Looks at the file before SQLite does, for errors that say what is wrong.
 * @returns Whether the file may be written as far as its permissions tell.
 */
function inspectFile({ path, mode }: OpenOptions, name: string): boolean {
  try {
    if (Deno.statSync(path).isDirectory) {
      throw new AludelError("database-is-folder", `Database "${name}" is a folder, not a file`, {
        next: [`Name a file in it, such as \`--database ${path}/app.db\``],
      });
    }
    return true;
  } catch (error) {
    if (error instanceof AludelError) throw error;
    if (!(error instanceof Deno.errors.NotFound) || mode === "create") return true;
    throw new AludelError("database-missing", `Database "${name}" does not exist`, {
      next: ["Create it with `aludel upgrade`, or name another with `--database PATH`"],
    });
  }
}

/** SQLITE_READONLY_DIRECTORY and SQLITE_READONLY_CANTINIT: https://sqlite.org/rescode.html */
function isReadOnlyFolder(error: unknown): boolean {
  const code = ((error as SqlError).cause as { readonly errcode?: unknown } | undefined)?.errcode;
  return code === 1544 || code === 1288;
}

function hasLog(path: string): boolean {
  try {
    return Deno.statSync(`${path}-wal`).size > 0;
  } catch {
    return false;
  }
}

function explained(error: unknown, options: OpenOptions, name: string): unknown {
  if (!(error instanceof SqlError)) return error;
  const explanation = databaseError(error, name);
  if (explanation === undefined) return error;
  if (options.mode !== "read" || explanation.code !== "database-readonly") return explanation;
  return explanation.with({
    notes: ["A write was interrupted, and its journal must be played back before anything is read"],
  });
}

/** A `file:` URI for a path: https://sqlite.org/uri.html */
function fileUri(path: string): string {
  const slashes = Deno.build.os === "windows" ? path.replaceAll("\\", "/") : path;
  const escaped = slashes.replace(/[%?#]/g, (character) => encodeURIComponent(character));
  return /^[A-Za-z]:\//.test(escaped) && Deno.build.os === "windows"
    ? `file:///${escaped}`
    : escaped.startsWith("/")
    ? `file://${escaped}`
    : `file:${escaped}`;
}

class NodeSqlite implements Connection {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #database: NativeDatabase;
  readonly #statements: StatementCache<StatementSync>;
  #refusal: string | undefined;
  #authorizerFailure: unknown;
  #hasMathFunctions = false;
  #isOpen = true;

  constructor(database: NativeDatabase, name: string) {
    this.#database = database;
    this.name = name;
    this.#statements = new StatementCache(KEPT_STATEMENTS, (sql) => database.prepare(sql));
    this.capabilities = { sqliteVersion: librarySqliteVersion(database), authorizer: true };
  }

  /** Reads the header: cheap, as it does not parse the schema. */
  probe(): void {
    this.#guarded("PRAGMA schema_version", () => {
      this.#database.prepare("PRAGMA schema_version").all();
    });
  }

  // deno-lint-ignore require-await -- the interface is asynchronous, the runtime's SQLite is not
  async execute(sql: string): Promise<void> {
    const verb = firstVerb(sql);
    if (verb === "") return;
    this.#guarded(sql, () => {
      if (mayReturnRows(verb, sql)) this.#database.prepare(sql).all();
      else this.#database.exec(sql);
    });
  }

  // deno-lint-ignore require-await -- as above
  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const isKeepable = KEEPABLE.test(sql);
    if (!isKeepable && firstVerb(sql) === "") return [];
    return this.#guarded(sql, () => {
      const statement = isKeepable ? this.#statements.get(sql) : this.#database.prepare(sql);
      return readRows(statement, parameters);
    });
  }

  inTransaction(): boolean {
    return this.#isOpen && this.#database.isTransaction;
  }

  authorize(authorizer: Authorizer | null): void {
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
      const error = toSqlError(thrown, sql, this.#refusal);
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

/** The library is one for the whole process: asked once. */
function librarySqliteVersion(database: NativeDatabase): string {
  return sqliteVersion ??= String(
    database.prepare("SELECT sqlite_version() AS version").get()?.["version"],
  );
}
