import { AludelError, type ErrorCode } from "../errors.ts";
import type { SqlError } from "./connection.ts";
import type { AnyStep } from "../text/next_step.ts";

/** What a primary result code (https://sqlite.org/rescode.html) says of the database as a whole. */
const BY_RESULT_CODE: ReadonlyMap<number, (name: string) => Explanation> = new Map<
  number,
  (name: string) => Explanation
>([
  [5, busy],
  [6, busy],
  [8, (name) => ({
    code: "database-readonly",
    message: `Database "${name}" cannot be written`,
    next: ["Make the file and its folder writable, or copy both to a place that is"],
  })],
  [10, (name) => ({
    code: "database-unreadable",
    message: `The system refused to read or write database "${name}"`,
    next: ["Look at the disk, at its free space, and at limits on the size of files"],
  })],
  [11, (name) => ({
    code: "database-corrupt",
    message: `Database "${name}" is damaged`,
    next: [
      `See how far with \`sqlite3 ${name} "PRAGMA integrity_check"\`, then restore a backup`,
    ],
  })],
  [13, (name) => ({
    code: "database-full",
    message: `There is no room to write database "${name}"`,
    next: ["Free space on the disk that holds it, then give the same command again"],
  })],
  [14, unreadable],
  [26, (name) => ({
    code: "database-not-sqlite",
    message: `File "${name}" is not an SQLite database`,
    notes: ["It holds something else, or the database is encrypted"],
    next: ["Name the right file with `--database PATH`"],
  })],
]);

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly notes?: readonly string[];
  readonly next: readonly AnyStep[];
}

function busy(name: string): Explanation {
  return {
    code: "database-busy",
    message: `Database "${name}" is locked by another connection`,
    next: ["Try again when the other process has finished"],
  };
}

function unreadable(name: string): Explanation {
  return {
    code: "database-unreadable",
    message: `Database "${name}" cannot be read`,
    next: ["Check the permissions of the file and of its folder, and the disk"],
  };
}

/** The error `database-missing`, of commands that create nothing. @param name The database for messages. */
export function databaseMissing(name: string): AludelError {
  return new AludelError("database-missing", `Database "${name}" does not exist`, {
    next: ["Create it with `aludel upgrade`, or name another with `--database PATH`"],
  });
}

/**
 * Says what an error of SQLite means for the database as a whole: locked, read-only, damaged, not a
 * database. Undefined where it is about the statement.
 *
 * @param name The database for messages, as {@linkcode Connection.name} has it.
 */
export function databaseError(error: SqlError, name: string): AludelError | undefined {
  const explanation = BY_RESULT_CODE.get(error.resultCode ?? 0)?.(name);
  return explanation && new AludelError(explanation.code, explanation.message, {
    ...(explanation.notes && { notes: explanation.notes }),
    sqlite: error.sqlite,
    next: explanation.next,
    cause: error,
  });
}
