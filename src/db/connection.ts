/** A function that SQL can call. It must return the same value for the same arguments. */
export type SqlFunction = (...values: SqlValue[]) => SqlValue;

/** Functions by their names in SQL. */
export type SqlFunctions = Readonly<Record<string, SqlFunction>>;

/** A value of SQLite. Integers are always read as `bigint`, so that none loses digits. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/** A row by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** One call of SQLite's authorizer: https://sqlite.org/c3ref/c_alter_table.html lists the actions. */
export interface AuthorizedAction {
  readonly action: number;
  readonly arg1: string | null;
  readonly arg2: string | null;
  readonly database: string | null;
  /** The trigger or view that causes the action; null for the statement itself. */
  readonly source: string | null;
}

/** Judges whether SQLite may compile an action: returns null to allow it, or the reason to refuse it. */
export type Authorizer = (action: AuthorizedAction) => string | null;

/** The abilities in which databases differ. */
export interface Capabilities {
  /** The SQLite library that runs the statements, such as `3.53.2`. */
  readonly sqliteVersion: string;
  /** Whether this process has the page cache, so that PRAGMA cache_spill and query_only work. */
  readonly ownCache: boolean;
}

/** A condition at the end of a batch. */
export interface BatchGuard {
  /** SQL that is true if the batch may be committed. */
  readonly holds: string;
  /** SQL for the text of {@linkcode BatchFailure.detail}. */
  readonly detail: string;
  /** The value of {@linkcode BatchFailure.origin}. */
  readonly origin: unknown;
}

/** A value that a batch computes at one of its places. */
export interface BatchNote {
  /** SQL for the value, at later places of the batch. */
  readonly sql: string;
  /** The value, once the batch is committed. */
  value(): SqlValue;
}

/**
 * A transaction of a database in which a transaction cannot span several requests. After BEGIN IMMEDIATE the statements
 * are collected, and COMMIT runs them all at once. Until then, only the schema, with the changes of the statements, and
 * our own tables can be read; all other tables are empty. A note or a guard looks at their rows.
 */
export interface BatchTransaction {
  /** The origin of the following statements, for {@linkcode BatchFailure.origin}; undefined if they are our own. */
  origin: unknown;
  /** Computes an expression before the statement of an index, or after the last one if the index is infinite. */
  note(expression: string, index: number): BatchNote;
  /** Adds a condition. */
  guard(guard: BatchGuard): void;
  /** Copies expressions over all rows of a table before the first statement, into a table with columns c0, c1, … */
  keep(table: string, expressions: readonly string[]): string;
  /**
   * Finds the statement that drops a table.
   * @param before The table's name before the first statement.
   * @param last The name of its replacement after the last statement.
   * @returns The index of the DROP, and the names of both tables before it.
   */
  dropOf(
    before: string,
    last: string,
  ): { readonly index: number; readonly before: string; readonly now: string } | undefined;
  /** Runs queries at one moment, outside of the transaction. */
  readTogether(statements: readonly string[]): Promise<readonly (readonly Row[])[]>;
  /** Opens a database with the schema from before the first statement and without rows. */
  openBefore(): Promise<Connection>;
}

/**
 * A connection to one SQLite database. It is asynchronous because of servers; node:sqlite is not.
 *
 * Every method throws {@linkcode SqlError} when SQLite refuses.
 */
export interface Connection extends AsyncDisposable {
  /** The database for messages: a path, or a URL without its secrets. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Runs one statement and ignores its rows. */
  execute(sql: string): Promise<void>;
  /** Runs one statement with parameters and reads every row. */
  query(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
  /** Whether a transaction is open. */
  inTransaction(): boolean;
  /** Sets or, with null, removes the authorizer for statements compiled from now on. */
  authorize(authorizer: Authorizer | null): void;
  /**
   * Asks whether the database accepts some statements, without running any: a server may refuse VACUUM, for example.
   * Missing if the database accepts everything that SQLite does.
   * @returns For each statement the message of the refusal, or undefined.
   */
  refusals?(statements: readonly string[]): Promise<readonly (string | undefined)[]>;
  /**
   * Runs UPDATEs of sqlite_schema, and reads the schema again: https://sqlite.org/pragma.html#pragma_writable_schema.
   * The caller must make sure that the schema still describes the data. Missing if the database does not allow it.
   */
  rewriteSchema?(updates: readonly string[]): Promise<void>;
  /** The open transaction, if transactions of the database are batches. */
  readonly batch?: BatchTransaction | undefined;
  close(): Promise<void>;
}

/** An error of SQLite. The caller that knows the file turns it into an AludelError. */
export class SqlError extends Error {
  override readonly name: string = "SqlError";
  /** SQLite's message, without the offset. */
  readonly sqlite: string;
  /** SQLite's primary result code, if it is known: 5 is SQLITE_BUSY. */
  readonly resultCode: number | undefined;
  /** The offset at which SQLite stopped, in UTF-8 bytes of the statement's text, if it is known. */
  readonly byteOffset: number | undefined;
  /** The reason of the authorizer that refused, if one did. */
  readonly refusal: string | undefined;
  /** The connection's name for messages. */
  readonly database: string | undefined;

  constructor(
    sqlite: string,
    facts: {
      readonly resultCode?: number | undefined;
      readonly byteOffset?: number | undefined;
      readonly refusal?: string | undefined;
      readonly database?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(sqlite, { cause: facts.cause });
    this.sqlite = sqlite;
    this.resultCode = facts.resultCode;
    this.byteOffset = facts.byteOffset;
    this.refusal = facts.refusal;
    this.database = facts.database;
  }

  /** Whether another connection holds the lock (SQLITE_BUSY, SQLITE_LOCKED). */
  get busy(): boolean {
    return this.resultCode === 5 || this.resultCode === 6;
  }
}

/** A server ended an open transaction, or gave its lock to another connection. The transaction is rolled back. */
export class LockLost extends SqlError {}

/** A statement or a guard of a batch failed. The batch is rolled back. */
export class BatchFailure extends SqlError {
  /** The {@linkcode BatchTransaction.origin} of the statement or guard. */
  readonly origin: unknown;
  /** The detail of a guard. */
  readonly detail: string | undefined;

  constructor(
    error: SqlError,
    facts: { readonly origin: unknown; readonly detail?: string | undefined },
  ) {
    super(error.sqlite, error);
    this.origin = facts.origin;
    this.detail = facts.detail;
  }
}

/** A server cannot be reached, or its answer is malformed. What was not committed is rolled back. */
export class ServerFault extends SqlError {}

/**
 * The settings of a connection that a script inside a transaction can leave changed: of the pragmas that a revision may
 * use, only these two last longer and are not content of the database. The runner sets `foreign_keys`.
 */
export const KNOWN_VALUES: readonly string[] = [
  "PRAGMA legacy_alter_table = OFF",
  "PRAGMA defer_foreign_keys = OFF",
];

/**
 * Whether a script could leave a setting of the connection changed. In doubt, the answer is yes:
 * no script changes a setting without the word PRAGMA.
 */
export function mayChangeSettings(sql: string): boolean {
  return /pragma/i.test(sql);
}

/**
 * Resets the connection's settings to those that every revision expects, inside a transaction or outside.
 * @throws {SqlError}
 */
export async function restoreSettings(connection: Connection): Promise<void> {
  for (const pragma of KNOWN_VALUES) await connection.execute(pragma);
}

/** Does some work. @returns SQLite's message if SQLite refuses; otherwise undefined. */
export async function refusalOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error.sqlite;
    throw error;
  }
}

/** Does some work. @returns Its result; undefined if SQLite refuses. */
export async function unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}
