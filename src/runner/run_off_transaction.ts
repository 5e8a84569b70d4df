import { type Connection, restoreSettings, type SqlValue } from "../db/connection.ts";
import { AludelError, GO_ON } from "../errors.ts";
import type { Script, Statement } from "../sql/script.ts";
import {
  clearIntents,
  type Intent,
  readIntents,
  recordDone,
  recordIntent,
  withdrawIntent,
} from "../state/intent.ts";
import { ensureStateTables } from "../state/state_format.ts";
import { readPolicies } from "../state/policies.ts";
import { readMark, type StateMark } from "../state/state.ts";
import { placeOf } from "../text/position.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { readShape } from "./loss/table_shape.ts";
import type { DeclaredLoss } from "./loss/verdict.ts";
import { type CheckedStep, type ResumeChoice, type RunHost } from "./request.ts";
import { NOTHING_RUN } from "./failure.ts";
import {
  executePatiently,
  type LockedOutcome,
  lockedTransaction,
  patiently,
} from "./write_lock.ts";
import type { DoubleQuotedStrings } from "./double_quoted_strings.ts";
import { runStatement, type ScriptRun } from "./run_script.ts";
import { forbiddenLoss, refuseForbidden } from "./policies.ts";
import { announceStep, record, remedyFor } from "./run_step.ts";
import { type SegmentResult } from "./run_transaction.ts";
import { StepFailure } from "./step_failure.ts";
import { again, say } from "../text/next_step.ts";
import { toSecond } from "../text/layout.ts";

/** A revision whose script runs outside a transaction, with its place in the route. */
export interface OffTransactionRun {
  /** A connection for this run only, because it keeps the file's lock between statements until it is closed. */
  readonly connection: Connection;
  readonly doubleQuotedStrings: DoubleQuotedStrings;
  readonly host: RunHost;
  readonly step: CheckedStep;
  readonly assumed: StateMark;
  readonly position: number;
  readonly of: number;
  readonly interrupted: () => Promise<boolean>;
  /** Called when the lock is held and nothing was changed. `ahead`: the script may lose something. */
  readonly protect: (ahead: boolean) => Promise<void>;
  /** Called after the statements, with what they lost. */
  readonly keep: (lost: DeclaredLoss) => Promise<void>;
  readonly resume: ResumeChoice | undefined;
}

/**
 * Runs a script statement by statement. It commits an intent before each statement, and marks it as done afterwards.
 * After a crash in between nobody knows whether the statement ran, so the next run asks the user.
 *
 * The file's lock is held the whole time: https://sqlite.org/pragma.html#pragma_locking_mode
 *
 * @throws {AludelError} `off-interrupted` if an earlier run stopped inside a statement and `resume` is undefined.
 * @throws {StepFailure} With the error of a statement.
 */
export async function runOffTransaction(
  run: OffTransactionRun,
): Promise<LockedOutcome<SegmentResult>> {
  const { connection, host, step } = run;
  await connection.execute("PRAGMA foreign_keys = OFF");
  let scattered: readonly ScatteredRows[] = [];
  const first = await lockedTransaction(connection, host, run.assumed, async () => {
    if (step.script.statements.some(({ verb }) => verb === "VACUUM")) {
      scattered = await findScatteredRows(connection);
    }
    const policies = await readPolicies(connection);
    refuseForbidden(policies, [step]);
    // VACUUM cannot be rolled back, so its loss is refused beforehand.
    if (policies.has("no-loss") && scattered.length > 0) {
      const tables = scattered.map(({ table, rows }) => ({
        table,
        rows: 0,
        columns: {},
        rowids: rows,
      }));
      throw forbiddenLoss([step], { tables, objects: [] });
    }
    await run.protect(scattered.length > 0);
    await ensureStateTables(connection);
    const intents = (await readIntents(connection)).filter((intent) =>
      intent.revision === step.id && intent.direction === step.direction
    );
    const start = firstStatement(step, intents, run.resume);
    // From now on the connection does not release its lock.
    await connection.execute("PRAGMA main.locking_mode = EXCLUSIVE");
    return start;
  }).catch((error) => refuseWith(error, NOTHING_RUN));
  if (first.moved) return first;
  announceStep(run);
  const started = host.clock.monotonicMs();
  try {
    try {
      await runStatements(run, first.result);
    } finally {
      if (scattered.length > 0) await run.keep(await lostRowids(connection, scattered));
    }
    await restoreSettings(connection);
    const durationMs = Math.round(host.clock.monotonicMs() - started);
    const mark = await inTransaction(run, async () => {
      await record(connection, host, step, { at: toSecond(host.clock.now()), durationMs });
      await clearIntents(connection, step.id);
      return await readMark(connection);
    });
    host.emit({ type: "step-done", direction: step.direction, id: step.id, durationMs });
    return { moved: false, result: [{ step, durationMs }], mark };
  } catch (error) {
    throw new StepFailure(step, error);
  }
}

