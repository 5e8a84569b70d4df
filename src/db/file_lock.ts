import { host } from "../host/mod.ts";
import { SqlError } from "./connection.ts";
import { type NativeDatabase, openNative } from "./node_connection.ts";
import { toSqlError } from "./sqlite_error.ts";

/**
 * Takes an exclusive lock on a file without waiting. The system releases it when the process ends, however it ends;
 * disposing it removes the file too. A file that a crash leaves is empty and locks nothing.
 *
 * The lock is SQLite's own, the one thing that all runtimes have: https://sqlite.org/lockingv3.html
 *
 * @param path The file, which is made if it is not there.
 * @returns undefined if another connection holds the lock.
 * @throws {SqlError} if the file cannot be made or locked.
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
  // The last holder may have removed the file that was opened, and another process made a new one.
  if (before === null || before !== inodeOf(path)) {
    database.close();
    return before === null ? tryFileLock(path) : undefined;
  }
  return {
    [Symbol.dispose]() {
      // Removed while it is locked, so that a process that has it open finds it gone and starts again.
      if (host.os !== "windows") removeQuietly(path);
      database.close();
      // Windows removes no file that is open; if another process has it open by now, it stays.
      if (host.os === "windows") removeQuietly(path);
    },
  };
}

function begin(database: NativeDatabase): boolean {
  try {
    // Without it SQLite makes a journal beside the file, although nothing is written.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    const reason = toSqlError(error, "", undefined);
    if (reason instanceof SqlError && reason.busy) return false;
    throw reason;
  }
}

/** What tells one file from another of its name; on Windows that there is one at all. */
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
    // Gone already, or open elsewhere: the lock is released all the same.
  }
}
