import type { Connection } from "../db/connection.ts";
import { restoreJournal, restoreSettings } from "../db/connection_settings.ts";
import { AludelError } from "../errors.ts";
import type { Script, Statement } from "../sql/script.ts";
import {
  clearIntents,
  type Intent,
  readIntents,
  recordDone,
  recordIntent,
} from "../state/intent.ts";
import { ensureStateTables } from "../state/state_format.ts";
import type { StateMark } from "../state/state_mark.ts";
import { placeOf } from "../text/code_frame.ts";
import type { CheckedStep } from "./checked_route.ts";
import { toSecond } from "./clock.ts";
import { lockedTransaction } from "./locked_transaction.ts";
import type { ResumeChoice, RunHost } from "./run_request.ts";
import { runStatement, type ScriptRun } from "./run_script.ts";
import { record } from "./run_step.ts";
import { type SegmentResult, StepFailure } from "./run_transaction.ts";
import { executePatiently } from "./write_lock.ts";

/** A revision whose script runs outside a transaction, with its place in the route. */
export interface OffTransactionRun {
  /** A connection of its own, closed afterwards: it keeps the file's lock from statement to statement. */
  readonly connection: Connection;
  readonly host: RunHost;
  readonly step: CheckedStep;
  readonly assumed: StateMark;
  readonly position: number;
  readonly of: number;
  readonly interrupted: () => Promise<boolean>;
  readonly resume: ResumeChoice | undefined;
}

/**
 * Runs a script statement by statement, each behind a committed record that it is about to run, and followed by
 * one that it has run. After a crash in between nobody can know whether the statement ran, so the next run asks.
 *
 * The file's lock is kept all the while: https://sqlite.org/pragma.html#pragma_locking_mode
 *
 * @throws {AludelError} `off-interrupted` when an earlier run stopped inside a statement and `resume` says nothing.
 * @throws {StepFailure} What a statement threw.
 */
export async function runOffTransaction(
  run: OffTransactionRun,
): Promise<{ readonly moved: true } | { readonly moved: false; readonly result: SegmentResult }> {
  const { connection, host, step } = run;
  await connection.execute("PRAGMA foreign_keys = OFF");
  const first = await lockedTransaction(connection, host, run.assumed, async () => {
    await ensureStateTables(connection);
    const intents = (await readIntents(connection)).filter((intent) =>
      intent.revision === step.id && intent.direction === step.direction
    );
    const start = firstStatement(step, intents, run.resume);
    // Takes effect when the lock is released next: it is not.
    await connection.execute("PRAGMA main.locking_mode = EXCLUSIVE");
    return start;
  });
  if (first.moved) return first;
  host.emit({
    type: "step-started",
    direction: step.direction,
    id: step.id,
    message: step.message,
    position: run.position,
    of: run.of,
    statements: step.script.statements.length,
  });
  const started = host.clock.monotonicMs();
  try {
    await runStatements(run, first.result);
    await restoreSettings(connection);
    await restoreJournal(connection);
    const durationMs = Math.round(host.clock.monotonicMs() - started);
    await inTransaction(run, async () => {
      await record(connection, host, step, { at: toSecond(host.clock.now()), durationMs });
      await clearIntents(connection, step.id);
    });
    host.emit({ type: "step-done", direction: step.direction, id: step.id, durationMs });
    return { moved: false, result: [{ step, durationMs }] };
  } catch (error) {
    throw new StepFailure(step, error);
  }
}

/** @returns The index of the statement to begin with: after the last one that is known to have run. */
function firstStatement(
  step: CheckedStep,
  intents: readonly Intent[],
  resume: ResumeChoice | undefined,
): number {
  const last = intents.at(-1);
  if (last === undefined) return 0;
  const { script } = step;
  for (const intent of intents) {
    const statement = script.statements[intent.statement - 1];
    if (statement !== undefined && textOf(script, statement) === intent.sql) continue;
    throw new AludelError(
      "off-changed",
      `Revision "${step.id}" was changed after it had been half run`,
      {
        revision: step.id,
        place: { file: script.file },
        notes: [`Statement ${intent.statement} ran as: ${intent.sql}`],
        next: [
          "Put the text that ran back, run the upgrade to its end, then make the change in a new revision",
        ],
      },
    );
  }
  if (last.state === "done" || resume === "skip") return last.statement;
  if (resume === "again") return last.statement - 1;
  const statement = script.statements[last.statement - 1]!;
  const command = step.direction === "up" ? "upgrade" : "downgrade";
  throw new AludelError(
    "off-interrupted",
    `An earlier run of revision "${step.id}" was interrupted in statement ${last.statement} of ${script.statements.length}`,
    {
      revision: step.id,
      place: placeOf(script.file, script.text, statement.start),
      notes: ["It runs outside a transaction, so the statement may have run or not"],
      outcome: "Nothing was run",
      next: [
        "Look at the database, then:",
        `aludel ${command} … --resume again, to run the statement again`,
        `aludel ${command} … --resume skip, to take it as done`,
      ],
    },
  );
}

async function runStatements(run: OffTransactionRun, first: number): Promise<void> {
  const { connection, host, step } = run;
  const { script } = step;
  const scriptRun: ScriptRun = {
    connection,
    revision: step.id,
    script,
    emit: host.emit,
    interrupted: run.interrupted,
  };
  const stamp = () => ({ at: toSecond(host.clock.now()), by: host.appliedBy });
  for (const [index, statement] of script.statements.entries()) {
    if (index < first) continue;
    if (await run.interrupted()) {
      throw new AludelError("interrupted", "Interrupted", {
        outcome:
          `${index} of ${script.statements.length} statements have run; the same command goes on with the next`,
      });
    }
    const intent = {
      revision: step.id,
      direction: step.direction,
      statement: index + 1,
      sql: textOf(script, statement),
    };
    await inTransaction(run, () => recordIntent(connection, intent, stamp()));
    await runStatement(scriptRun, index, statement);
    await inTransaction(run, () => recordDone(connection, intent, stamp()));
  }
}

async function inTransaction(run: OffTransactionRun, work: () => Promise<void>): Promise<void> {
  const { connection, host } = run;
  await executePatiently(connection, "BEGIN IMMEDIATE", host);
  await work();
  await executePatiently(connection, "COMMIT", host);
}

function textOf(script: Script, statement: Statement): string {
  return script.text.slice(statement.start, statement.end);
}
