import { host } from "../host/mod.ts";
import { SqlError } from "./connection.ts";
import { type NativeDatabase, openNative } from "./node_connection.ts";
import { toSqlError } from "./sqlite_error.ts";

/**
 * Takes an exclusive lock on a file without waiting. The system releases it when the process ends, even after a crash;
 * disposing it also removes the file. A file left by a crash is empty and not locked.
 *
 * The lock is SQLite's own, because all runtimes have it: https://sqlite.org/lockingv3.html
 *
 * @param path The file, which is created if it does not exist.
 * @returns undefined if another connection holds the lock.
 * @throws {SqlError} if the file cannot be created or locked.
 */
export function tryFileLock(path: string): Disposable | undefined {
  const before = inodeOf(path);
  const database = openNative(path, {});
  try {
    if (!begin(database)) {
      database.close();
      return undefined;
    }
  } catch (error) {
    database.close();
    throw error;
  }
  // The last holder may have removed the opened file, and another process may have created a new one.
  if (before === null || before !== inodeOf(path)) {
    database.close();
    return before === null ? tryFileLock(path) : undefined;
  }
  return {
    [Symbol.dispose]() {
      // The file is removed while it is locked, so that a process that has it open notices and starts again.
      if (host.os !== "windows") removeQuietly(path);
      database.close();
      // Windows does not remove an open file. If another process has it open, it stays.
      if (host.os === "windows") removeQuietly(path);
    },
  };
}

function begin(database: NativeDatabase): boolean {
  try {
    // Otherwise SQLite would create a journal beside the file, although nothing is written.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    const reason = toSqlError(error, "", undefined);
    if (reason instanceof SqlError && reason.busy) return false;
    throw reason;
  }
}

/** The file's inode, to distinguish it from another file of its name; on Windows only whether it exists. */
function inodeOf(path: string): number | null {
  try {
    return host.files.stat(path).inode ?? 0;
  } catch {
    return null;
  }
}

function removeQuietly(path: string): void {
  try {
    host.files.remove(path);
  } catch {
    // It is already gone, or open elsewhere. Closing releases the lock in any case.
  }
}
