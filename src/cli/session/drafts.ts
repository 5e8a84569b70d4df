import { lookAtState } from "../../project/workspace/database_access.ts";
import type { RevisionId } from "../../graph/revision.ts";
import {
  type MigrationRequest,
  planMigration,
  runMigration,
} from "../../project/migrate/migration.ts";
import { type Catalogue, joinCatalogue } from "../../project/workspace/catalogue.ts";
import { NO_STATE } from "../../state/state.ts";
import type { FlagValues, UNDO_FLAGS } from "../arguments/flag.ts";
import { RunReport } from "../render/run.ts";
import { type OpenTarget, openTargetIfNamed, requirePresent } from "./database.ts";
import { migrationContext, runHost } from "./run.ts";
import type { Session } from "./session.ts";

type UndoFlags = FlagValues<typeof UNDO_FLAGS>;

/** A project's revisions with its drafts, and the database that may have applied some of them. */
export interface OpenDrafts {
  readonly catalogue: Catalogue;
  /** undefined if nothing names a database. */
  readonly target: OpenTarget | undefined;
}

/**
 * Opens the project and reads its database.
 *
 * @throws {AludelError} The errors of settings, manifest, target and database. If the database cannot be read, it may
 *   have applied the draft. It is no error if no database is named.
 */
export async function openDrafts(session: Session): Promise<OpenDrafts> {
  const { workspace } = session;
  const target = openTargetIfNamed(session, "run");
  if (target === undefined) return { catalogue: session.catalogue, target };
  const state = await lookAtState(target.access);
  if (state === NO_STATE) requirePresent(target.target);
  return { catalogue: joinCatalogue(workspace, state.applied), target };
}

/**
 * Undoes a revision if the database has applied it, by the same rules as every run.
 *
 * @returns The run for the JSON; null if the database has not applied it.
 * @throws {AludelError} The errors of planning and running.
 */
export async function undoIfApplied(
  session: Session,
  flags: UndoFlags,
  { catalogue, target }: OpenDrafts,
  id: RevisionId,
): Promise<unknown> {
  if (target === undefined || !catalogue.applied.has(id)) return null;
  const migration = migrationContext(session, target);
  const request: MigrationRequest = {
    goal: { kind: "undo", id },
    downFrom: flags.fromDisk ? "disk" : "database",
  };
  const report = new RunReport(session.ui, target.target);
  const see = report.see.bind(report);
  const { restorePoints, resume } = flags;
  const planned = await planMigration(migration, request);
  for (const notice of planned.route.notices) report.see(notice);
  using host = runHost(session, target, see, { restorePoints });
  const outcome = await runMigration(migration, request, planned, host, {
    transaction: "all",
    ...(resume !== undefined && { resume }),
  });
  report.tell(outcome, planned);
  return report.document(outcome, planned);
}
