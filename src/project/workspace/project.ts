import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { shell } from "../../text/next_step.ts";
import { pathExists, resolvePath } from "./files.ts";
import { DiskFiles, MANIFEST_FILE, type RevisionFiles } from "./revision_files.ts";
import { readSettings, readSettingsFile, type Settings, SETTINGS_FILE } from "./settings.ts";

/** A project on disk: its settings and its migrations folder. */
export interface Project {
  readonly settings: Settings;
  /** The absolute path of the migrations folder. */
  readonly migrations: string;
  readonly files: RevisionFiles;
}

/**
 * Opens the project of a folder. The migrations folder need not exist yet; see {@linkcode openWorkspace}.
 *
 * @param folder An absolute path, usually the working folder.
 * @param config A settings file given by the user; otherwise the nearest one in the folder or above it is used.
 * @throws {AludelError} An error of the area `settings`.
 */
export function openProject(folder: string, config?: string): Project {
  const settings = config === undefined ? readSettings(folder) : readSettingsFile(config, folder);
  const migrations = resolvePath(settings.migrations, settings.root);
  return {
    settings,
    migrations,
    files: new DiskFiles(migrations, shownFolder(migrations, folder)),
  };
}

/** The path of the migrations folder from the user's working folder, so that places in messages can be opened there. */
function shownFolder(migrations: string, folder: string): string {
  const prefix = `${folder.replace(/[/\\]$/, "")}/`;
  return migrations.startsWith(prefix) ? migrations.slice(prefix.length) : migrations;
}

/** @throws {AludelError} `project-missing` if no manifest is on disk. */
export function requireProject(project: Project): void {
  if (!pathExists(`${project.migrations}/${MANIFEST_FILE}`)) throw projectMissing(project);
}

/** The error for a command without a project. It says where Aludel looked, and where projects are. */
export function projectMissing({ files, migrations, settings }: Project): AludelError {
  const message = `There is no manifest in "${files.name}"`;
  const folders =
    files.folders().filter((folder) => pathExists(`${migrations}/${folder}/up.sql`)).length;
  const others = folders === 0 ? projectsNear(settings.root) : [];
  const { root } = settings;
  const named = settings.file !== undefined
    ? `The folder is named by "${settings.file}"`
    : others.some((other) => root.startsWith(`${other}/`))
    ? `"${root}" has no ${SETTINGS_FILE}`
    : `"${root}" and the folders above it have no ${SETTINGS_FILE}`;
  if (folders === 0) {
    return new AludelError("project-missing", message, {
      notes: [named, ...others.map((other) => `There is a project in "${other}"`)],
      next: [
        ...others.map((other) => shell`cd ${other}`),
        ...SIGNS.some((sign) => pathExists(`${settings.root}/${sign}`))
          ? [shell`aludel import # take over the migrations that are here`]
          : [],
        shell`aludel init`,
      ],
    });
  }
  // A new manifest would be empty, and only the old one had the order of the revisions.
  return new AludelError("project-missing", message, {
    notes: [
      named,
      `${
        folders === 1 ? "1 revision is" : `${folders} revisions are`
      } there; only the manifest had their order and seals`,
    ],
    next: [shell`git checkout -- ${`${files.name}/${MANIFEST_FILE}`}`],
  });
}

/** Files and folders of projects of other migration tools. */
const SIGNS = [
  ...["alembic.ini", "diesel.toml", "drizzle/meta/_journal.json", "knexfile.js", "knexfile.ts"],
  ...["manage.py", "prisma/migrations", "wrangler.json", "wrangler.jsonc", "wrangler.toml"],
  ...["db/migrate", "db/migrations", "drizzle.config.js", "drizzle.config.ts"],
];

/** The number of folders that are searched for a project. */
const LOOKED_INTO = 2_000;
const DEPTH = 3;
/** The number of projects that an error names. */
const NAMED = 3;

/**
 * Finds projects above a folder, then below it, nearest first; absolute. Hidden folders and node_modules are skipped.
 */
function projectsNear(folder: string): readonly string[] {
  const found: string[] = [];
  for (let at = parentOf(folder); at !== undefined; at = parentOf(at)) {
    if (isProject(at)) found.push(at);
  }
  const queue = [{ path: folder, depth: 0 }];
  for (let next = 0; next < queue.length && next < LOOKED_INTO && found.length < NAMED; next++) {
    const { path, depth } = queue[next]!;
    if (depth > 0 && isProject(path)) found.push(path);
    else if (depth < DEPTH) {
      for (const name of foldersIn(path)) queue.push({ path: `${path}/${name}`, depth: depth + 1 });
    }
  }
  return found.slice(0, NAMED);
}

function isProject(folder: string): boolean {
  return pathExists(`${folder}/${SETTINGS_FILE}`) ||
    pathExists(`${folder}/migrations/${MANIFEST_FILE}`);
}

function parentOf(folder: string): string | undefined {
  const parent = folder.replace(/[/\\][^/\\]*$/, "");
  return parent === folder || parent === "" ? undefined : parent;
}

function foldersIn(folder: string): readonly string[] {
  try {
    return [...host.files.list(folder)]
      .filter(({ name, isDirectory }) =>
        isDirectory && !name.startsWith(".") && name !== "node_modules"
      )
      .map(({ name }) => name).sort();
  } catch {
    return []; // It may not be read.
  }
}