/** A table whose rows have implicit rowids that are not 1, 2, 3 and so on. */
interface ScatteredRows {
  readonly table: string;
  /** An expression for the rowid. */
  readonly rowid: string;
  /** The number of rows whose rowid would change if the rows were numbered in their order. */
  readonly rows: number;
}

/**
 * Finds the tables whose rowids VACUUM may change: those without an INTEGER PRIMARY KEY
 * (https://sqlite.org/lang_vacuum.html). An FTS5 table over such a table would then find wrong rows.
 */
async function findScatteredRows(connection: Connection): Promise<readonly ScatteredRows[]> {
  const found: ScatteredRows[] = [];
  const tables = await connection.query(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'aludel\\_%' ESCAPE '\\' ORDER BY name`,
  );
  for (const { name } of tables) {
    const table = String(name);
    const shape = await readShape(connection, foldName(table));
    const { rowid, rowidColumn } = shape ?? {};
    if (rowid === undefined || rowidColumn !== undefined) continue;
    if (await areNumbered(connection, table, rowid)) continue;
    const [row] = await connection.query(
      `SELECT count(*) AS n FROM (SELECT ${rowid} AS rowid_now, row_number() OVER (ORDER BY ${rowid}) AS place
       FROM main.${quoteName(table)}) WHERE rowid_now <> place`,
    );
    found.push({ table, rowid, rows: Number(row?.["n"]) });
  }
  return found;
}

async function areNumbered(connection: Connection, table: string, rowid: string): Promise<boolean> {
  const [row] = await connection.query(
    `SELECT count(*) = 0 OR min(${rowid}) = 1 AND max(${rowid}) = count(*) AS numbered FROM main.${
      quoteName(table)
    }`,
  );
  return Number(row?.["numbered"]) === 1;
}

async function lostRowids(
  connection: Connection,
  scattered: readonly ScatteredRows[],
): Promise<DeclaredLoss> {
  const tables: DeclaredLoss["tables"][number][] = [];
  for (const { table, rowid, rows } of scattered) {
    if (!await areNumbered(connection, table, rowid)) continue;
    tables.push({ table, rows: 0, columns: {}, rowids: rows });
  }
  return { tables, objects: [] };
}

/** The statement at which a script begins or continues. */
interface Start {
  /** The index of the first statement to run. */
  readonly first: number;
  /** Whether an earlier run may already have run it. */
  readonly inDoubt: boolean;
}

function firstStatement(
  step: CheckedStep,
  intents: readonly Intent[],
  resume: ResumeChoice | undefined,
): Start {
  const last = intents.at(-1);
  if (last === undefined) return { first: 0, inDoubt: false };
  const { script } = step;
  for (const intent of intents) {
    const statement = script.statements[intent.statement - 1];
    if (statement !== undefined && textOf(script, statement) === intent.sql) continue;
    throw new AludelError(
      "off-changed",
      `Revision "${step.id}" was changed after half of it ran`,
      {
        revision: step.id,
        place: { file: script.file },
        notes: [`Statement ${intent.statement} ran as: ${intent.sql}`],
        outcome: NOTHING_RUN,
        next: [
          say(
            "Put back the text that ran, finish the upgrade, then make the change in a new revision",
          ),
        ],
      },
    );
  }
  if (last.state === "done" || resume === "skip") return { first: last.statement, inDoubt: false };
  if (resume === "again") return { first: last.statement - 1, inDoubt: true };
  const statement = script.statements[last.statement - 1]!;
  throw new AludelError(
    "off-interrupted",
    `An earlier run of revision "${step.id}" was interrupted in statement ${last.statement} of ${script.statements.length}`,
    {
      revision: step.id,
      place: placeOf(script.file, script.text, statement.start),
      notes: ["It runs outside a transaction, so the statement may or may not have run"],
      outcome: NOTHING_RUN,
      next: [
        say("Look at the database: has the statement run?"),
        again`--resume again # if it has not run: run it`,
        again`--resume skip # if it has run: go on after it`,
      ],
    },
  );
}

