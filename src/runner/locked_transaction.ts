import type { Connection } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { readMark, type StateMark } from "../state/state_mark.ts";
import type { RunHost } from "./run_request.ts";
import { executePatiently } from "./write_lock.ts";

/**
 * Takes the write lock, makes sure that nobody moved the state meanwhile, works, and commits.
 *
 * https://sqlite.org/lang_transaction.html: BEGIN IMMEDIATE takes the lock that only one connection can
 * have. COMMIT may still meet a reader and is tried again.
 *
 * @param assumed The state's mark when the work was planned.
 * @returns `moved` without having worked, or `done` with the work's result.
 * @throws What `work` throws, after ROLLBACK; `lock-timeout`; `interrupted`.
 */
export async function lockedTransaction<T>(
  connection: Connection,
  host: RunHost,
  assumed: StateMark,
  work: () => Promise<T>,
): Promise<{ readonly moved: true } | { readonly moved: false; readonly result: T }> {
  await executePatiently(connection, "BEGIN IMMEDIATE", host);
  try {
    if (await readMark(connection) !== assumed) {
      await connection.execute("ROLLBACK");
      return { moved: true };
    }
    const result = await work();
    if (host.interrupted()) throw new AludelError("interrupted", "Interrupted before COMMIT");
    await executePatiently(connection, "COMMIT", host);
    return { moved: false, result };
  } catch (error) {
    await rollback(connection);
    throw error;
  }
}

/** Rolls back what is open. A full disk or RAISE(ROLLBACK) has done it already; the first error is the one to keep. */
async function rollback(connection: Connection): Promise<void> {
  connection.authorize(null);
  try {
    if (connection.inTransaction()) await connection.execute("ROLLBACK");
  } catch {
    // The connection is closed next, which rolls back too.
  }
}
