/** Wrangler's settings, in whichever of their three notations, and the databases that it keeps for local work. */
import { say } from "../text/next_step.ts";
import { ForeignFault, type ForeignFolder, joinPath } from "./foreign.ts";
import {
  parseWrangler,
  WRANGLER_FILES,
  type WranglerDatabase,
  wranglerDatabases,
  WranglerFault,
} from "../project/workspace/d1_address.ts";

/**
 * The D1 databases of a project, those of its environments after the others; none without settings of Wrangler's.  *
 * @throws {ForeignFault} Settings that cannot be read.
 */
export async function readWranglerDatabases(
  project: ForeignFolder,
): Promise<readonly WranglerDatabase[]> {
  const file = WRANGLER_FILES.find((name) => project.read(name) !== null);
  if (file === undefined) return [];
  const all = wranglerDatabases(await parse(file, project.read(file)!));
  const places = new Set<string>();
  return all.filter(({ migrations_dir = "migrations", migrations_table = "" }) => {
    const place = `${migrations_dir}\0${migrations_table}`;
    return !places.has(place) && places.add(place);
  }).map((database) => ({
    ...database,
    ...(database.migrations_dir !== undefined && {
      migrations_dir: joinPath(...database.migrations_dir.split("/")),
    }),
  }));
}

async function parse(file: string, text: string) {
  try {
    return await parseWrangler(file, text);
  } catch (error) {
    if (!(error instanceof WranglerFault)) throw error;
    throw new ForeignFault(file, `The file is ${error.message}`, say("Correct it there"));
  }
}

const LOCAL = ".wrangler/state/v3/d1/miniflare-D1DatabaseObject";

/** The files of the databases that Wrangler keeps for local work, relative to the project. */
export function localDatabases(project: ForeignFolder): readonly string[] {
  return project.list(LOCAL)
    .filter(({ name, isFolder }) =>
      !isFolder && name.endsWith(".sqlite") && name !== "metadata.sqlite"
    )
    .map(({ name }) => joinPath(LOCAL, name));
}
