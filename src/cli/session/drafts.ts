import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import {
  lookAtState,
  type MigrationRequest,
  planMigration,
  runMigration,
} from "../../project/migrate/migration.ts";
import { type Catalogue, joinCatalogue } from "../../project/workspace/catalogue.ts";
import { type Project, projectMissing } from "../../project/workspace/project.ts";
import { openWorkspace, type Workspace } from "../../project/workspace/workspace.ts";
import { NO_STATE } from "../../state/state.ts";
import type { CommandContext } from "../arguments/command.ts";
import type { FlagValues, SHARED_FLAGS, UNDO_FLAGS } from "../arguments/flag.ts";
import { RunReport } from "../render/run.ts";
import { openProject } from "./project.ts";
import { lookPatience, migrationContext, runHost } from "./run_host.ts";
import { type OpenTarget, openTarget, requirePresent } from "./target.ts";

type UndoFlags = FlagValues<typeof UNDO_FLAGS> & Pick<FlagValues<typeof SHARED_FLAGS>, "config">;

/** A project with its drafts, and the database that may have applied some of them. */
export interface DraftSession {
  readonly project: Project;
  readonly workspace: Workspace;
  readonly catalogue: Catalogue;
  /** undefined where nothing names a database. */
  readonly target: OpenTarget | undefined;
}

/**
 * Opens the project and looks at its database.
 *
 * @throws {AludelError} What settings, manifest, target and database throw: what cannot be looked at may have applied the
 *   draft. That nothing names a database is no error.
 */
export async function openDrafts(
  context: CommandContext,
  flags: Pick<UndoFlags, "config" | "database">,
): Promise<DraftSession> {
  const project = openProject(context, flags);
  const workspace = openWorkspace(project.files);
  if (workspace === null) throw projectMissing(project);
  try {
    const target = openTarget(context, project, flags, "run");
    const state = await lookAtState(target.access);
    if (state === NO_STATE) requirePresent(target.target);
    return { project, workspace, catalogue: joinCatalogue(workspace, state.applied), target };
  } catch (error) {
    if (!(error instanceof AludelError && error.code === "target-none")) throw error;
    return { project, workspace, catalogue: joinCatalogue(workspace, []), target: undefined };
  }
}

/**
 * Undoes a revision where the database has applied it, by the rules of every run.
 *
 * @returns The run for the JSON; null where the database has not applied it.
 * @throws {AludelError} What planning and running throw.
 */
export async function undoIfApplied(
  context: CommandContext,
  flags: UndoFlags,
  { project, workspace, catalogue, target }: DraftSession,
  id: RevisionId,
): Promise<unknown> {
  if (target === undefined || !catalogue.applied.has(id)) return null;
  const migration = await migrationContext(project, workspace, target);
  const request: MigrationRequest = {
    goal: { kind: "undo", id },
    downFrom: flags.fromDisk ? "disk" : "database",
  };
  const report = new RunReport(context.ui, target.target);
  const see = report.see.bind(report);
  const { lockTimeout, restorePoints, resume } = flags;
  const waiting = lookPatience(context, project, target, lockTimeout, see);
  const planned = await planMigration(migration, request, waiting);
  for (const notice of planned.route.notices) report.see(notice);
  using host = runHost(context, project, target, lockTimeout, see, { restorePoints });
  const outcome = await runMigration(migration, request, planned, host, {
    transaction: "all",
    ...(resume !== undefined && { resume }),
  });
  report.tell(outcome, planned);
  return report.document(outcome);
}
