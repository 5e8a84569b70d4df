import { foldName } from "../sql/identifier.ts";
import type { Connection } from "../db/connection.ts";
import { appendLog, deleteRevision, insertRevision } from "../state/write_state.ts";
import type { DoubleQuotedStrings } from "./double_quoted_strings.ts";
import type { StatementWatch } from "./loss/segment_loss.ts";
import { findLostObjects, readObjectsBefore } from "./loss/lost_objects.ts";
import type { UndeclaredLoss } from "./loss/verdict.ts";
import { type Ancestors, type CheckedStep, type RunHost } from "./request.ts";
import { runScript, type ScriptRun } from "./run_script.ts";
import { dropTemporaryObjects } from "./temporary_objects.ts";
import { again, type NextStep, shell } from "../text/next_step.ts";
import { toSecond } from "../text/layout.ts";

/** A step within an open transaction, with its place in the whole route. */
export interface StepRun {
  readonly connection: Connection;
  readonly doubleQuotedStrings: DoubleQuotedStrings;
  readonly host: RunHost;
  readonly step: CheckedStep;
  /** Counted from 1 over the whole route. */
  readonly position: number;
  readonly of: number;
  readonly watch: StatementWatch;
  /** The schema that the step's script was written for. */
  readonly ancestors: Ancestors;
  readonly interrupted: () => Promise<boolean>;
  /** As {@linkcode ScriptRun.instead}. */
  readonly instead?: ScriptRun["instead"];
}

/** When a step's script ended, and how long it took. */
export interface StepTime {
  /** UTC to the second. */
  readonly at: string;
  readonly durationMs: number;
  /** Parts of the schema that the script lost and no statement of it drops: it must be rolled back. */
  readonly undeclared: readonly UndeclaredLoss[];
  /** Facts about such parts that the script allows to go, and about those that it may have meant. */
  readonly allowed: readonly string[];
}

/** Tells that a step begins. */
export function announceStep(
  { host, step, position, of }: Pick<StepRun, "host" | "step" | "position" | "of">,
): void {
  host.emit({
    type: "step-started",
    direction: step.direction,
    id: step.id,
    message: step.message,
    position,
    of,
    statements: step.script.statements.length,
  });
}

/**
 * Runs one revision's script inside the open transaction. To be followed by {@linkcode record} in the same transaction.
 *
 * @throws {AludelError} As {@linkcode runScript}.
 */
export async function runStep(run: StepRun): Promise<StepTime> {
  const { connection, host, step } = run;
  announceStep(run);
  const started = host.clock.monotonicMs();
  const objects = await keepingObjects(run, () =>
    runScript({
      connection,
      revision: step.id,
      script: step.script,
      remedy: remedyFor(step),
      doubleQuotedStrings: run.doubleQuotedStrings,
      emit: host.emit,
      watch: run.watch,
      interrupted: run.interrupted,
      instead: run.instead,
    }));
  await dropTemporaryObjects(connection, step.script.text);
  const durationMs = Math.round(host.clock.monotonicMs() - started);
  host.emit({ type: "step-done", direction: step.direction, id: step.id, durationMs });
  return { at: toSecond(host.clock.now()), durationMs, ...objects };
}

/** What to do after a statement of the step has failed. */
export function remedyFor(step: CheckedStep): readonly NextStep[] {
  const edit = shell`aludel edit ${step.id} # correct the file`;
  return step.direction === "down" && step.from === "database"
    ? [edit, again`--from-disk # run the corrected file, not the down.sql stored in the database`]
    : [edit, again` # run the corrected file`];
}

/** Writes or deletes the step's record, and the event. */
export async function record(
  connection: Connection,
  host: RunHost,
  step: CheckedStep,
  { at, durationMs }: Pick<StepTime, "at" | "durationMs">,
): Promise<void> {
  const { appliedBy } = host;
  if (step.direction === "up" && step.unrecorded) {
    const details = { durationMs, sql: step.texts.up };
    return await appendLog(connection, {
      at,
      by: appliedBy,
      event: "dev",
      revision: null,
      details,
    });
  }
  if (step.direction === "up") {
    const row = { ...step.record, kind: "ran", appliedAt: at, durationMs, appliedBy } as const;
    await insertRevision(connection, row, step.texts);
  } else {
    await deleteRevision(connection, step.id);
  }
  await appendLog(connection, {
    at,
    by: appliedBy,
    event: step.direction === "up" ? "upgrade" : "downgrade",
    revision: step.id,
    details: { durationMs },
  });
}

/** Runs `work` between two looks at the schema, and gives what of it was lost without a statement that says so. */
async function keepingObjects(
  run: StepRun,
  work: () => Promise<void>,
): Promise<Pick<StepTime, "undeclared" | "allowed">> {
  const { connection, step } = run;
  const before = await readObjectsBefore(connection, step.script);
  await work();
  if (before === undefined) return { undeclared: [], allowed: [] };
  const allowed = new Set(step.script.header.allowLoss.map(({ name }) => foldName(name)));
  const { undeclared, unclear } = await findLostObjects(
    connection,
    before,
    () => run.ancestors(step),
  );
  const isAllowed = ({ name }: UndeclaredLoss) => allowed.has(foldName(name));
  return {
    undeclared: undeclared.filter((loss) => !isAllowed(loss)),
    allowed: [...undeclared.filter(isAllowed).map(({ fact }) => fact), ...unclear],
  };
}
