import { AludelError, type ErrorCode } from "../errors.ts";
import { again, elsewhere, type NextStep, say, shell } from "../text/next_step.ts";
import { LockLost, ServerFault, SqlError } from "./connection.ts";

/**
 * SQLite's messages for its result codes, which `exec` reports without the number
 * (sqlite3ErrStr in https://sqlite.org/src/file/src/main.c).
 */
const CODES_BY_MESSAGE: ReadonlyMap<string, number> = new Map([
  ["database is locked", 5],
  ["database table is locked", 6],
  ["attempt to write a readonly database", 8],
  ["interrupted", 9],
  ["disk I/O error", 10],
  ["database disk image is malformed", 11],
  ["database or disk is full", 13],
  ["unable to open database file", 14],
  ["locking protocol", 15],
  ["not authorized", 23],
  ["file is not a database", 26],
]);

/**
 * Makes an {@linkcode SqlError} of an error that node:sqlite threw while it ran `sql`.
 *
 * A message of `exec` ends with ` in <rest of the text> at offset N` and has no result code. An error of a prepared
 * statement has the code, but no offset.
 */
export function toSqlError(
  thrown: unknown,
  sql: string,
  refusal: string | undefined,
  database?: string,
): SqlError {
  const error = thrown as { readonly message?: unknown; readonly errcode?: unknown };
  const message = typeof error?.message === "string" ? error.message : String(thrown);
  const { text, byteOffset } = error instanceof LocatedError
    ? { text: message, byteOffset: error.byteOffset }
    : withoutOffset(message, sql);
  const resultCode = typeof error?.errcode === "number" ? error.errcode & 0xff : codeOf(text);
  return new SqlError(text, { resultCode, byteOffset, refusal, database, cause: thrown });
}

/** An error of `prepare` with the offset from `exec`. */
class LocatedError extends Error {
  override readonly name = "LocatedError";

  constructor(
    override readonly cause: Error,
    readonly errcode: unknown,
    readonly byteOffset: number,
  ) {
    super(cause.message, { cause });
  }
}

/**
 * Joins the error of `prepare` for `sql`, which has the result code, with that of `exec` for the same text after an
 * ASCII prefix, which has the offset. Returns the first if the errors differ.
 */
export function withOffsetOf(prepared: Error, executed: Error, prefix: string, sql: string): Error {
  const { text, byteOffset } = withoutOffset(executed.message, prefix + sql);
  if (text !== prepared.message || byteOffset === undefined || byteOffset < prefix.length) {
    return prepared;
  }
  const errcode = (prepared as { readonly errcode?: unknown }).errcode;
  return new LocatedError(prepared, errcode, byteOffset - prefix.length);
}

function codeOf(text: string): number | undefined {
  const known = CODES_BY_MESSAGE.get(text);
  if (known !== undefined) return known;
  if (text.startsWith("database table is locked") || text.startsWith("database schema is locked")) {
    return 6;
  }
  if (text.startsWith("unable to open database file")) return 14;
  if (text.startsWith("database disk image is malformed")) return 11;
  if (/constraint failed(?:: |$)/.test(text)) return 19;
  return undefined;
}

/** Removes the offset from a message. The quoted text is the rest of `sql` that SQLite compiled. */
function withoutOffset(
  message: string,
  sql: string,
): { readonly text: string; readonly byteOffset: number | undefined } {
  const match = / at offset (\d+)$/.exec(message);
  if (match === null) return { text: message, byteOffset: undefined };
  const body = message.slice(0, match.index);
  for (let at = body.indexOf(" in "); at >= 0; at = body.indexOf(" in ", at + 1)) {
    const quoted = body.length - at - 4;
    if (sql.endsWith(body.slice(at + 4))) {
      const before = new TextEncoder().encode(sql.slice(0, sql.length - quoted)).length;
      return { text: body.slice(0, at), byteOffset: before + Number(match[1]) };
    }
  }
  return { text: message, byteOffset: undefined };
}

/** Errors of the whole database by primary result code: https://sqlite.org/rescode.html */
const BY_RESULT_CODE: ReadonlyMap<number, (name: string) => Explanation> = new Map<
  number,
  (name: string) => Explanation
>([
  [5, busy],
  [6, busy],
  [8, (name) => ({
    code: "database-readonly",
    message: `Database "${name}" cannot be written`,
    next: [say("Make the file and its folder writable, or copy both to a place that is")],
  })],
  [10, (name) => ({
    code: "database-unreadable",
    message: `The system refused to read or write database "${name}"`,
    next: [say("Check the disk, its free space, and limits on the size of files")],
  })],
  [11, (name) => ({
    code: "database-corrupt",
    message: `Database "${name}" is damaged`,
    next: [
      shell`sqlite3 ${name} ${"PRAGMA integrity_check"} # see how far it is damaged`,
      say("Restore a backup"),
    ],
  })],
  [13, (name) => ({
    code: "database-full",
    message: `There is no room to write database "${name}"`,
    next: [say("Free space on the disk that holds it, then run the same command again")],
  })],
  [14, unreadable],
  [26, (name) => ({
    code: "database-not-sqlite",
    message: `File "${name}" is not an SQLite database`,
    notes: ["It holds something else, or the database is encrypted"],
    next: [elsewhere(name, "PATH", "name the right file")],
  })],
]);

