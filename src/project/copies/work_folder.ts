import { AludelError } from "../../errors.ts";
import { say } from "../../text/next_step.ts";
import { folderTaken, WORK_PREFIX } from "./restore_points.ts";
import { lockFolder, type LockOptions } from "../workspace/folder_lock.ts";
import { pathExists } from "../workspace/files.ts";

/** A folder for copies that are being made, or are looked at once; gone with everything in it when disposed. */
export interface WorkFolder extends Disposable {
  readonly path: string;
  /** Whether the folder around it was made for it, and goes when it is empty. */
  readonly madeRestoreFolder: boolean;
  /** Ends the disposal: the folder was renamed and stays. */
  keep(): void;
}

/** Whether the folder is locked or a file beside it: the tests take either on any system. */
type LockedThing = LockOptions["on"];

/** Ends the name of the file that is locked beside a work folder, where a folder cannot be locked. */
const LOCK_SUFFIX = ".lock";

const TRIES = 5;

/** For its owner alone. */
const FOLDER_MODE = 0o700;

/**
 * Makes a folder inside the folder of restore points, which is made too, for its owner only. It is locked as long as it
 * is used, so that whoever comes later knows what a crash left from what is in use.
 *
 * @throws {AludelError} `copy-failed` if the folder cannot be written, `restore-folder-taken` if it is a file.
 */
export async function openWorkFolder(
  restoreFolder: string,
  on?: LockedThing,
): Promise<WorkFolder> {
  let isMade = false;
  for (let tries = 1;; tries++) {
    isMade = makeRestoreFolder(restoreFolder) || isMade;
    const path = `${restoreFolder}/${WORK_PREFIX}${crypto.randomUUID().slice(0, 8)}`;
    try {
      Deno.mkdirSync(path, { mode: 0o700 });
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound && tries < TRIES) continue;
      if (isMade) removeEmptyFolder(restoreFolder);
      throw unwritable(restoreFolder, cause);
    }
    try {
      const lock = await lockWorkFolder(path, on);
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
    Deno.mkdirSync(path, { mode: FOLDER_MODE });
    return true;
  } catch (cause) {
    if (isFolder(path)) return false;
    throw pathExists(path) ? folderTaken(path) : unwritable(path, cause);
  }
}

/** Also one that a link leads to. */
function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
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
    madeRestoreFolder,
    keep: () => void (isKept = true),
    [Symbol.dispose]() {
      if (!isKept) removeFolder(path);
      lock[Symbol.dispose]();
      if (madeRestoreFolder) removeEmptyFolder(restoreFolder);
    },
  };
}

function lockWorkFolder(path: string, on: LockedThing): Promise<Disposable> {
  return lockFolder(path, {
    timeout: 0,
    lockFile: path + LOCK_SUFFIX,
    ...(on !== undefined && { on }),
  });
}

/** The folders that a crash left: those that nobody has locked. They are locked while they are looked at. */
async function* leftovers(restoreFolder: string, on: LockedThing): AsyncGenerator<string> {
  for (const name of workFoldersIn(restoreFolder)) {
    const path = `${restoreFolder}/${name}`;
    try {
      // A crash may have left the file that is locked without its folder: it goes with the lock.
      using _lock = await lockWorkFolder(path, pathExists(path) ? on : "file");
      yield path;
    } catch (error) {
      // In use, or gone meanwhile.
      if (!(error instanceof AludelError)) throw error;
    }
  }
}

/** Names what a crash left. */
export async function findLeftovers(
  restoreFolder: string,
  on?: LockedThing,
): Promise<readonly string[]> {
  return (await Array.fromAsync(leftovers(restoreFolder, on))).filter(pathExists);
}

/** Removes what a crash left. */
export async function removeLeftovers(restoreFolder: string, on?: LockedThing): Promise<void> {
  let isCleaned = false;
  for await (const path of leftovers(restoreFolder, on)) {
    removeFolder(path);
    isCleaned = true;
  }
  // What crashed has probably made it.
  if (isCleaned && isLikeOurs(restoreFolder)) removeEmptyFolder(restoreFolder);
}

/** Whether it is a folder with the permissions that we give it, and no link to one. */
function isLikeOurs(path: string): boolean {
  try {
    const { isDirectory, mode } = Deno.lstatSync(path);
    return isDirectory && (mode === null || (mode & 0o777) === FOLDER_MODE);
  } catch {
    return false;
  }
}

function workFoldersIn(restoreFolder: string): readonly string[] {
  try {
    const names = [...Deno.readDirSync(restoreFolder)]
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
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Removes a folder that is empty, and nothing else: a link or a file of that name is not ours. */
export function removeEmptyFolder(path: string): void {
  try {
    if (Deno.lstatSync(path).isDirectory) Deno.removeSync(path);
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
