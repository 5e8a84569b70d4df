import { tryFileLock } from "../../db/file_lock.ts";
import { AludelError, FIX_ACCESS } from "../../errors.ts";
import { host } from "../../host/mod.ts";
import { again } from "../../text/next_step.ts";
import { type Project, projectMissing } from "./project.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** How often a lock that another process holds is tried again, in milliseconds. */
const INTERVAL = 20;

/** The name of the file that is locked in a folder, unless another path is given. */
const LOCK_FILE = ".aludel.lock";

/** How a lock is taken. */
export interface LockOptions {
  /** How long to wait for another process, in milliseconds. */
  readonly timeout: number;
  /** Called once, if another process holds the lock. */
  readonly onWait?: () => void;
  /**
   * The file that is locked instead of one in the folder. Beside a folder that is renamed or removed while it is locked:
   * Windows does neither while a file in it is open.
   */
  readonly lockFile?: string;
}

/**
 * Takes the advisory lock on a folder: between reading the manifest to change it and having written it, so that two
 * commands at once lose nothing. The system releases it when the process ends, however it ends.
 *
 * A file in the folder is locked and, on release, removed: locking manifest.json would be of no use, since replacing the
 * file replaces what was locked.
 *
 * @throws {AludelError} `folder-locked` when the time is up, `file-unwritable` if there is no folder or
 * it may not be written.
 */
export async function lockFolder(folder: string, options: LockOptions): Promise<Disposable> {
  const lockFile = options.lockFile ?? `${folder}/${LOCK_FILE}`;
  const attempts = Math.ceil(options.timeout / INTERVAL);
  for (let attempt = 0;; attempt++) {
    const lock = tryLock(folder, lockFile);
    if (lock !== undefined) return lock;
    if (attempt === 0) options.onWait?.();
    if (attempt >= attempts) throw lockedError(folder, options.timeout);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

function tryLock(folder: string, lockFile: string): Disposable | undefined {
  try {
    return tryFileLock(lockFile);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new AludelError("file-unwritable", `"${folder}" could not be locked`, {
      place: { file: folder },
      notes: [cause.message],
      next: [FIX_ACCESS],
      cause,
    });
  }
}

function lockedError(folder: string, timeout: number): AludelError {
  return new AludelError(
    "folder-locked",
    `Another process has been writing to "${folder}" for ${timeout / 1000} s`,
    {
      place: { file: folder },
      outcome: "Nothing was written",
      next: [again` # when the other command has ended`],
    },
  );
}

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
