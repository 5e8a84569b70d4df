import { type Connection, LockLost } from "../db/connection.ts";
import { isBusy } from "../db/sqlite_error.ts";
import { AludelError, GO_ON } from "../errors.ts";
import { readMark, type StateMark } from "../state/state.ts";
import { again } from "../text/next_step.ts";
import { NOTHING_RUN } from "./failure.ts";
import type { Clock, RunEvent, RunHost } from "./request.ts";

/** What waiting for a lock needs from outside. */
export interface Waiting {
  readonly clock: Clock;
  readonly lockTimeoutMs: number;
  /** Who holds the database's lock, if the system tells. */
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
 * Runs a statement that needs a lock, as {@linkcode patiently} does.
 * @throws {SqlError} for everything but a busy database.
 */
export async function executePatiently(
  connection: Connection,
  sql: string,
  waiting: Waiting,
): Promise<void> {
  await patiently(connection.name, waiting, () => connection.execute(sql));
}

/**
 * Does what needs a lock, again and again while another connection holds it.
 *
 * The pauses are ours, not SQLite's busy handler: between them Ctrl-C and progress are answered.
 *
 * @param name The database for messages.
 * @param attempt Must have changed nothing when it throws that the database is busy.
 * @throws {AludelError} `lock-timeout` when the time is up, `interrupted` on Ctrl-C, and what `attempt` throws.
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

/** `moved`: another process changed the state, and nothing was done; otherwise the work's result and the state's new mark. */
export type LockedOutcome<T> =
  | { readonly moved: true }
  | { readonly moved: false; readonly result: T; readonly mark: StateMark };

/**
 * Takes the write lock, makes sure that no other process moved the state meanwhile, works, and commits.
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
    // Only now, when all of a batch is sent, the database tells that another client was first.
    if (error instanceof LockLost && connection.batch !== undefined) return { moved: true };
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
