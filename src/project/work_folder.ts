import { AludelError } from "../errors.ts";
import { lockFolder } from "./folder_lock.ts";
import { WORK_PREFIX } from "./restore_folder.ts";

/** A folder for copies that are being made, or are looked at once; gone with everything in it when disposed. */
export interface WorkFolder extends Disposable {
  readonly path: string;
  /** Ends the disposal: the folder was renamed and stays. */
  keep(): void;
}

const TRIES = 5;

/**
 * Makes a folder inside the folder of restore points, which is made too, for its owner only. It is locked as long as it
 * is used, so that whoever comes later knows what a crash left from what is in use.
 *
 * @throws {AludelError} `copy-failed` where the folder cannot be written.
 */
export async function openWorkFolder(restoreFolder: string): Promise<WorkFolder> {
  for (let tries = 1;; tries++) {
    const path = `${restoreFolder}/${WORK_PREFIX}${crypto.randomUUID().slice(0, 8)}`;
    try {
      Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw unwritable(restoreFolder, cause);
    }
    try {
      return workFolder(path, restoreFolder, await lockFolder(path, { timeout: 0 }));
    } catch (error) {
      // Somebody who cleans up was quicker than the lock.
      if (!(error instanceof AludelError) || tries === TRIES) throw error;
    }
  }
}

function workFolder(path: string, restoreFolder: string, lock: Disposable): WorkFolder {
  let isKept = false;
  return {
    path,
    keep: () => void (isKept = true),
    [Symbol.dispose]() {
      if (!isKept) removeFolder(path);
      lock[Symbol.dispose]();
      removeIfEmpty(restoreFolder);
    },
  };
}

/** The folders that a crash left: those that nobody has locked. They are locked while they are looked at. */
async function* leftovers(restoreFolder: string): AsyncGenerator<string> {
  for (const name of workFoldersIn(restoreFolder)) {
    const path = `${restoreFolder}/${name}`;
    try {
      using _lock = await lockFolder(path, { timeout: 0 });
      yield path;
    } catch (error) {
      // In use, or gone meanwhile.
      if (!(error instanceof AludelError)) throw error;
    }
  }
}

/** Names what a crash left. */
export async function findLeftovers(restoreFolder: string): Promise<readonly string[]> {
  return await Array.fromAsync(leftovers(restoreFolder));
}

/** Removes what a crash left. */
export async function removeLeftovers(restoreFolder: string): Promise<void> {
  for await (const path of leftovers(restoreFolder)) removeFolder(path);
  removeIfEmpty(restoreFolder);
}

function workFoldersIn(restoreFolder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(restoreFolder)]
      .filter((entry) => entry.isDirectory && entry.name.startsWith(WORK_PREFIX))
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function removeFolder(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function removeIfEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It holds restore points, or somebody else has just made something in it.
  }
}

function unwritable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  return new AludelError("copy-failed", `The folder "${path}" cannot be written`, {
    notes: [cause.message],
    next: ["Make the database's folder writable"],
    cause,
  });
}
