import type { Connection } from "../db/connection.ts";
import { AludelError, GO_ON } from "../errors.ts";
import { readMark, type StateMark } from "../state/state_mark.ts";
import { NOTHING_RUN } from "./describe_outcome.ts";
import type { RunHost } from "./run_request.ts";
import { executePatiently } from "./write_lock.ts";

/** `moved`: somebody else changed the state, and nothing was done; otherwise the work's result and the state's new mark. */
export type LockedOutcome<T> =
  | { readonly moved: true }
  | { readonly moved: false; readonly result: T; readonly mark: StateMark };

/**
 * Takes the write lock, makes sure that nobody moved the state meanwhile, works, and commits.
 *
 * https://sqlite.org/lang_transaction.html: BEGIN IMMEDIATE takes the lock that only one connection can
 * have. COMMIT may still meet a reader and is tried again.
 *
 * @param assumed The state's mark when the work was planned.
 * @returns The mark is read before COMMIT: afterwards another process may have moved the state again.
 * @throws What `work` throws, after ROLLBACK; `lock-timeout`; `interrupted`.
 */
export async function lockedTransaction<T>(
  connection: Connection,
  host: RunHost,
  assumed: StateMark,
  work: () => Promise<T>,
): Promise<LockedOutcome<T>> {
  try {
    await executePatiently(connection, "BEGIN IMMEDIATE", host);
  } catch (error) {
    throw error instanceof AludelError ? error.with({ outcome: NOTHING_RUN }) : error;
  }
  try {
    if (await readMark(connection) !== assumed) {
      await connection.execute("ROLLBACK");
      return { moved: true };
    }
    const result = await work();
    if (host.interrupted()) {
      throw new AludelError("interrupted", "Interrupted before COMMIT", { next: [GO_ON] });
    }
    const mark = await readMark(connection);
    await executePatiently(connection, "COMMIT", host);
    return { moved: false, result, mark };
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
