import { openScratch } from "../db/open_scratch.ts";
import { digest } from "../project/digest.ts";
import type { Project } from "../project/project.ts";
import { SchemaReader } from "../project/schema_reader.ts";
import { openWorkspace, type Workspace } from "../project/workspace.ts";
import type { CommandContext } from "./command.ts";
import { openProject } from "./open_project.ts";

/** A project, with what reads its schemas. */
export interface OpenSchemas {
  readonly project: Project;
  /** null where there is no manifest. */
  readonly workspace: Workspace | null;
  readonly reader: SchemaReader;
  /** The SQLite that is built in, such as `3.53.2`. */
  readonly sqliteVersion: string;
}

/**
 * Opens what reads schemas; reads none yet.
 * @throws {AludelError} What settings and manifest throw.
 */
export async function openSchemas(
  context: CommandContext,
  flags: { readonly config: string | undefined },
): Promise<OpenSchemas> {
  const project = openProject(context, flags);
  const workspace = openWorkspace(project.files);
  await using memory = openScratch();
  const { sqliteVersion } = memory.capabilities;
  const reader = new SchemaReader({ project, workspace, digest, sqliteVersion });
  return { project, workspace, reader, sqliteVersion };
}
