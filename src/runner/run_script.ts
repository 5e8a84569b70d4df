import { type BatchFailure, type Connection, LockLost, SqlError } from "../db/connection.ts";
import { databaseError } from "../db/sqlite_error.ts";
import { AludelError, type ErrorFacts, GO_ON } from "../errors.ts";
import { type Refusal, refuseAction } from "../sql/refusal.ts";
import { isStateName } from "../sql/token_reader.ts";
import type { Script, Statement } from "../sql/script.ts";
import { offsetOfByte, placeOf } from "../text/position.ts";
import {
  type DoubleQuotedStrings,
  isStoredText,
  refuseOwnText,
  StoredTextFailure,
  stringOfTrigger,
} from "./double_quoted_strings.ts";
import { explainConstraint } from "./constraint_failure.ts";
import { adviceFor } from "./failure.ts";
import type { StatementWatch } from "./loss/segment_loss.ts";
import type { Notice } from "../finding.ts";
import type { RunEvent } from "./request.ts";
import { type NextStep, say } from "../text/next_step.ts";

/** The script of one revision, and the settings under which its statements run. */
export interface ScriptRun {
  readonly connection: Connection;
  readonly revision: string;
  readonly script: Script;
  /** The next steps if a statement fails. They follow the advice for SQLite's message. */
  readonly remedy: readonly NextStep[];
  readonly doubleQuotedStrings: DoubleQuotedStrings;
  readonly emit: (event: RunEvent) => void;
  /** Observes what each statement writes to. */
  readonly watch: StatementWatch;
  /** Functions that replace statements, by the index of the statement. */
  readonly instead?: ReadonlyMap<number, () => Promise<void>> | undefined;
  /** Called between statements. Lets the host handle signals, and tells whether the user asked to stop. */
  readonly interrupted: () => Promise<boolean>;
}

/**
 * Runs a script's statements in order under SQLite's authorizer. Checks after each one that the transaction is still
 * open, because `RAISE(ROLLBACK)` and ON CONFLICT ROLLBACK end it.
 *
 * @throws {AludelError} `sql-failed`, `sql-ended-transaction`, `interrupted`, or a refusal's code, with the place of
 * the statement. The transaction is left open: the caller rolls it back.
 * @throws {StoredTextFailure} The stored schema needs double-quoted strings, and the connection does not allow them.
 */
export async function runScript(run: ScriptRun): Promise<void> {
  const { connection, script } = run;
  for (const [index, statement] of script.statements.entries()) {
    if (await run.interrupted()) {
      throw new AludelError("interrupted", "Interrupted", { next: [GO_ON] });
    }
    try {
      const instead = run.instead?.get(index);
      if (instead === undefined) await runStatement(run, index, statement);
      else {
        await instead();
        run.watch.ran(script, statement);
      }
    } catch (error) {
      throw isFault(error) && !connection.inTransaction()
        ? endedTransaction(run, statement, error)
        : error;
    }
    if (!connection.inTransaction()) throw endedTransaction(run, statement);
  }
}

/**
 * Runs one statement of the script under SQLite's authorizer.
 * @throws {AludelError} as {@linkcode runScript}.
 * @throws {StoredTextFailure}
 */
export async function runStatement(
  run: ScriptRun,
  index: number,
  statement: Statement,
): Promise<void> {
  run.emit({
    type: "statement",
    id: run.revision,
    position: index + 1,
    of: run.script.statements.length,
    verb: statement.verb,
  });
  const context = { ...run.script.header, verb: statement.verb };
  let refusal: Refusal | null = null;
  const { connection, doubleQuotedStrings: strings } = run;
  const sql = run.script.text.slice(statement.start, statement.end);
  try {
    if (strings !== "off") {
      await refuseOwnText(connection, sql, statement.verb, strings === "scripts");
    }
    if (statement.verb === "CREATE" && connection.batch === undefined) {
      const text = await stringOfTrigger(connection, sql);
      if (text !== undefined) run.emit(stringInTrigger(run, text));
    }
    connection.authorize((asked) => {
      const { action, arg1, arg2, source } = asked;
      run.watch.see(asked);
      // These are the triggers of a rebuild beside writers, which log the writes to the table.
      if (source !== null && isStateName(source)) return null;
      const found = refuseAction(action, arg1, arg2, context);
      refusal ??= found;
      return found === null ? null : found.reason;
    });
    if (connection.batch !== undefined) {
      connection.batch.origin = { run, statement } satisfies StatementOrigin;
    }
    await connection.execute(sql);
    run.watch.ran(run.script, statement);
  } catch (error) {
    run.watch.failed();
    if (!(error instanceof SqlError) || error instanceof LockLost) throw error;
    connection.authorize(null);
    const failure = await statementFailed(run, statement, error, refusal);
    const isStored = strings === "off" &&
      await isStoredText(connection, sql, error, createdBefore(run.script, index));
    throw isStored ? new StoredTextFailure(failure) : failure;
  } finally {
    run.connection.authorize(null);
    if (run.connection.batch !== undefined) run.connection.batch.origin = undefined;
  }
}

