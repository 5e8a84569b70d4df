import { tryFileLock } from "../../db/file_lock.ts";
import { AludelError, FIX_ACCESS } from "../../errors.ts";
import { again } from "../../text/next_step.ts";
import { isFolder } from "./files.ts";
import { type Project, projectMissing } from "./project.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** The interval between attempts to lock, in milliseconds. */
const INTERVAL = 20;

/** The name of the locked file in a folder, unless another path is given. */
const LOCK_FILE = ".aludel.lock";

/** How to lock a folder. */
export interface LockOptions {
  /** The time to wait for another process, in milliseconds. */
  readonly timeout: number;
  /** Called once, if another process holds the lock. */
  readonly onWait?: () => void;
  /**
   * The locked file instead of one in the folder. It is needed for a folder that is renamed or removed while it is
   * locked, which Windows refuses while a file in it is open.
   */
  readonly lockFile?: string;
}

/**
 * Takes the advisory lock on a folder. It is held from reading the manifest until it is written, so that concurrent
 * commands lose no changes. The system releases it when the process ends, however it ends.
 *
 * It locks a separate file, which is removed on release. Locking manifest.json itself would not work, because the file
 * is replaced.
 *
 * @throws {AludelError} `folder-locked` after the timeout, `file-unwritable` if there is no folder or it is not
 * writable.
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
 * Runs a function that reads and rewrites the manifest under the folder's lock, so that concurrent commands lose no
 * changes. The manifest is read after the lock was taken.
 *
 * @param onWait Called once if another process holds the lock.
 * @throws {AludelError} `project-missing`, `folder-locked`, and the errors of reading the manifest.
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
