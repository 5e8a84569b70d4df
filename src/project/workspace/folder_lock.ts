import { AludelError, MEND_ACCESS } from "../../errors.ts";
import { again } from "../../text/next_step.ts";

/** How often a lock that another process holds is tried again, in milliseconds. */
const INTERVAL = 20;

/** The name of the file that is locked where a folder cannot be, unless another path is given. */
const LOCK_FILE = ".aludel.lock";

/** What a lock is taken with. */
export interface LockOptions {
  /** How long to wait for another process, in milliseconds. */
  readonly timeout: number;
  /** Called once, when it turns out that there is somebody to wait for. */
  readonly onWait?: () => void;
  /** `file` is for systems that cannot lock a folder; the tests take it on any. */
  readonly on?: "folder" | "file";
  /**
   * The file that is locked in the folder's stead. Beside a folder that is renamed or removed while it is locked:
   * Windows does neither while a file in it is open.
   */
  readonly lockFile?: string;
}

/**
 * Takes the advisory lock on a migrations folder: between reading the manifest to change it and having
 * written it, so that two commands at once lose nothing. The system releases it when the process ends,
 * however it ends.
 *
 * On Linux, macOS and the BSDs the folder itself is locked (flock), so nothing is left behind. Locking
 * manifest.json would be of no use, as replacing the file replaces what was locked. On Windows, and on
 * file systems that refuse it (some network mounts), a file `.aludel.lock` in the folder is locked, and
 * removed on release; one left by a crash is an empty file that stops nobody.
 *
 * @throws {AludelError} `folder-locked` when the time is up, `file-unwritable` if there is no folder or
 * it may not be opened.
 */
export async function lockFolder(folder: string, options: LockOptions): Promise<Disposable> {
  const on = options.on ?? (Deno.build.os === "windows" ? "file" : "folder");
  const lockFile = options.lockFile ?? `${folder}/${LOCK_FILE}`;
  const attempts = Math.ceil(options.timeout / INTERVAL);
  for (let attempt = 0;; attempt++) {
    const lock = tryLock(folder, lockFile, on);
    if (lock !== undefined) return lock;
    if (attempt === 0) options.onWait?.();
    if (attempt >= attempts) throw lockedError(folder, options.timeout);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

function tryLock(
  folder: string,
  lockFile: string,
  on: "folder" | "file",
): Disposable | undefined {
  try {
    return on === "folder" ? tryLockFolder(folder, lockFile) : tryLockFile(lockFile);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new AludelError("file-unwritable", `"${folder}" could not be locked`, {
      place: { file: folder },
      notes: [cause.message],
      next: [MEND_ACCESS],
      cause,
    });
  }
}

function tryLockFolder(folder: string, lockFile: string): Disposable | undefined {
  const handle = Deno.openSync(folder, { read: true });
  try {
    if (handle.tryLockSync(true)) return { [Symbol.dispose]: () => handle.close() };
  } catch {
    handle.close();
    return tryLockFile(lockFile);
  }
  handle.close();
  return undefined;
}

function tryLockFile(path: string): Disposable | undefined {
  let handle: Deno.FsFile;
  try {
    handle = Deno.openSync(path, { create: true, write: true, read: true });
  } catch (error) {
    // Windows says so while a removed file is still open somewhere: the same as being locked.
    if (Deno.build.os === "windows" && error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
  if (!handle.tryLockSync(true) || !isStillThere(path, handle)) {
    handle.close();
    return undefined;
  }
  return {
    [Symbol.dispose]: () => {
      // Removed while locked, so that whoever opened it meanwhile finds it gone and begins again.
      try {
        Deno.removeSync(path);
      } catch {
        // Already gone: the lock is released all the same.
      }
      handle.close();
    },
  };
}

/** Whether the path still leads to the file that was opened: its last holder may have removed it. */
function isStillThere(path: string, handle: Deno.FsFile): boolean {
  try {
    const [now, opened] = [Deno.statSync(path), handle.statSync()];
    return now.ino === opened.ino && now.dev === opened.dev;
  } catch {
    return false;
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
