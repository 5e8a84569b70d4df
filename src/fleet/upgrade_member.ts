import { host } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { hasTimeTravel } from "../project/copies/bookmark.ts";
import { readRestoreFolder } from "../project/copies/restore_points.ts";
import { rehearse } from "../project/copies/rehearse.ts";
import { type MigrationRequest, runMigration } from "../project/migrate/migration.ts";
import type { Target } from "../project/workspace/target.ts";
import { describeLoss } from "../runner/loss/verdict.ts";
import { memberError } from "./member_error.ts";
import type { MemberRun } from "./member_run.ts";
import type { RoutePlans } from "./route_plans.ts";
import type { FileStamp, PointName, RehearsalOutcome, UpgradeOutcome } from "./task.ts";

/** Upgrades one database of a fleet. Never throws for a fault of the database. */
export async function upgradeMember(
  run: MemberRun,
  request: MigrationRequest,
  plans: RoutePlans,
): Promise<UpgradeOutcome> {
  const { bench: { setup: { appliedBy, options } }, context, target } = run;
  // If the run was stopped before, the records have the revisions that it committed then.
  const before: string[] = [];
  const facts = () => {
    if (before.length > 0) return { ...found(run), durationMs: run.durationMs };
    const { points, lost, durationMs } = run;
    return { points, lost, durationMs, stamp: stampOf(target) };
  };
  try {
    const planned = await plans.plan(context);
    const { state, route, catalogue } = planned;
    before.push(...state.applied.filter((one) => one.appliedBy === appliedBy).map(({ id }) => id));
    const isIdle = route.steps.length + route.reseals.length + catalogue.past.length === 0;
    const { steps } = isIdle
      ? { steps: [] }
      : await runMigration(context, request, planned, run.host, options);
    const applied = [...before, ...steps.map(({ id }) => id)];
    const after = new Set([...catalogue.applied, ...applied]);
    return {
      result: applied.length > 0 ? "done" : "idle",
      applied,
      heads: catalogue.graph.headsOf(after, "parents"),
      ...facts(),
    };
  } catch (thrown) {
    const committed = thrown instanceof AludelError ? thrown.committed : [];
    const error = memberError(thrown, target.name);
    return { result: "failed", applied: [...before, ...committed], heads: null, ...facts(), error };
  }
}

/** The restore points that have the name of a run. */
export function pointsOf({ target, bench }: MemberRun): readonly PointName[] {
  // Time Travel of D1 has no list of restore points.
  if (target.kind === "memory" || hasTimeTravel(target)) return [];
  return readRestoreFolder(target.path).points
    .filter(({ kind, madeBy }) => kind === "run" && madeBy === bench.setup.appliedBy)
    .map(({ name, holds }) => ({ name, holds }));
}

/** The outcome for a database that was upgraded by a process that was stopped before it recorded it. */
function found(run: MemberRun) {
  const points = pointsOf(run);
  const names = points.map(({ name }) => name).join(", ");
  const unknown = points.length > 0 && run.lost.length === 0;
  return { points, lost: unknown ? [`something that is in ${names}`] : run.lost, stamp: null };
}

/** Upgrades a copy of one database. Never throws for a fault of the database. */
export async function rehearseMember(
  run: MemberRun,
  migration: MigrationRequest,
): Promise<RehearsalOutcome> {
  const { target, context, bench: { setup: { options: { transaction } } } } = run;
  try {
    const request = { target, migration, keep: undefined, transaction };
    const { lost, damage, runMs } = await rehearse(context, request, run.host);
    const losses = [...lost.tables.map(describeLoss), ...lost.objects];
    if (damage.length === 0) return { lost: losses, durationMs: runMs };
    const error = new AludelError(
      "database-corrupt",
      `The rehearsal on "${target.name}" found damage`,
      { notes: damage, next: [] },
    );
    return { lost: losses, durationMs: runMs, error: memberError(error, target.name) };
  } catch (thrown) {
    return { lost: [], durationMs: run.durationMs, error: memberError(thrown, target.name) };
  }
}

/** The stamp of a database's files, which every write changes; null for a server. */
export function stampOf({ kind, path }: Target): FileStamp | null {
  if (kind !== "file") return null;
  const of = (file: string) => {
    try {
      const { size, modified } = host.files.stat(file);
      // An empty WAL file counts as a missing one.
      return size === 0 ? null : `${size} ${modified?.getTime() ?? 0}`;
    } catch {
      return null;
    }
  };
  return [of(path), of(`${path}-wal`)];
}
