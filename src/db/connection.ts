/** A function that SQL can call: it gets the values and gives one, always the same for the same values. */
export type SqlFunction = (...values: SqlValue[]) => SqlValue;

/** Functions by their names in SQL. */
export type SqlFunctions = Readonly<Record<string, SqlFunction>>;

/** A value as SQLite holds it. Integers are always `bigint` when read, so that none loses digits. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/** A row by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** One call of SQLite's authorizer: https://sqlite.org/c3ref/c_alter_table.html lists the actions. */
export interface AuthorizedAction {
  readonly action: number;
  readonly arg1: string | null;
  readonly arg2: string | null;
  readonly database: string | null;
  /** The trigger or view that asks, or null for the statement itself. */
  readonly source: string | null;
}

/** Says whether SQLite may compile an action: a reason refuses it, null allows it. */
export type Authorizer = (action: AuthorizedAction) => string | null;

/** What a kind of database can do, for the code that must choose. */
export interface Capabilities {
  /** The SQLite library that runs the statements, such as `3.53.2`. */
  readonly sqliteVersion: string;
  /** Whether its cache is ours: PRAGMA cache_spill and query_only are taken. */
  readonly ownCache: boolean;
}

/** A condition at the end of a batch. */
export interface BatchGuard {
  /** SQL that is true if all is well. */
  readonly holds: string;
  /** SQL of a text for {@linkcode BatchFailure.detail}. */
  readonly detail: string;
  /** Goes into {@linkcode BatchFailure.origin}. */
  readonly origin: unknown;
}

/** A value that a batch finds at one of its places. */
export interface BatchNote {
  /** SQL for it, at later places of the batch. */
  readonly sql: string;
  /** The value, once the batch is committed. */
  value(): SqlValue;
}

/**
 * A transaction of a database that has none over several requests: between BEGIN IMMEDIATE and COMMIT the statements are
 * collected, and COMMIT runs them all at once. Until then only the schema and our own tables can be read: the schema with
 * what the statements change, and all other tables without rows. What only the rows tell is a note or a guard.
 */
export interface BatchTransaction {
  /** What the statements from now on belong to, for {@linkcode BatchFailure.origin}; undefined if they are our own. */
  origin: unknown;
  /** Has an expression computed before the statement of an index, or after the last one if that is infinite. */
  note(expression: string, index: number): BatchNote;
  /** Adds a condition. */
  guard(guard: BatchGuard): void;
  /** Copies expressions of all rows of a table before the first statement, into a table with the columns c0, c1, … */
  keep(table: string, expressions: readonly string[]): string;
  /**
   * Where a table is dropped.
   * @param before Its name before the first statement.
   * @param last The name after the last statement of the table that is there instead.
   * @returns The index of the DROP, and the names of both before it.
   */
  dropOf(
    before: string,
    last: string,
  ): { readonly index: number; readonly before: string; readonly now: string } | undefined;
  /** Reads at one moment, outside of a transaction. */
  readTogether(statements: readonly string[]): Promise<readonly (readonly Row[])[]>;
  /** A database that has the schema from before the first statement, and no rows. */
  openBefore(): Promise<Connection>;
}

/**
 * A connection to one SQLite database. Asynchronous although node:sqlite is not: a server is.
 *
 * Every method throws {@linkcode SqlError} when SQLite refuses.
 */
export interface Connection extends AsyncDisposable {
  /** The database for messages: a path, or a URL without its secrets. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Runs one statement that returns no rows, or whose rows do not matter and have no side effects. */
  execute(sql: string): Promise<void>;
  /** Runs one statement with parameters and reads every row. */
  query(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
  /** Whether a transaction is open. */
  inTransaction(): boolean;
  /** Sets or, with null, removes the authorizer for statements compiled from now on. */
  authorize(authorizer: Authorizer | null): void;
  /**
   * Asks whether the database takes some statements at all, without running any: a server refuses VACUUM, for example.
   * Left out if it takes all that SQLite does.
   * @returns For each the words of the refusal, or undefined.
   */
  refusals?(statements: readonly string[]): Promise<readonly (string | undefined)[]>;
  /**
   * Runs UPDATEs of sqlite_schema, and reads the schema again: https://sqlite.org/pragma.html#pragma_writable_schema.
   * The caller answers for it that the schema is still that of the data. Left out if the database does not take it.
   */
  rewriteSchema?(updates: readonly string[]): Promise<void>;
  /** How to work with a database whose transactions are batches. */
  readonly batch?: BatchTransaction | undefined;
  close(): Promise<void>;
}

/** What SQLite said. The caller that knows the file turns it into an AludelError. */
export class SqlError extends Error {
  override readonly name: string = "SqlError";
  /** SQLite's words, without the offset. */
  readonly sqlite: string;
  /** SQLite's primary result code if it is known: 5 is SQLITE_BUSY. */
  readonly resultCode: number | undefined;
  /** Offset in UTF-8 bytes of the statement's text where SQLite stopped, if it says so. */
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

/** A server gave the lock of an open transaction to another connection, or forgot it; all of it is rolled back. */
export class LockLost extends SqlError {}

/** A statement or a condition of a batch failed, and all of the batch is rolled back. */
export class BatchFailure extends SqlError {
  /** As {@linkcode BatchTransaction.origin} was. */
  readonly origin: unknown;
  /** Of a condition: what it says of the rows. */
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

/** A server cannot be reached, or what it answers is not an answer. What was not committed is rolled back. */
export class ServerFault extends SqlError {}

/**
 * What a script inside a transaction can leave changed on the connection: of the pragmas that a revision may use, these
 * two are neither content of the database nor without effect afterwards. `foreign_keys` is the runner's.
 */
export const KNOWN_VALUES: readonly string[] = [
  "PRAGMA legacy_alter_table = OFF",
  "PRAGMA defer_foreign_keys = OFF",
];

/**
 * Whether a script could leave a setting of the connection changed. Errs towards yes, and costs next to
 * nothing: no script changes a setting without the word PRAGMA.
 */
export function mayChangeSettings(sql: string): boolean {
  return /pragma/i.test(sql);
}

/**
 * Puts the connection's settings back to what every revision may count on, inside a transaction or outside.
 * @throws {SqlError}
 */
export async function restoreSettings(connection: Connection): Promise<void> {
  for (const pragma of KNOWN_VALUES) await connection.execute(pragma);
}

/** Does some work. @returns SQLite's words if it refuses; undefined if it does not. */
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
