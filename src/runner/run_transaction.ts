import {
  BatchFailure,
  type Connection,
  mayChangeSettings,
  restoreSettings,
} from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { ensureStateTables } from "../state/state_format.ts";
import { type Policy, readPolicies } from "../state/policies.ts";
import type { StateMark } from "../state/state.ts";
import { resealRevision } from "../state/write_state.ts";
import {
  type Ancestors,
  type CheckedStep,
  type LostContent,
  type Reseal,
  type RunHost,
  type Segment,
} from "./request.ts";
import {
  BatchKeys,
  compareForeignKeyStates,
  type ForeignKeyState,
  mayViolate,
  readForeignKeyState,
  readKeyState,
  type Violation,
} from "./foreign_keys.ts";
import { mismatchNotice } from "./foreign_key_mismatch.ts";
import { findBrokenKeys } from "./loss/broken_keys.ts";
import { type LockedOutcome, lockedTransaction } from "./write_lock.ts";
import { COMPARISON_MEMORY, keepPagesInMemory, OldState, OldStateGone } from "./loss/old_state.ts";
import { explainBatch } from "./batch_failure.ts";
import type { BatchLoss } from "./loss/batch_loss.ts";
import { blame, EACH, lossFailure, StepFailure } from "./step_failure.ts";
import { SegmentLoss } from "./loss/segment_loss.ts";
import {
  type DeclaredLoss,
  isLoss,
  joinVerdicts,
  type LossTerms,
  type LossVerdict,
  type UndeclaredLoss,
  undeclaredLoss,
} from "./loss/verdict.ts";
import { forbiddenLoss, refuseForbidden } from "./policies.ts";
import { record, runStep, type StepTime } from "./run_step.ts";
import type { DoubleQuotedStrings } from "./double_quoted_strings.ts";
import { displayName, foldName } from "../sql/identifier.ts";
import { readMentions } from "../sql/mentions.ts";
import { type TableFates, traceTables } from "./table_fates.ts";
import type { OnlineSwap } from "./online/exchange.ts";
import { type NextStep, say } from "../text/next_step.ts";
import { toSecond } from "../text/layout.ts";

/** A segment of mode `transaction` or `foreign-keys`, with its place in the route. */
export interface TransactionRun {
  readonly connection: Connection;
  readonly doubleQuotedStrings: DoubleQuotedStrings;
  readonly host: RunHost;
  readonly segment: Segment;
  readonly reseals: readonly Reseal[];
  /** The mark of the state for which the segment was planned. */
  readonly assumed: StateMark;
  /** The number of steps of the route before this segment. */
  readonly done: number;
  readonly of: number;
  readonly interrupted: () => Promise<boolean>;
  /** Called when the lock is held and nothing was changed. */
  readonly protect: () => Promise<void>;
  /** Opens a connection to the state before the segment: to the database, or to a copy. */
  readonly openOld: () => Promise<Connection>;
  readonly ancestors: Ancestors;
  /** Set if the only step rebuilds a table whose rows were already copied. */
  readonly swap?: OnlineSwap;
  /** Called with the losses before COMMIT, while the old state can still be read. */
  readonly keep: (lost: DeclaredLoss, content: LostContent) => Promise<void>;
  /** Called before COMMIT, after `keep`, with the folded names of the tables that were created or got rows. */
  readonly filled: (tables: ReadonlySet<string>) => void;
  /** Called with the losses after COMMIT of a batch, because they are known only then. */
  readonly lost: (lost: DeclaredLoss) => void;
}

/** The steps of a segment with their durations in milliseconds. */
export type SegmentResult = readonly { readonly step: CheckedStep; readonly durationMs: number }[];

/**
 * Runs a segment and writes its records in one transaction.
 *
 * Foreign keys are switched off before BEGIN, so that rebuilding a parent does not cascade, or on if the script says
 * so. Inside a transaction the pragma has no effect: https://sqlite.org/pragma.html#pragma_foreign_keys
 *
 * @throws {AludelError} `foreign-key-violations`, `data-loss`, `lock-timeout`, `interrupted`, `policy-no-downgrade`,
 * `policy-no-drafts`, `policy-no-loss`.
 * @throws {StepFailure} With the error of a step.
 * @throws {OldStateGone} If the old state cannot be read. Everything was rolled back, and the segment must run again
 * with a copy.
 */
