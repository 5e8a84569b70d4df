import { type Connection, LockLost } from "../db/connection.ts";
import { isBusy } from "../db/sqlite_error.ts";
import { AludelError, GO_ON } from "../errors.ts";
import { readMark, type StateMark } from "../state/state.ts";
import { again } from "../text/next_step.ts";
import { NOTHING_RUN } from "./failure.ts";
import type { Clock, RunEvent, RunHost } from "./request.ts";

/** How to wait for a lock. */
export interface Waiting {
  readonly clock: Clock;
  readonly lockTimeoutMs: number;
  /** The process that holds the database's lock; undefined if it is unknown. */
  readonly lockHolder: () => string | undefined;
  readonly emit: (event: RunEvent) => void;
  /** Whether the user asked to stop. */
  readonly interrupted: () => boolean;
}

const FIRST_WORD_MS = 1_000;
const NEXT_WORD_MS = 10_000;
const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/**
 * Runs a statement that needs a lock, and retries it while the database is busy.
 * @throws {AludelError} As {@linkcode patiently}.
 * @throws {SqlError} Any error other than a busy database.
 */
export async function executePatiently(
  connection: Connection,
  sql: string,
  waiting: Waiting,
): Promise<void> {
  await patiently(connection.name, waiting, () => connection.execute(sql));
}

/**
 * Runs a function that needs a lock, and retries it while another connection holds the lock.
 *
 * It does not use SQLite's busy handler, so that Ctrl-C and progress are handled between the attempts.
 *
 * @param name The name of the database for messages.
 * @param attempt Must not have changed anything if it throws that the database is busy.
 * @throws {AludelError} `lock-timeout` after the timeout, `interrupted` on Ctrl-C, and the errors of `attempt`.
 */
export async function patiently<T>(
  name: string,
  waiting: Waiting,
  attempt: () => Promise<T>,
): Promise<T> {
  const started = waiting.clock.monotonicMs();
  let nextWord = FIRST_WORD_MS;
  let pause = SHORTEST_PAUSE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const elapsedMs = waiting.clock.monotonicMs() - started;
      if (elapsedMs >= waiting.lockTimeoutMs) throw lockTimeout(name, waiting, error);
      if (waiting.interrupted()) {
        throw new AludelError("interrupted", "Interrupted while waiting for the lock", {
          next: [GO_ON],
        });
      }
      if (elapsedMs >= nextWord) {
        waiting.emit({ type: "waiting", holder: waiting.lockHolder(), elapsedMs });
        nextWord += NEXT_WORD_MS;
      }
      await waiting.clock.sleep(Math.min(pause, waiting.lockTimeoutMs - elapsedMs));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

function lockTimeout(name: string, waiting: Waiting, cause: unknown): AludelError {
  const holder = waiting.lockHolder();
  const seconds = waiting.lockTimeoutMs / 1_000;
  return new AludelError(
    "lock-timeout",
    `Database "${name}" stayed locked for ${seconds} s`,
    {
      notes: [holder ? `The lock is held by ${holder}` : "Another connection holds the lock"],
      next: [
        again`--lock-timeout ${seconds * 5 || 60} # wait longer for the other process`,
      ],
      cause,
    },
  );
}

/**
 * `moved`: another process changed the state, so nothing was done. Otherwise the result, and the new mark of the state.
 */
export type LockedOutcome<T> =
  | { readonly moved: true }
  | { readonly moved: false; readonly result: T; readonly mark: StateMark };

/**
 * Takes the write lock, checks that no other process moved the state, runs `work` and commits.
 *
 * BEGIN IMMEDIATE takes the lock that only one connection can hold (https://sqlite.org/lang_transaction.html). COMMIT
 * may still have to wait for a reader, so it is retried.
 *
 * @param assumed The mark of the state for which the work was planned.
 * @returns The mark was read before COMMIT, because another process may move the state right after it.
 * @throws The errors of `work`, after ROLLBACK; `lock-timeout`; `interrupted`.
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
    // A batch is sent only at COMMIT, so only now the database tells that another client was first.
    if (error instanceof LockLost && connection.batch !== undefined) return { moved: true };
    throw error;
  }
}

/** Rolls back an open transaction. A full disk or RAISE(ROLLBACK) may already have done so. Never throws. */
async function rollback(connection: Connection): Promise<void> {
  connection.authorize(null);
  try {
    if (connection.inTransaction()) await connection.execute("ROLLBACK");
  } catch {
    // The connection is closed next, which rolls back too.
  }
}
