import { findBranches } from "../../git/branches.ts";
import { gitFolder } from "../../git/git.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { lookAtState } from "../../project/migrate/migration.ts";
import { type Catalogue, joinCatalogue } from "../../project/workspace/catalogue.ts";
import type { Project } from "../../project/workspace/project.ts";
import { openWorkspace, type Workspace } from "../../project/workspace/workspace.ts";
import { NO_STATE, type State } from "../../state/state.ts";
import { again, shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import { openProject } from "./project.ts";
import { type OpenTarget, openTarget, requirePresent } from "./target.ts";

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

/** Where a revision is that the database has and the disk has not. */
export interface UnknownRevision {
  readonly id: RevisionId;
  /** The branches of git that have it, the one with the newest commit first. */
  readonly branches: readonly string[];
  /** A sentence without a period. */
  readonly says: string;
}

/** What to type where the database has revisions of another branch. */
export const TAKE_ALONG = shell`aludel switch # bring the database to what is checked out`;

/** What to type where the database has no revision of this project. */
export const NAME_ANOTHER = again`-d PATH # name the database of this project`;

/** So many branches are named. */
const NAMED = 3;

/** Looks through the branches of the repository for revisions that are not on disk. */
export async function locateUnknown(
  project: Project,
  ids: readonly RevisionId[],
): Promise<readonly UnknownRevision[]> {
  if (ids.length === 0) return [];
  const search = await findBranches(gitFolder(project.migrations), ids);
  return ids.map((id) => {
    const branches = search?.branches.get(id) ?? [];
    return { id, branches, says: sentence(id, branches, search?.lookedThrough) };
  });
}

function sentence(
  id: RevisionId,
  branches: readonly string[],
  lookedThrough: number | undefined,
): string {
  const fact = `"${id}" is not on disk`;
  if (lookedThrough === undefined) return `${fact}, and there is no git repository to look in`;
  if (branches.length === 0) {
    return `${fact}, and no branch of this repository has it (${lookedThrough} looked through)`;
  }
  const named = branches.slice(0, NAMED).map((name) => `"${name}"`).join(", ");
  const more = branches.length > NAMED ? ` and ${branches.length - NAMED} more` : "";
  return `${fact}: the ${branches.length === 1 ? "branch" : "branches"} ${named}${more} ${
    branches.length === 1 ? "has" : "have"
  } it`;
}