/** Settings of a connection for a later VACUUM. A run that continues on another connection must repeat them. */
const SET_FOR_VACUUM = /^pragma\s+(?:main\s*\.\s*)?(?:auto_vacuum|page_size)\b/i;

async function runStatements(run: OffTransactionRun, { first, inDoubt }: Start): Promise<void> {
  const { connection, host, step } = run;
  const { script } = step;
  const scriptRun: ScriptRun = {
    connection,
    revision: step.id,
    script,
    remedy: remedyFor(step),
    doubleQuotedStrings: run.doubleQuotedStrings,
    emit: host.emit,
    watch: { see() {}, ran() {}, failed() {} },
    interrupted: run.interrupted,
  };
  const stamp = () => ({ at: toSecond(host.clock.now()), by: host.appliedBy });
  for (const [index, statement] of script.statements.entries()) {
    if (index < first) {
      if (SET_FOR_VACUUM.test(textOf(script, statement))) {
        await runStatement(scriptRun, index, statement);
      }
      continue;
    }
    if (await run.interrupted()) {
      throw new AludelError("interrupted", "Interrupted", {
        outcome: progress(script, index),
        next: [GO_ON],
      });
    }
    const intent = {
      revision: step.id,
      direction: step.direction,
      statement: index + 1,
      sql: textOf(script, statement),
    };
    await inTransaction(run, () => recordIntent(connection, intent, stamp()))
      .catch((error) => refuseWith(error, progress(script, index)));
    // If an earlier run may have run the statement, its intent stays even if the statement fails now.
    const withdrawn = inDoubt && index === first ? undefined : intent;
    await withdrawing(
      run,
      withdrawn,
      () => patiently(connection.name, host, () => runStatement(scriptRun, index, statement)),
    );
    await inTransaction(run, () => recordDone(connection, intent, stamp()))
      .catch((error) => refuseWith(error, unrecorded(script, index)));
  }
}

function refuseWith(error: unknown, outcome: string): never {
  throw error instanceof AludelError && error.outcome === undefined
    ? error.with({ outcome })
    : error;
}

/** The outcome of a statement that ran but could not be recorded, for example after a lock timeout. */
function unrecorded(script: Script, index: number): string {
  return `Statement ${
    index + 1
  } of ${script.statements.length} has run, and that could not be recorded: ` +
    "run the same command with `--resume skip` to continue after it";
}

/** Runs a statement. If it fails without changing anything, withdraws its intent, so that the next run need not ask. */
async function withdrawing(
  run: OffTransactionRun,
  intent: Omit<Intent, "state" | "at"> | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const { connection, step } = run;
  const before = await totalChanges(connection);
  try {
    await work();
  } catch (error) {
    // A statement that fails by ON CONFLICT FAIL or RAISE(FAIL) keeps its changes.
    if (
      intent !== undefined && !connection.inTransaction() &&
      await totalChanges(connection) === before
    ) {
      await inTransaction(run, () => withdrawIntent(connection, intent));
      if (error instanceof AludelError) {
        throw error.with({ outcome: progress(step.script, intent.statement - 1) });
      }
    }
    throw error;
  }
}

async function totalChanges(connection: Connection): Promise<SqlValue> {
  const [row] = await connection.query("SELECT total_changes() AS n");
  return row?.["n"] ?? null;
}

function progress(script: Script, done: number): string {
  const total = script.statements.length;
  return done === 0
    ? "None of its statements has run"
    : `${done} of its ${total} statements ${done === 1 ? "has" : "have"} run and ` +
      `${done === 1 ? "stays" : "stay"}; the next run goes on with statement ${done + 1}`;
}

async function inTransaction<T>(run: OffTransactionRun, work: () => Promise<T>): Promise<T> {
  const { connection, host } = run;
  await executePatiently(connection, "BEGIN IMMEDIATE", host);
  const result = await work();
  await executePatiently(connection, "COMMIT", host);
  return result;
}

function textOf(script: Script, statement: Statement): string {
  return script.text.slice(statement.start, statement.end);
}
