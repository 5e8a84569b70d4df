import { databaseMissing } from "../db/sqlite_error.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { hasTimeTravel, momentNamed, returnTo } from "../project/copies/bookmark.ts";
import { restoreRows } from "../project/copies/restore_rows.ts";
import { findRestorePoint, readRestoreFolder } from "../project/copies/restore_points.ts";
import { restoreDatabase } from "../project/copies/restore.ts";
import { planMigration, runMigration } from "../project/migrate/migration.ts";
import { joinCatalogue } from "../project/workspace/catalogue.ts";
import type { Target } from "../project/workspace/target.ts";
import { type AppliedRevision, readState } from "../state/state.ts";
import { say, shell } from "../text/next_step.ts";
import { memberError } from "./member_error.ts";
import type { MemberRun } from "./member_run.ts";
import type { FileStamp, PointName, UndoOutcome, UndoWork } from "./task.ts";
import { pointsOf, stampOf } from "./upgrade_member.ts";

/**
 * Undoes a run on one database: by the downs that are stored with its revisions, or by the run's restore point if it
 * lost something. The revisions of the run are those whose records have its name. Never throws for a fault of the
 * database.
 */
export async function undoMember(run: MemberRun, work: UndoWork): Promise<UndoOutcome> {
  try {
    const { ids, heads, way } = await undo(run, work);
    return { result: way === undefined ? "untouched" : "undone", ids, heads, ...facts(run) };
  } catch (thrown) {
    const error = memberError(thrown, run.target.name);
    return { result: "failed", ids: [], heads: null, ...facts(run), error };
  }
}

function facts({ points, durationMs }: MemberRun) {
  return { points, durationMs };
}

interface Undone {
  readonly ids: readonly RevisionId[];
  readonly heads: readonly RevisionId[];
  readonly way: "downs" | "restore" | undefined;
}

async function undo(run: MemberRun, work: UndoWork): Promise<Undone> {
  const { target, context, bench: { workspace, setup: { appliedBy } } } = run;
  const applied = await readApplied(run);
  if (applied === undefined) {
    if (work.isKnown && work.applied.length === 0) {
      return { ids: [], heads: work.before ?? [], way: undefined };
    }
    throw gone(run, work);
  }
  const own = applied.filter((record) => record.appliedBy === appliedBy);
  const ids = own.map(({ id }) => id);
  const { graph } = joinCatalogue(workspace, applied);
  const rest = new Set(applied.map(({ id }) => id)).difference(new Set(ids));
  const heads = graph.headsOf(rest, "parents");
  const isAsBefore = work.before === null || sameIds(heads, work.before);
  // A command that was stopped already undid it, or the run never touched it.
  if (own.length === 0 && isAsBefore) {
    return { ids, heads, way: work.applied.length > 0 ? "downs" : undefined };
  }
  const isComplete = work.applied.length === 0 || sameIds(ids, work.applied);
  if (own.length === 0 || !isAsBefore || !isComplete) throw moved(run, work);
  const point = wholePoint(run, work, own);
  if (point !== undefined) {
    refuseWritten(run, work, point, own);
    if (hasTimeTravel(target)) {
      await returnTo(target, momentNamed(target, point.name));
      return { ids, heads, way: "restore" };
    }
    const found = findRestorePoint(readRestoreFolder(target.path), point.name);
    const { restorePointsKept: keptPoints } = run.bench.setup.project.settings;
    const restore = target.kind === "server"
      ? (await import("../project/copies/server_restore.ts")).restoreServer
      : restoreDatabase;
    await restore({ target, point: found, keptPoints }, run.host);
    return { ids, heads, way: "restore" };
  }
  const request = { goal: { kind: "without", ids }, downFrom: "database" } as const;
  const planned = await planMigration(context, request).catch((error) => {
    throw irreversible(error);
  });
  await runMigration(context, request, planned, run.host, { transaction: "all" });
  const points = work.isKnown ? work.points : pointsOf(run);
  for (const { name } of points.filter(({ holds }) => holds === "rows").toReversed()) {
    const found = findRestorePoint(readRestoreFolder(target.path), name);
    await restoreRows({ target, point: found, dryRun: false }, run.host);
  }
  return { ids, heads, way: "downs" };
}

