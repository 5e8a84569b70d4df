import { host } from "../../host/mod.ts";
import { lockFolder } from "./folder_lock.ts";
import { type Project, projectMissing } from "./project.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/**
 * Runs a function that reads and rewrites the manifest while this process alone may: two commands at once
 * lose nothing. The manifest is read after the lock was taken.
 *
 * @param onWait Called once if another process holds the lock.
 * @throws {AludelError} `project-missing`, `folder-locked`, and what reading the manifest throws.
 */
export async function changeManifest<T>(
  project: Project,
  onWait: () => void,
  change: (workspace: Workspace) => T | Promise<T>,
): Promise<T> {
  if (!isFolder(project.migrations)) throw projectMissing(project);
  const timeout = project.settings.lockTimeout * 1000;
  using _lock = await lockFolder(project.migrations, { timeout, onWait });
  const workspace = openWorkspace(project.files);
  if (workspace === null) throw projectMissing(project);
  return await change(workspace);
}

function isFolder(path: string): boolean {
  try {
    return host.files.stat(path).isDirectory;
  } catch {
    return false; // what is in the way is reported when the folder is needed
  }
}
