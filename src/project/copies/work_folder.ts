import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import type { RunHost } from "../../runner/request.ts";
import { say } from "../../text/next_step.ts";
import { folderTaken, WORK_PREFIX } from "./restore_points.ts";
import { lockFolder } from "../workspace/folder_lock.ts";
import { isFolder, pathExists } from "../workspace/files.ts";

/** A folder for temporary copies and for those that are being made. It is removed with its content when disposed. */
export interface WorkFolder extends Disposable {
  readonly path: string;
  /** What remains if the process is killed: the folder and its lock file. */
  readonly traces: readonly string[];
  /** Whether the folder around it was made for it, and is removed if it is empty. */
  readonly madeRestoreFolder: boolean;
  /** Called if the folder was renamed: it is not removed. */
  keep(): void;
}

/** The ending of the lock file beside a work folder: Windows does not rename a folder with an open file in it. */
const LOCK_SUFFIX = ".lock";

const TRIES = 5;

/** For its owner alone. */
const FOLDER_MODE = 0o700;

/**
 * Makes a folder inside the folder of restore points, which is also made, for its owner only. It is locked while it is
 * in use, so that another process can distinguish it from one that a crash left.
 *
 * @throws {AludelError} `copy-failed` if the folder cannot be written, `restore-folder-taken` if it is a file.
 */
export async function openWorkFolder(restoreFolder: string): Promise<WorkFolder> {
  let isMade = false;
  for (let tries = 1;; tries++) {
    isMade = makeRestoreFolder(restoreFolder) || isMade;
    const path = `${restoreFolder}/${WORK_PREFIX}${crypto.randomUUID().slice(0, 8)}`;
    try {
      host.files.makeFolder(path, { mode: 0o700 });
    } catch (cause) {
      if (host.fault(cause) === "not-found" && tries < TRIES) continue;
      if (isMade) removeEmptyFolder(restoreFolder);
      throw unwritable(restoreFolder, cause);
    }
    try {
      const lock = await lockWorkFolder(path);
      if (pathExists(path)) return workFolder(path, restoreFolder, isMade, lock);
      lock[Symbol.dispose]();
    } catch (error) {
      if (!(error instanceof AludelError) || tries === TRIES) throw error;
    }
    // Another process has removed the folder before it was locked.
  }
}

/** Removes what a crash left, opens a work folder, and tells what has to be removed if the process is ended. */
export async function prepareWorkFolder(
  restoreFolder: string,
  { emit }: Pick<RunHost, "emit">,
): Promise<WorkFolder> {
  await removeLeftovers(restoreFolder);
  const work = await openWorkFolder(restoreFolder);
  for (const path of work.traces) emit({ type: "temporary", path });
  return work;
}

/** @returns Whether it was made now: a folder that existed before is never removed. */
function makeRestoreFolder(path: string): boolean {
  try {
    host.files.makeFolder(path, { mode: FOLDER_MODE });
    return true;
  } catch (cause) {
    if (isFolder(path)) return false;
    throw pathExists(path) ? folderTaken(path) : unwritable(path, cause);
  }
}

function workFolder(
  path: string,
  restoreFolder: string,
  madeRestoreFolder: boolean,
  lock: Disposable,
): WorkFolder {
  let isKept = false;
  return {
    path,
    traces: [path, path + LOCK_SUFFIX],
    madeRestoreFolder,
    keep: () => void (isKept = true),
    [Symbol.dispose]() {
      if (!isKept) removeFolder(path);
      lock[Symbol.dispose]();
      if (madeRestoreFolder) removeEmptyFolder(restoreFolder);
    },
  };
}

function lockWorkFolder(path: string): Promise<Disposable> {
  return lockFolder(path, { timeout: 0, lockFile: path + LOCK_SUFFIX });
}

/** The folders that a crash left: those that are not locked. Each is locked until the next one is asked for. */
async function* leftovers(restoreFolder: string): AsyncGenerator<string> {
  for (const name of workFoldersIn(restoreFolder)) {
    const path = `${restoreFolder}/${name}`;
    try {
      // A crash may have left a lock file without its folder. Releasing the lock removes it.
      using _lock = await lockWorkFolder(path);
      yield path;
    } catch (error) {
      // It is in use, or was removed.
      if (!(error instanceof AludelError)) throw error;
    }
  }
}

/** The paths of folders that a crash left. */
export async function findLeftovers(restoreFolder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(leftovers(restoreFolder))).filter(pathExists);
}

/** Removes folders that a crash left. */
export async function removeLeftovers(restoreFolder: string): Promise<void> {
  let isCleaned = false;
  for await (const path of leftovers(restoreFolder)) {
    removeFolder(path);
    isCleaned = true;
  }
  // The process that crashed has probably made it.
  if (isCleaned && isLikeOurs(restoreFolder)) removeEmptyFolder(restoreFolder);
}

/** Whether a path is a folder with the permissions that Aludel gives it, and not a link. */
function isLikeOurs(path: string): boolean {
  try {
    const { isDirectory, mode } = host.files.lstat(path);
    return isDirectory && (mode === null || (mode & 0o777) === FOLDER_MODE);
  } catch {
    return false;
  }
}

function workFoldersIn(restoreFolder: string): readonly string[] {
  try {
    const names = [...host.files.list(restoreFolder)]
      .filter(({ name, isDirectory }) =>
        name.startsWith(WORK_PREFIX) && (isDirectory || name.endsWith(LOCK_SUFFIX))
      )
      .map(({ name }) => name.endsWith(LOCK_SUFFIX) ? name.slice(0, -LOCK_SUFFIX.length) : name);
    return [...new Set(names)];
  } catch {
    return [];
  }
}

/** Removes a folder. If that fails, for example because a virus scanner has a file open, the next command tries again. */
function removeFolder(path: string): void {
  try {
    host.files.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Removes a folder if it is empty, but not a link or a file. */
export function removeEmptyFolder(path: string): void {
  try {
    if (host.files.lstat(path).isDirectory) host.files.remove(path);
  } catch {
    // It contains restore points, or another process has just made something in it.
  }
}

function unwritable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  return new AludelError("copy-failed", `The folder "${path}" cannot be written`, {
    notes: [cause.message],
    next: [say("Make the database's folder writable")],
    cause,
  });
}