export async function runTransaction(
  run: TransactionRun,
): Promise<LockedOutcome<SegmentResult>> {
  const { connection, host, segment } = run;
  const enforced = segment.mode === "foreign-keys";
  await connection.execute(`PRAGMA foreign_keys = ${enforced ? "ON" : "OFF"}`);
  // A rebuild beside writers does not change its rows, and its copy was checked against new keys.
  const readKeys = run.swap !== undefined
    ? readKeyState
    : segment.steps.some((step) => mayViolate(step.script))
    ? readForeignKeyState
    : undefined;
  if (connection.capabilities.ownCache) {
    await keepPagesInMemory(connection, host.comparisonMemory ?? COMPARISON_MEMORY);
  }
  const { batch } = connection;
  let batchLoss: BatchLoss | undefined;
  let said: DeclaredLoss | undefined;
  const outcome = await lockedTransaction(connection, host, run.assumed, async () => {
    const policies = await readPolicies(connection);
    refuseForbidden(policies, segment.steps);
    await run.protect();
    const before = await readKeys?.(connection);
    const old = new OldState(batch === undefined ? run.openOld : () => batch.openBefore());
    const loss = await SegmentLoss.begin(connection, old, run.swap?.table);
    await ensureStateTables(connection);
    let times: readonly StepTime[];
    try {
      times = await runSteps(run, loss);
      const after = await readKeys?.(connection);
      const keys = before && after && await judgeKeys(run, before, after);
      said = await keepLost(run, loss, times, policies, keys);
      if (batch !== undefined) {
        if (before !== undefined && after !== undefined) {
          BatchKeys.guard(batch, before.mismatches.length + after.mismatches.length === 0);
        }
        batchLoss = await loss.addTo(batch, termsOf(run), policies.has("no-loss"));
        const objects = batchLoss.mayLose.map((table) => `rows of ${displayName(table)}`);
        const read = () => Promise.resolve(undefined);
        if (objects.length > 0) {
          await run.keep({ tables: [], objects }, { fresh: connection, read });
        }
      }
      run.filled(loss.filledTables);
    } finally {
      await old.close();
    }
    await writeRecords(run, times);
    await updateRecords(run);
    return segment.steps.map((step, index) => ({ step, durationMs: times[index]!.durationMs }));
  }).catch((error) => {
    throw error instanceof BatchFailure ? explainBatch(segment.steps, error) : error;
  });
  if (batchLoss !== undefined && !outcome.moved) {
    run.lost({ tables: batchLoss.result().lost.tables, objects: said?.objects ?? [] });
  }
  return outcome;
}

/** Measures what the segment lost. Refuses undeclared losses, and passes the others to `keep`. */
async function keepLost(
  run: TransactionRun,
  loss: SegmentLoss,
  times: readonly StepTime[],
  policies: ReadonlySet<Policy>,
  keys: LossVerdict | undefined,
): Promise<DeclaredLoss | undefined> {
  const { steps } = run.segment;
  if (steps.length === 0) return undefined;
  const terms = termsOf(run);
  const judged = await loss.judge(terms);
  const verdict = keys === undefined ? judged : joinVerdicts([judged, keys], terms.allowed);
  const { undeclared } = verdict;
  const lost = {
    ...verdict.lost,
    objects: [...verdict.lost.objects, ...times.flatMap(({ allowed }) => allowed)],
  };
  if (undeclared.length > 0) throw lossFailure(steps, undeclared);
  if (!isLoss(lost)) return undefined;
  if (policies.has("no-loss")) throw blame(forbiddenLoss(steps, lost), steps);
  const isRows = lost.objects.length === 0;
  const read = async () => isRows ? await loss.rows() : undefined;
  await run.keep(lost, { fresh: run.connection, read });
  return lost;
}

function termsOf({ segment: { steps, mode } }: TransactionRun): LossTerms {
  return {
    enforced: mode === "foreign-keys",
    allowed: new Set(
      steps.flatMap(({ script }) => script.header.allowLoss.map(({ name }) => foldName(name))),
    ),
  };
}

async function runSteps(run: TransactionRun, loss: SegmentLoss): Promise<readonly StepTime[]> {
  const { watch } = loss;
  const times: StepTime[] = [];
  let settingsKnown = false;
  for (const [index, step] of run.segment.steps.entries()) {
    try {
      if (!settingsKnown) await restoreSettings(run.connection);
      settingsKnown = !mayChangeSettings(step.script.text);
      const time = await runStep({
        ...run,
        watch,
        step,
        position: run.done + index + 1,
        instead: run.swap?.instead,
      });
      if (time.undeclared.length > 0) throw await wholeLoss(run, loss, step, time.undeclared);
      times.push(time);
    } catch (error) {
      throw error instanceof OldStateGone ? error : new StepFailure(step, error);
    }
  }
  return times;
}

/** Makes the error of a step that lost a part of the schema, with the rows lost so far. */
async function wholeLoss(
  run: TransactionRun,
  loss: SegmentLoss,
  step: CheckedStep,
  objects: readonly UndeclaredLoss[],
): Promise<AludelError> {
  const { undeclared } = await loss.judge(termsOf(run));
  return undeclaredLoss([step], [...undeclared, ...objects]);
}

/**
 * Writes all records after the last step, because prepared statements are compiled again after each change of the
 * schema.
 */
async function writeRecords(run: TransactionRun, times: readonly StepTime[]): Promise<void> {
  for (const [index, step] of run.segment.steps.entries()) {
    try {
      await record(run.connection, run.host, step, times[index]!);
    } catch (error) {
      throw new StepFailure(step, error);
    }
  }
}

