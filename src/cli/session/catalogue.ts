import { AludelError } from "../../errors.ts";
import { type Catalogue, joinCatalogue } from "../../project/workspace/catalogue.ts";
import { type Project, projectMissing } from "../../project/workspace/project.ts";
import { openWorkspace, type Workspace } from "../../project/workspace/workspace.ts";
import type { CommandContext } from "../arguments/command.ts";
import { type DatabaseCatalogue, openDatabaseCatalogue } from "./database_catalogue.ts";
import { openProject } from "./project.ts";

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

/** Revisions that were found, with where they were found. */
export interface FoundInCatalogue<T> {
  readonly found: T;
  /** The migrations folder for messages. */
  readonly folder: string;
  readonly catalogue: Catalogue;
  /** Where a database was looked at. */
  readonly database: DatabaseCatalogue | undefined;
}

/** Flags that say which project and which database. */
export interface CatalogueFlags {
  readonly config: string | undefined;
  readonly database: string | undefined;
}

/**
 * Looks for revisions among the files alone, which is quick, and in the database too where that is needed: for
 * refs that speak of what is applied, and for names that no file has, because another branch is checked out.
 *
 * @param needsDatabase Whether the refs speak of what is applied.
 * @param find Resolves the refs.
 * @throws {AludelError} What `find` throws, and what opening the project and the database throws.
 */
export async function findInCatalogue<T>(
  context: CommandContext,
  flags: CatalogueFlags,
  needsDatabase: boolean,
  find: (catalogue: Catalogue) => T,
): Promise<FoundInCatalogue<T>> {
  // A database that was named is looked at, and must be there.
  if (needsDatabase || flags.database !== undefined) {
    return await findInDatabase(context, flags, find);
  }
  const { project, catalogue } = openDiskCatalogue(context, flags);
  try {
    return {
      found: find(catalogue),
      folder: project.files.name,
      catalogue,
      database: undefined,
    };
  } catch (error) {
    if (!(error instanceof AludelError) || error.code !== "ref-not-found") throw error;
    return await findInDatabase(context, flags, find).catch(() => {
      throw error; // that the database did not help is not the point
    });
  }
}

async function findInDatabase<T>(
  context: CommandContext,
  flags: CatalogueFlags,
  find: (catalogue: Catalogue) => T,
): Promise<FoundInCatalogue<T>> {
  const { openDatabaseCatalogue } = await import("./database_catalogue.ts");
  const database = await openDatabaseCatalogue(context, flags);
  const { project, catalogue } = database;
  return { found: find(catalogue), folder: project.files.name, catalogue, database };
}

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