function stringInTrigger({ script }: ScriptRun, text: string): Notice {
  return {
    type: "notice",
    code: "trigger-string",
    message:
      `A trigger of ${script.file} has "${text}" in double quotes, and no column is called so`,
    notes: [
      "SQLite reads it as a string if the connection that fires the trigger allows it; otherwise the statement fails",
    ],
    next: [say(`Correct the name, or write '${text.replaceAll("'", "''")}' if it is a string`)],
  };
}

/** The script and the statement that a statement of a batch comes from. */
interface StatementOrigin {
  readonly run: ScriptRun;
  readonly statement: Statement;
}

/**
 * Makes the error of the statement that made a batch fail at its COMMIT.
 * @returns undefined if it was no statement of a script.
 */
export function failureInBatch(error: BatchFailure): AludelError | undefined {
  const { run, statement } = (error.origin ?? {}) as Partial<StatementOrigin>;
  return run === undefined || statement === undefined
    ? undefined
    : describeFailure(run, statement, error, undefined);
}

function createdBefore({ text, statements }: Script, index: number): string[] {
  return statements.slice(0, index).filter(({ verb }) => verb === "CREATE")
    .map(({ start, end }) => text.slice(start, end));
}

async function statementFailed(
  run: ScriptRun,
  statement: Statement,
  error: SqlError,
  refusal: Refusal | null,
): Promise<AludelError> {
  const { text } = run.script;
  const facts = factsOf(run, statement, error);
  if (refusal !== null) {
    return new AludelError(refusal.code, refusal.reason, { ...facts, next: refusal.next });
  }
  // A full disk, a missing permission and damage are not the statement's fault. A lock inside a transaction is: the
  // statement locks a table that it reads itself. Outside of one, another connection may hold the lock.
  const isOwnLock = error.busy && run.script.header.transaction === "on";
  const whole = isOwnLock ? undefined : databaseError(error, run.connection.name);
  if (whole !== undefined) return whole.with(facts);
  const { connection } = run;
  const rows = await explainConstraint(connection, text, statement, error.sqlite);
  return describeFailure(run, statement, error, rows);
}

function describeFailure(
  run: ScriptRun,
  statement: Statement,
  error: SqlError,
  rows: Awaited<ReturnType<typeof explainConstraint>>,
): AludelError {
  const facts = factsOf(run, statement, error);
  const advice = rows === undefined ? adviceFor(error.sqlite, run.doubleQuotedStrings) : undefined;
  return new AludelError("sql-failed", `Statement failed in revision "${run.revision}"`, {
    ...facts,
    ...(rows && { notes: rows.notes }),
    next: [...rows?.next ?? [], ...advice === undefined ? [] : [advice], ...run.remedy],
  });
}

function factsOf(
  { script: { text, file }, revision }: ScriptRun,
  { start }: Statement,
  error: SqlError,
): ErrorFacts {
  const { byteOffset, sqlite } = error;
  const offset = byteOffset === undefined ? start : offsetOfByte(text, start, byteOffset);
  return { place: placeOf(file, text, offset), revision, sqlite, cause: error };
}

/** Whether the statement itself failed. A full disk ends the transaction too, but is not the statement's fault. */
function isFault(error: unknown): error is AludelError {
  return error instanceof AludelError && error.code === "sql-failed";
}

function endedTransaction(
  run: ScriptRun,
  statement: Statement,
  error?: AludelError,
): AludelError {
  return new AludelError(
    "sql-ended-transaction",
    `Statement ended the transaction of revision "${run.revision}"`,
    {
      place: placeOf(run.script.file, run.script.text, statement.start),
      revision: run.revision,
      ...(error?.sqlite !== undefined && { sqlite: error.sqlite }),
      notes: ["RAISE(ROLLBACK) in a trigger or ON CONFLICT ROLLBACK undoes everything since BEGIN"],
      next: [
        say("Use RAISE(ABORT) or ON CONFLICT ABORT: it undoes only the one statement"),
        ...run.remedy,
      ],
      cause: error,
    },
  );
}