/** Whether another connection's lock prevented the work: nothing was done, and it can be tried again. */
export function isBusy(error: unknown): boolean {
  // Waiting does not bring back a lost lock.
  if (error instanceof LockLost) return false;
  return error instanceof SqlError
    ? error.busy
    : error instanceof AludelError && error.code === "database-busy";
}

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly notes?: readonly string[];
  readonly next: readonly NextStep[];
}

/** SQLite's message for a stored definition that it does not understand. */
const FOREIGN_DEFINITION =
  /^malformed database schema \((.*)\) - (?:near ".*": syntax error|unrecognized token: .*|unknown .*|unsupported .*)$/s;

/** The error for a definition that another SQLite wrote: the file is not damaged. */
function otherSqlite({ sqlite }: SqlError, name: string): Explanation | undefined {
  const object = FOREIGN_DEFINITION.exec(sqlite)?.[1];
  return object === undefined ? undefined : {
    code: "database-other-sqlite",
    message: `Database "${name}" defines "${object}" in a way that this SQLite does not know`,
    notes: [
      "A newer SQLite or another one wrote it, such as libSQL with its RANDOM ROWID; the file is not damaged",
    ],
    next: [
      say("Use it with the program that wrote it, or with an Aludel that has a newer SQLite"),
      say(`To use it here, create "${object}" again there without the unknown part`),
    ],
  };
}

function busy(name: string): Explanation {
  return {
    code: "database-busy",
    message: `Database "${name}" is locked by another connection`,
    next: [again` # when the other process has finished`],
  };
}

function unreadable(name: string): Explanation {
  return {
    code: "database-unreadable",
    message: `Database "${name}" cannot be read`,
    next: [say("Check the permissions of the file and of its folder, and the disk")],
  };
}

/** The schema format number, bytes 44 to 47 of the file: https://sqlite.org/fileformat2.html#schema_format_number */
function newerFormat(name: string): Explanation {
  return {
    code: "database-format",
    message: `Database "${name}" has a schema format that this SQLite does not know`,
    notes: ["It was made by a newer SQLite, or its header is damaged"],
    next: [say("Open it with the program that made it, or restore a backup")],
  };
}

function serverFailed(error: ServerFault, name: string): AludelError {
  return new AludelError("server-failed", `Database "${name}" cannot be reached`, {
    notes: [error.sqlite],
    next: [
      shell`aludel status # see what is recorded, once the server answers`,
      say(
        "Check the address, the token (docs/servers.md says where it comes from), and whether the server runs",
      ),
    ],
    cause: error,
  });
}

function lockLost(error: LockLost, name: string): AludelError {
  return new AludelError(
    "server-lock-lost",
    `The server of "${name}" gave the lock of the transaction to another connection`,
    {
      notes: [
        error.sqlite,
        "A libSQL server does so when another writer has waited for five seconds (TRANSACTION_TIMEOUT); all of the transaction is rolled back",
      ],
      next: [
        again` # when nobody else writes`,
        say("For long revisions, create the namespace with a larger txn_timeout_s"),
      ],
      cause: error,
    },
  );
}

/** The error `database-missing`, for commands that create nothing. @param name The database for messages. */
export function databaseMissing(name: string): AludelError {
  return new AludelError("database-missing", `Database "${name}" does not exist`, {
    next: [shell`aludel upgrade # create it`, elsewhere(name, "PATH", "name another one")],
  });
}

/**
 * Explains an error of SQLite that is about the whole database: it is locked, read-only, damaged or not a
 * database. Returns undefined if the error is about the statement.
 *
 * @param name The database for messages, as {@linkcode Connection.name} has it.
 */
export function databaseError(error: SqlError, name: string): AludelError | undefined {
  if (error instanceof ServerFault) return serverFailed(error, name);
  if (error instanceof LockLost) return lockLost(error, name);
  const explanation = error.sqlite === "unsupported file format"
    ? newerFormat(name)
    : otherSqlite(error, name) ?? BY_RESULT_CODE.get(error.resultCode ?? 0)?.(name);
  return explanation && new AludelError(explanation.code, explanation.message, {
    ...(explanation.notes && { notes: explanation.notes }),
    sqlite: error.sqlite,
    next: explanation.next,
    cause: error,
  });
}
