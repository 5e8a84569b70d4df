import type { Catalogue } from "../project/catalogue.ts";
import { joinCatalogue } from "../project/catalogue.ts";
import { lookAtState } from "../project/look_at_state.ts";
import type { Project } from "../project/project.ts";
import { openWorkspace, type Workspace } from "../project/workspace.ts";
import { NO_STATE, type State } from "../state/read_state.ts";
import type { CommandContext } from "./command.ts";
import { openProject } from "./open_project.ts";
import { type OpenTarget, openTarget, requirePresent } from "./open_target.ts";

/** A project joined with what a database records. */
export interface DatabaseCatalogue extends OpenTarget {
  readonly project: Project;
  /** null where there is no manifest: the database alone. */
  readonly workspace: Workspace | null;
  readonly state: State;
  /** Whether the database exists. */
  readonly present: boolean;
  readonly catalogue: Catalogue;
}

/**
 * Opens the project that a command line means, and looks at its database. Creates nothing.
 *
 * @throws {AludelError} What settings, manifest, target and database throw.
 */
export async function openDatabaseCatalogue(
  context: CommandContext,
  flags: { readonly config: string | undefined; readonly database: string | undefined },
): Promise<DatabaseCatalogue> {
  const project = openProject(context, flags);
  const workspace = openWorkspace(project.files);
  const open = openTarget(context, project, flags);
  const state = await lookAtState(open.access);
  if (state === NO_STATE) requirePresent(open.target);
  return {
    ...open,
    project,
    workspace,
    state,
    present: state !== NO_STATE,
    catalogue: joinCatalogue(workspace, state.applied),
  };
}
