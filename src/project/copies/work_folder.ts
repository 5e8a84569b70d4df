import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { say } from "../../text/next_step.ts";
import { folderTaken, WORK_PREFIX } from "./restore_points.ts";
import { lockFolder } from "../workspace/folder_lock.ts";
import { pathExists } from "../workspace/files.ts";

/** A folder for copies that are being made, or are looked at once; gone with everything in it when disposed. */
export interface WorkFolder extends Disposable {
  readonly path: string;
  /** What a process that is ended meanwhile leaves: the folder, and the file that is locked for it. */
  readonly traces: readonly string[];
  /** Whether the folder around it was made for it, and goes when it is empty. */
  readonly madeRestoreFolder: boolean;
  /** Ends the disposal: the folder was renamed and stays. */
  keep(): void;
}

/** Ends the name of the file that is locked beside a work folder: Windows renames no folder with an open file in it. */
const LOCK_SUFFIX = ".lock";

const TRIES = 5;

/** For its owner alone. */
const FOLDER_MODE = 0o700;

/**
 * Makes a folder inside the folder of restore points, which is made too, for its owner only. It is locked as long as it
 * is used, so that a later process can tell what a crash left from what is in use.
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
    // Somebody who cleans up was quicker than the lock.
  }
}

/** @returns Whether it was made now: what was there before is never removed. */
function makeRestoreFolder(path: string): boolean {
  try {
    host.files.makeFolder(path, { mode: FOLDER_MODE });
    return true;
  } catch (cause) {
    if (isFolder(path)) return false;
    throw pathExists(path) ? folderTaken(path) : unwritable(path, cause);
  }
}

/** Also one that a link leads to. */
function isFolder(path: string): boolean {
  try {
    return host.files.stat(path).isDirectory;
  } catch {
    return false;
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

/** The folders that a crash left: those that nobody has locked. They are locked while they are looked at. */
async function* leftovers(restoreFolder: string): AsyncGenerator<string> {
  for (const name of workFoldersIn(restoreFolder)) {
    const path = `${restoreFolder}/${name}`;
    try {
      // A crash may have left the file that is locked without its folder: it goes with the lock.
      using _lock = await lockWorkFolder(path);
      yield path;
    } catch (error) {
      // In use, or gone meanwhile.
      if (!(error instanceof AludelError)) throw error;
    }
  }
}

/** Names what a crash left. */
export async function findLeftovers(restoreFolder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(leftovers(restoreFolder))).filter(pathExists);
}

/** Removes what a crash left. */
export async function removeLeftovers(restoreFolder: string): Promise<void> {
  let isCleaned = false;
  for await (const path of leftovers(restoreFolder)) {
    removeFolder(path);
    isCleaned = true;
  }
  // What crashed has probably made it.
  if (isCleaned && isLikeOurs(restoreFolder)) removeEmptyFolder(restoreFolder);
}

/** Whether it is a folder with the permissions that we give it, and no link to one. */
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

/** What cannot be removed, such as a file that a virus scanner has open, is a leftover for the next one. */
function removeFolder(path: string): void {
  try {
    host.files.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Removes a folder that is empty, and nothing else: a link or a file of that name is not ours. */
export function removeEmptyFolder(path: string): void {
  try {
    if (host.files.lstat(path).isDirectory) host.files.remove(path);
  } catch {
    // It holds restore points, or somebody else has just made something in it.
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
