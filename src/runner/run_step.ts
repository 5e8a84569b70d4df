import { AludelError } from "../errors.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import { displayName, foldName } from "../sql/identifier.ts";
import type { Connection } from "../db/connection.ts";
import { appendLog, deleteRevision, insertRevision } from "../state/write_state.ts";
import { type CheckedStep, type RunHost, toSecond } from "./request.ts";
import { findLosses, lastRowidsAfter } from "./conservation.ts";
import { type DoubleQuotedStrings, runScript } from "./run_script.ts";
import { takeInventory } from "./table_contents.ts";
import { type TableFates, traceTables } from "./table_fates.ts";
import { dropTemporaryObjects } from "./temporary_objects.ts";
import { again, type NextStep, say, shell } from "../text/next_step.ts";

/** A step within an open transaction, with its place in the whole route. */
export interface StepRun {
  readonly connection: Connection;
  readonly doubleQuotedStrings: DoubleQuotedStrings;
  readonly host: RunHost;
  readonly step: CheckedStep;
  /** Counted from 1 over the whole route. */
  readonly position: number;
  readonly of: number;
  readonly interrupted: () => Promise<boolean>;
}

/** When a step's script ended, and how long it took. */
export interface StepTime {
  /** UTC to the second. */
  readonly at: string;
  readonly durationMs: number;
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
 * Runs one revision's script inside the open transaction and makes sure that it lost nothing unsaid. To be followed
 * by {@linkcode record} in the same transaction.
 *
 * @throws {AludelError} As {@linkcode runScript}, and `data-loss`.
 */
export async function runStep(run: StepRun): Promise<StepTime> {
  const { connection, host, step } = run;
  announceStep(run);
  const started = host.clock.monotonicMs();
  await conserving(connection, step, () =>
    runScript({
      connection,
      revision: step.id,
      script: step.script,
      remedy: remedyFor(step),
      doubleQuotedStrings: run.doubleQuotedStrings,
      emit: host.emit,
      interrupted: run.interrupted,
    }));
  await dropTemporaryObjects(connection, step.script.text);
  const durationMs = Math.round(host.clock.monotonicMs() - started);
  host.emit({ type: "step-done", direction: step.direction, id: step.id, durationMs });
  return { at: toSecond(host.clock.now()), durationMs };
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
  { at, durationMs }: StepTime,
): Promise<void> {
  const { appliedBy } = host;
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

/** Runs `work` between two inventories, where a statement could lose something unsaid. Spec of the law: docs/safety.md. */
async function conserving(
  connection: Connection,
  step: CheckedStep,
  work: () => Promise<void>,
): Promise<void> {
  const { text, statements, header } = step.script;
  const recreates = statements.some((statement) =>
    (statement.verb === "DROP" || statement.verb === "ALTER") &&
    readMentions(text, statement).some(({ kind }) => RECREATING.has(kind))
  );
  if (!recreates) return await work();
  const mentions = statements.flatMap((statement) =>
    CAN_LOSE.has(statement.verb) ? readMentions(text, statement) : []
  );
  const fates = traceTables(mentions);
  if (!somethingStands(mentions, fates)) return await work();
  const before = await takeInventory(connection, fates.touched.keys());
  await work();
  const afterNames = [...fates.touched.values()].flatMap(({ after }) => after ?? []);
  const after = await takeInventory(connection, afterNames, lastRowidsAfter(before, fates));
  const allowed = new Set(header.allowLoss.map(({ name }) => foldName(name)));
  const losses = findLosses(before, after, mentions, fates)
    .filter((loss) => !allowed.has(foldName(loss.name)));
  if (losses.length === 0) return;
  const [name, ...others] = new Set(losses.map((loss) => displayName(loss.name)));
  throw new AludelError("data-loss", `Revision "${step.id}" loses what no statement of it drops`, {
    revision: step.id,
    place: { file: step.script.file },
    notes: losses.map((loss) => loss.fact),
    next: [
      say("Create again what is missing, or copy it, in the same script"),
      say(
        `Or say in the script that the loss is intended: -- aludel: allow-loss=${name} REASON${
          others.length > 0 ? `, and a line each for ${others.join(", ")}` : ""
        }`,
      ),
    ],
  });
}

/** Whether a table or view that is dropped or renamed stands afterwards: what is gone for good was said to go. */
function somethingStands(mentions: readonly Mention[], fates: TableFates): boolean {
  return mentions.some(({ kind }) => kind === "create-view") ||
    [...fates.touched.values()].some(({ after }) => after !== null);
}

/** The verbs of statements whose mentions matter; all others need not be read again. */
const CAN_LOSE: ReadonlySet<string> = new Set([
  "ALTER",
  "CREATE",
  "DELETE",
  "DROP",
  "INSERT",
  "REPLACE",
  "UPDATE",
  "WITH",
]);

const RECREATING: ReadonlySet<Mention["kind"]> = new Set([
  "drop-table",
  "drop-view",
  "rename-table",
]);
