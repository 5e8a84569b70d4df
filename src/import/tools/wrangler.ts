/** Wrangler of Cloudflare: its settings, its local databases and its migrations. */
import {
  parseWrangler,
  WRANGLER_FILES,
  type WranglerDatabase,
  wranglerDatabases,
  WranglerFault,
} from "../../project/workspace/d1_address.ts";
import { say } from "../../text/next_step.ts";
import {
  ForeignFault,
  type ForeignFolder,
  type ForeignHistory,
  type ForeignTool,
  inLine,
  joinPath,
  messageOf,
  readListed,
  recordsOf,
} from "../foreign.ts";
import { matchingFiles } from "./files.ts";

const WRANGLER_FILE = /\.sql$/;

/**
 * Wrangler's migrations of D1 databases: `NNNN_name.sql`, recorded with the whole file name.
 * @param databases As {@linkcode readWranglerDatabases} returns them.
 */
export function wrangler(databases: readonly WranglerDatabase[]): ForeignTool {
  return {
    name: "wrangler",
    title: "Wrangler (Cloudflare D1)",
    table: "d1_migrations",
    apply: "npx wrangler d1 migrations apply DATABASE --local",
    onEdit: "ignores",
    find: (project) =>
      databases
        .map((database) => ({
          folder: database.migrations_dir ?? "migrations",
          table: database.migrations_table ?? "d1_migrations",
        }))
        .filter(({ folder }) => matchingFiles(project, folder, WRANGLER_FILE).length > 0),
    read(project, { folder }): ForeignHistory {
      const revisions = matchingFiles(project, folder, WRANGLER_FILE)
        .map(({ input: name }) => {
          const file = joinPath(folder, name);
          return {
            key: name,
            message: messageOf(name.replace(/^\d+_/, "").replace(/\.sql$/, "")),
            created: null,
            up: { file, text: readListed(project, file), transaction: true },
            down: null,
            checksums: [],
          };
        })
        .sort((a, b) => parseInt(a.key) - parseInt(b.key) || (a.key < b.key ? -1 : 1));
      return { revisions: inLine(revisions), notices: [] };
    },
    async state(query, { table }) {
      const rows = await query(`SELECT name FROM "${table}" ORDER BY id`);
      return { table, fault: null, applied: recordsOf(rows, "name") };
    },
  };
}

/**
 * The D1 databases in Wrangler's settings, those of environments last; none if there are no settings.
 * @throws {ForeignFault} The settings cannot be read.
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

/** The files of Wrangler's local databases, relative to the project. */
export function localDatabases(project: ForeignFolder): readonly string[] {
  return project.list(LOCAL)
    .filter(({ name, isFolder }) =>
      !isFolder && name.endsWith(".sqlite") && name !== "metadata.sqlite"
    )
    .map(({ name }) => joinPath(LOCAL, name));
}
