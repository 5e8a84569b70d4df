import { AludelError } from "../errors.ts";
import { DiskFiles } from "./disk_files.ts";
import { pathExists } from "./path_exists.ts";
import { readSettings, readSettingsFile } from "./read_settings.ts";
import { resolvePath } from "./resolve_path.ts";
import { MANIFEST_FILE, type RevisionFiles } from "./revision_files.ts";
import type { Settings } from "./settings.ts";

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
 * @param config A settings file that was named; otherwise the nearest one in the folder or above it.
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

/** The migrations folder as seen from where the user stands, so that places can be opened from there. */
function shownFolder(migrations: string, folder: string): string {
  const prefix = `${folder.replace(/[/\\]$/, "")}/`;
  return migrations.startsWith(prefix) ? migrations.slice(prefix.length) : migrations;
}

/** The error for a command that needs a project where there is none. */
export function projectMissing({ files, migrations, settings }: Project): AludelError {
  const named = settings.file === undefined
    ? "No aludel.json was found in this folder or above it either"
    : `The folder is named by "${settings.file}"`;
  const message = `There is no manifest in "${files.name}"`;
  const folders =
    files.folders().filter((folder) => pathExists(`${migrations}/${folder}/up.sql`)).length;
  if (folders === 0) {
    return new AludelError("project-missing", message, { notes: [named], next: ["aludel init"] });
  }
  // A new manifest would be an empty one, and the order of the revisions stood in the old one alone.
  return new AludelError("project-missing", message, {
    notes: [
      named,
      `${
        folders === 1 ? "1 revision is" : `${folders} revisions are`
      } there; only the manifest had their order and seals`,
    ],
    next: [`git checkout -- ${files.name}/${MANIFEST_FILE}`],
  });
}
