import type { Connection } from "../db/connection.ts";
import { SqlError } from "../db/connection.ts";
import { AludelError, GO_ON } from "../errors.ts";
import type { Clock } from "./clock.ts";
import type { RunEvent } from "./run_event.ts";

/** What waiting for a lock needs from outside. */
export interface Waiting {
  readonly clock: Clock;
  readonly lockTimeoutMs: number;
  /** Who holds the database's lock, where the system tells. */
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

function isBusy(error: unknown): boolean {
  return error instanceof SqlError
    ? error.busy
    : error instanceof AludelError && error.code === "database-busy";
}

function lockTimeout(name: string, waiting: Waiting, cause: unknown): AludelError {
  const holder = waiting.lockHolder();
  const seconds = waiting.lockTimeoutMs / 1_000;
  return new AludelError(
    "lock-timeout",
    `Database "${name}" stayed locked for ${seconds} s`,
    {
      notes: [holder ? `The lock is held by ${holder}` : "Another connection holds the lock"],
      next: [`Let the other process finish, or wait longer with \`--lock-timeout ${seconds * 5}\``],
      cause,
    },
  );
}
