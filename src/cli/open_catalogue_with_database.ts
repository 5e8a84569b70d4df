import { AludelError } from "../errors.ts";
import type { Catalogue } from "../project/catalogue.ts";
import type { Project } from "../project/project.ts";
import { projectMissing } from "../project/project.ts";
import type { CommandContext } from "./command.ts";
import type { CatalogueFlags } from "./find_in_catalogue.ts";
import { openDiskCatalogue } from "./open_catalogue.ts";
import { type DatabaseCatalogue, openDatabaseCatalogue } from "./open_database_catalogue.ts";

/** A project, with its database where there is one. */
export interface CatalogueWithDatabase {
  readonly project: Project;
  readonly catalogue: Catalogue;
  readonly database: DatabaseCatalogue | undefined;
}

/**
 * Opens the project, and its database if that is possible: one that cannot be read is a warning, because the files
 * can be looked at without it.
 *
 * @param needsDatabase Whether it makes no sense without.
 * @throws {AludelError} `project-missing` and what the files throw; what the database throws where it is needed.
 */
export async function openCatalogueWithDatabase(
  context: CommandContext,
  flags: CatalogueFlags,
  needsDatabase: boolean,
): Promise<CatalogueWithDatabase> {
  try {
    const database = await openDatabaseCatalogue(context, flags);
    const { project, workspace, catalogue } = database;
    if (workspace === null && catalogue.records.size === 0) throw projectMissing(project);
    return { project, catalogue, database };
  } catch (error) {
    const optional = error instanceof AludelError && /^(target|database|state)-/.test(error.code);
    if (needsDatabase || flags.database !== undefined || !optional) throw error;
    if (error.code !== "target-none") {
      context.ui.warning(`the database was not looked at: ${error.message}`);
    }
    return { ...openDiskCatalogue(context, flags), database: undefined };
  }
}
