import type { Connection } from "../../db/connection.ts";
import type { RunHost } from "../request.ts";
import { patiently } from "../write_lock.ts";

/** How long a writer may be kept waiting if nothing else was asked for, in milliseconds. */
export const MAX_WAIT_MS = 100;

const FIRST_ROWS = 500;
/** Fewer would take hours: a transaction has costs of its own, and on a busy machine most of its time is waiting. */
const FEWEST_ROWS = 100;
const MOST_ROWS = 50_000;

/**
 * A connection that waits for the lock tries again each 25 ms at first, and each 100 ms after a quarter of a second
 * (sqliteDefaultBusyCallback in SQLite's main.c): a shorter pause could keep it out for ever.
 */
const SHORT_REST_MS = 25;
const LONG_REST_MS = 100;

/** How much one transaction does, and how long to stay away from the lock after it. */
export class Pace {
  readonly #host: RunHost;
  readonly #maxWaitMs: number;
  #rows = FIRST_ROWS;
  #begun = 0;
  #held = 0;
  #version: unknown;
  #hasLog = false;
  #isShared = false;

  constructor(host: RunHost) {
    this.#host = host;
    this.#maxWaitMs = host.maxWaitMs ?? MAX_WAIT_MS;
  }

  /** How many rows the next transaction should take. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether one transaction may take so long, in milliseconds. */
  mayTake(milliseconds: number): boolean {
    return milliseconds <= this.#maxWaitMs;
  }

  /** The lock is taken. */
  begin(): void {
    this.#begun = this.#host.clock.monotonicMs();
  }

  /** The lock is given back: the next transaction takes more or fewer rows. */
  end(): void {
    this.#held = Math.max(this.#host.clock.monotonicMs() - this.#begun, 0.1);
    // A writer that comes too late for one gap may have to wait for the next one.
    const target = this.#maxWaitMs / (this.#isShared ? 4 : 2);
    const factor = Math.min(Math.max(target / this.#held, 0.5), 2);
    this.#rows = Math.min(Math.max(Math.round(this.#rows * factor), FEWEST_ROWS), MOST_ROWS);
  }

  /**
   * Leaves the lock to others for long enough that one of them gets it, if any of them writes. What was
   * written goes from the log into the database meanwhile, so that no other connection's COMMIT has to do it.
   */
  async pause(connection: Connection): Promise<void> {
    const { clock } = this.#host;
    const begun = clock.monotonicMs();
    // Changes if another connection has committed: https://sqlite.org/pragma.html#pragma_data_version
    const [row] = await patiently(connection.name, this.#host, async () => {
      if (this.#hasLog) await connection.query("PRAGMA main.wal_checkpoint(PASSIVE)");
      return await connection.query("PRAGMA main.data_version");
    });
    const version = row?.["data_version"];
    this.#isShared = this.#version !== undefined && version !== this.#version;
    this.#version = version;
    const rest = !this.#isShared ? 0 : this.#held > LONG_REST_MS ? LONG_REST_MS : SHORT_REST_MS;
    await clock.sleep(Math.max(rest - (clock.monotonicMs() - begun), 0));
  }

  /**
   * Makes short transactions cheap for as long as `work` lasts. In WAL mode COMMIT need not wait for the disk: after a
   * loss of power the last of them may be missing, and are done again (https://sqlite.org/pragma.html#pragma_synchronous).
   */
  async during<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
    const read = async (pragma: string) =>
      Object.values((await connection.query(`PRAGMA main.${pragma}`))[0] ?? {})[0];
    const mode = await patiently(connection.name, this.#host, () => read("journal_mode"));
    this.#hasLog = mode === "wal";
    if (!this.#hasLog) return await work();
    const before = [await read("synchronous"), await read("wal_autocheckpoint")];
    const set = async (synchronous: unknown, pages: unknown) => {
      await connection.execute(`PRAGMA main.synchronous = ${synchronous}`);
      await connection.query(`PRAGMA main.wal_autocheckpoint = ${pages}`);
    };
    await set("NORMAL", 0);
    try {
      return await work();
    } finally {
      await set(before[0], before[1]);
    }
  }
}
