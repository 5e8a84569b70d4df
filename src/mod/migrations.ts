import { AludelError } from "../errors.ts";
import { readLocation } from "../project/workspace/database_location.ts";
import {
  DiskFiles,
  EmbeddedFiles,
  type EmbeddedTexts,
  type RevisionFiles,
} from "../project/workspace/revision_files.ts";
import { openWorkspace, type Workspace } from "../project/workspace/workspace.ts";
import { say } from "../text/next_step.ts";

/**
 * Where an application has its revisions: the path or `file:` URL of a migrations folder, or
 * {@linkcode embedded} texts.
 */
export type Migrations = string | URL | RevisionFiles;

/**
 * Revisions that the application carries in itself, such as text imports.
 *
 * ```ts
 * import { embedded } from "aludel";
 *
 * const migrations = embedded({
 *   "manifest.json": { format: 1, revisions: [null] },
 * });
 * ```
 *
 * @param texts The text of every file by its path inside the migrations folder.
 */
export function embedded(texts: EmbeddedTexts): RevisionFiles {
  return new EmbeddedFiles(texts);
}

/** @throws {AludelError} `project-missing`, and an error of the areas `manifest` and `graph`. */
export function openMigrations(migrations: Migrations): Workspace {
  const files = filesOf(migrations);
  const workspace = openWorkspace(files);
  if (workspace !== null) return workspace;
  throw new AludelError("project-missing", `There is no manifest in "${files.name}"`, {
    notes: ["The path of a migrations folder is relative to the working folder"],
    next: [say('Name the folder from the module: new URL("./migrations/", import.meta.url)')],
  });
}

function filesOf(migrations: Migrations): RevisionFiles {
  if (typeof migrations === "string") return new DiskFiles(withoutEnd(migrations));
  if (!(migrations instanceof URL)) return migrations;
  const location = readLocation(withoutEnd(migrations.href));
  if (migrations.protocol === "file:" && location.kind === "file") {
    return new DiskFiles(location.path);
  }
  throw new AludelError("file-unreadable", `"${migrations.href}" is not a folder on this machine`, {
    next: [say("Name the folder by its path or by a file: URL")],
  });
}

function withoutEnd(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, "");
}