/**
 * Refuses new violations, and judges the keys that can no longer be looked up.
 * @throws {AludelError} `foreign-key-violations`.
 */
async function judgeKeys(
  run: TransactionRun,
  before: ForeignKeyState,
  after: ForeignKeyState,
): Promise<LossVerdict | undefined> {
  if (after.violations.size === 0 && after.mismatches.length === 0) return undefined;
  const mentions = run.segment.steps.flatMap(({ script }) =>
    script.statements.flatMap((statement) => readMentions(script.text, statement))
  );
  const fates = traceTables(mentions);
  const found = compareForeignKeyStates(before, after, {
    table: fates.tableAfter,
    column: fates.columnAfter,
  });
  const [only, ...others] = run.segment.steps;
  const where = others.length === 0 && only !== undefined
    ? { revision: only.id, place: { file: only.script.file } }
    : {};
  const each = others.length > 0 ? [EACH] : [];
  if (found.added.length > 0) {
    const tables = await tableNames(run.connection);
    const away = renamedAway(found.added, tables, fates);
    throw new AludelError(
      "foreign-key-violations",
      "The rows would violate foreign keys that they did not violate before",
      {
        ...where,
        notes: [...shown(found.added.map((one) => describeViolation(one, tables))), ...away.notes],
        next: [
          ...each,
          ...(away.next.length > 0 ? away.next : [
            say("Delete or correct the rows in the same revision"),
            say(
              "If the revision relies on ON DELETE CASCADE, begin it with: -- aludel: foreign-keys=on",
            ),
          ]),
        ],
      },
    );
  }
  if (found.remaining > 0) {
    run.host.emit({
      type: "notice",
      code: "foreign-key-violations-before",
      message: "The database has foreign-key violations from before this run; they were left alone",
      notes: [`${countRows(found.remaining)}, listed by PRAGMA foreign_key_check`],
    });
  }
  const verdict = findBrokenKeys(before, after, fates, mentions);
  const notice = verdict.undeclared.length === 0 && mismatchNotice(after.mismatches);
  if (notice) run.host.emit(notice);
  return verdict;
}

/**
 * Explains violations that come from a rebuild that renames the old table first. SQLite renames the table in the keys
 * of other tables too (https://sqlite.org/lang_altertable.html), so they refer to a table that is then dropped.
 * @returns Empty lists if the violations have another cause.
 */
function renamedAway(
  added: readonly { readonly violation: Violation }[],
  tables: ReadonlySet<string>,
  fates: TableFates,
): { readonly notes: readonly string[]; readonly next: readonly NextStep[] } {
  const olds = new Set(added.map(({ violation }) => foldName(violation.parent)));
  for (const fate of fates.touched.values()) {
    const old = [...fate.aliases].find((alias) => olds.has(alias) && !tables.has(alias));
    if (old === undefined || !tables.has(fate.before) || old === fate.before) continue;
    const [table, other] = [displayName(fate.before), displayName(old)];
    return {
      notes: [
        `ALTER TABLE ${table} RENAME TO ${other} made the foreign keys of other tables refer to ${other}, and ${other} was dropped`,
      ],
      next: [
        say(
          `Rebuild in another order: create the new table as ${
            displayName(`${fate.before}_new`)
          }, copy the rows, drop ${table}, then rename ${
            displayName(`${fate.before}_new`)
          } to ${table}`,
        ),
      ],
    };
  }
  return { notes: [], next: [] };
}

function shown(notes: readonly string[]): readonly string[] {
  return notes.length > SHOWN
    ? [...notes.slice(0, SHOWN), `and ${notes.length - SHOWN} more`]
    : notes;
}

const SHOWN = 10;

async function tableNames(connection: Connection): Promise<ReadonlySet<string>> {
  const rows = await connection.query("SELECT name FROM main.sqlite_schema WHERE type = 'table'");
  return new Set(rows.map((row) => foldName(String(row["name"]))));
}

function describeViolation(
  { violation, count }: { readonly violation: Violation; readonly count: number },
  tables: ReadonlySet<string>,
): string {
  const { child, columns, parent, values } = violation;
  const key = values.length === 0
    ? `(${columns.join(", ")})`
    : columns.map((name, i) => `${name} = ${values[i]}`).join(", ");
  const missing = tables.has(foldName(parent)) ? "" : ", a table that does not exist";
  return `${countRows(count)} of "${child}" with ${key} without a row in "${parent}"${missing}`;
}

function countRows(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}

async function updateRecords({ connection, host, reseals }: TransactionRun): Promise<void> {
  for (const { id, record, texts } of reseals) {
    await resealRevision(connection, { id, ...record }, texts, {
      at: toSecond(host.clock.now()),
      by: host.appliedBy,
    });
    host.emit({ type: "resealed", id });
  }
}
