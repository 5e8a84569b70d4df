import { committedTexts } from "../git/committed_texts.ts";
import { gitFolder } from "../git/git_folder.ts";
import { digest } from "../project/digest.ts";
import type { MigrationContext } from "../project/migration.ts";
import type { Project } from "../project/project.ts";
import type { Workspace } from "../project/workspace.ts";
import type { OpenTarget } from "./open_target.ts";

/** What the use cases that change a database need, from what the command line opened. */
export async function migrationContext(
  project: Project,
  workspace: Workspace | null,
  { target, access }: OpenTarget,
): Promise<MigrationContext> {
  return {
    workspace,
    access,
    drafts: target.drafts,
    digest,
    sealedTexts: (entry) => committedTexts(gitFolder(project.migrations), entry, digest),
    sqliteVersion: await access.sqliteVersion(),
  };
}
