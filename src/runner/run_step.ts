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
  /** The number of the step in the whole route, from 1. */
  readonly position: number;
  readonly of: number;
  readonly watch: StatementWatch;
  /** Replays the schema for which the step's script was written. */
  readonly ancestors: Ancestors;
  readonly interrupted: () => Promise<boolean>;
  /** As {@linkcode ScriptRun.instead}. */
  readonly instead?: ScriptRun["instead"];
}

/** The time of a step's script, and the parts of the schema that it lost. */
export interface StepTime {
  /** UTC to the second. */
  readonly at: string;
  readonly durationMs: number;
  /** Parts of the schema that the script lost without dropping them. If there are any, it must be rolled back. */
  readonly undeclared: readonly UndeclaredLoss[];
  /** Descriptions of such parts that the script allows to be lost, or may have meant to drop. */
  readonly allowed: readonly string[];
}

/** Emits the event that a step begins. */
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
 * Runs one revision's script inside the open transaction. The caller must call {@linkcode record} in the same
 * transaction.
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

/** The next steps after a statement of the step failed. */
export function remedyFor(step: CheckedStep): readonly NextStep[] {
  const edit = shell`aludel edit ${step.id} # correct the file`;
  return step.direction === "down" && step.from === "database"
    ? [edit, again`--from-disk # run the corrected file, not the down.sql stored in the database`]
    : [edit, again` # run the corrected file`];
}

/** Writes the record of an up, or deletes that of a down, and appends to the log. */
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

/**
 * Runs `work`, and compares the schemas before and after it.
 * @returns The parts that were lost without being dropped.
 */
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