/** The records of a database; undefined if it is not there any more. */
async function readApplied(
  { context }: MemberRun,
): Promise<readonly AppliedRevision[] | undefined> {
  await using connection = await context.access.look();
  return connection === null ? undefined : (await readState(connection)).applied;
}

/** The error of a database that vanished since the run. Nobody wants a new, empty one in its place. */
function gone({ target }: MemberRun, { run }: UndoWork): AludelError {
  return databaseMissing(target.name).with({
    next: [
      say("Put the database back, if it was moved"),
      shell`aludel fleet undo ${run} # take back the others; what is undone stays undone`,
    ],
  });
}

/** The restore point of a run whose downs cannot bring everything back; undefined if they can, or there is none. */
function wholePoint(
  run: MemberRun,
  { points, lost, isKnown }: UndoWork,
  own: readonly AppliedRevision[],
): PointName | undefined {
  // If the process ended before it recorded the outcome, only the restore points tell whether there was a loss.
  const isNeeded = !isKnown || lost.length > 0 || own.some(({ down }) => down === "none");
  if (!isNeeded) return undefined;
  return (isKnown ? points : pointsOf(run)).find(({ holds }) => holds === "database");
}

/** @throws {AludelError} `fleet-written` if restoring would lose writes that were made since the run. */
function refuseWritten(
  { target }: MemberRun,
  work: UndoWork,
  { name }: PointName,
  own: readonly AppliedRevision[],
): void {
  if (work.discardWrites || isAsLeft(target, work.stamp, own)) return;
  const fact = target.kind === "file" ? "was written to" : "may have been written to";
  throw new AludelError("fleet-written", `Database "${target.name}" ${fact} since the run`, {
    notes: [
      `Restore point "${name}" has what the run took, and not what was written since`,
    ],
    outcome: "Nothing was changed",
    next: [
      shell`aludel fleet undo ${work.run} --discard-writes # restore all the same: what is there now is kept as a restore point`,
      shell`aludel restore ${name} --dry-run # see what would change`,
    ],
  });
}

/** How long after a record's time, which is in seconds, the run itself may have written the file. */
const COMMIT_MS = 2_000;

/** Whether nobody has written to a database since the run, as far as its files tell. */
function isAsLeft(
  target: Target,
  stamp: FileStamp | null,
  own: readonly AppliedRevision[],
): boolean {
  if (stamp !== null) return `${stamp}` === `${stampOf(target)}`;
  const now = stampOf(target);
  // A server does not tell whether it was written to.
  if (now === null) return false;
  // The process was stopped before it recorded the stamp, so the times of the records have to do.
  const until = Math.max(
    ...own.map(({ appliedAt, durationMs }) => Date.parse(appliedAt) + durationMs),
  );
  return now.every((one) => one === null || Number(one.split(" ")[1]) <= until + COMMIT_MS);
}

/** Replaces the advice of an irreversible downgrade, which repeats a command that the user did not type. */
function irreversible(error: unknown): unknown {
  if (!(error instanceof AludelError) || error.code !== "revision-irreversible") return error;
  return error.with({
    outcome: "Nothing was changed",
    next: [
      shell`aludel downgrade ${error.revision!}@-1 --from-disk # once a down.sql is written`,
      shell`aludel backup list # look for a copy from before the run`,
    ],
  });
}

function moved({ target }: MemberRun, { run }: UndoWork): AludelError {
  return new AludelError("fleet-moved", `Database "${target.name}" has moved on since the run`, {
    notes: ["Its revisions are not those that the run left"],
    outcome: "Nothing was changed",
    next: [shell`aludel status`, shell`aludel fleet report ${run}`],
  });
}

function sameIds(a: readonly RevisionId[], b: readonly RevisionId[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}
