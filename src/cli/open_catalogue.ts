import { type Catalogue, joinCatalogue } from "../project/catalogue.ts";
import { type Project, projectMissing } from "../project/project.ts";
import { openWorkspace, type Workspace } from "../project/workspace.ts";
import type { CommandContext } from "./command.ts";
import { openProject } from "./open_project.ts";

/** A project with all revisions that are known of it. */
export interface OpenCatalogue {
  readonly project: Project;
  readonly workspace: Workspace;
  readonly catalogue: Catalogue;
}

/**
 * Opens the project that a command line means, from its files alone.
 *
 * @throws {AludelError} `project-missing`, and what settings and manifest throw.
 */
export function openDiskCatalogue(
  context: CommandContext,
  flags: { readonly config: string | undefined },
): OpenCatalogue {
  const project = openProject(context, flags);
  const workspace = openWorkspace(project.files);
  if (workspace === null) throw projectMissing(project);
  return { project, workspace, catalogue: joinCatalogue(workspace, []) };
}
