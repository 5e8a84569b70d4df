import { AludelError } from "../errors.ts";
import type { Catalogue } from "../project/catalogue.ts";
import type { CommandContext } from "./command.ts";
import { openDiskCatalogue } from "./open_catalogue.ts";
import type { DatabaseCatalogue } from "./open_database_catalogue.ts";

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
  const { openDatabaseCatalogue } = await import("./open_database_catalogue.ts");
  const database = await openDatabaseCatalogue(context, flags);
  const { project, catalogue } = database;
  return { found: find(catalogue), folder: project.files.name, catalogue, database };
}
