import type { Connection } from "../../db/connection.ts";
import type { RunHost } from "../request.ts";
import { patiently } from "../write_lock.ts";

/** The default of the longest time that a writer may be blocked, in milliseconds. */
const MAX_WAIT_MS = 100;

const FIRST_ROWS = 500;
/** Fewer rows would take hours, because each transaction has a fixed cost and may have to wait on a busy machine. */
const FEWEST_ROWS = 100;
const MOST_ROWS = 50_000;

/**
 * A connection that waits for the lock retries every 25 ms at first, and every 100 ms after a quarter of a second
 * (sqliteDefaultBusyCallback in SQLite's main.c). Shorter pauses could starve it.
 */
const SHORT_REST_MS = 25;
const LONG_REST_MS = 100;

/** Decides how many rows a transaction takes, and how long the lock is left to others after it. */
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

  /** The number of rows for the next transaction. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether one transaction may take this long. */
  mayTake(milliseconds: number): boolean {
    return milliseconds <= this.#maxWaitMs;
  }

  /** To be called when the lock was taken. */
  begin(): void {
    this.#begun = this.#host.clock.monotonicMs();
  }

  /** To be called when the lock was released. Adapts the number of rows to the time that it was held. */
  end(): void {
    this.#held = Math.max(this.#host.clock.monotonicMs() - this.#begun, 0.1);
    // A writer that misses one pause has to wait for the next one.
    const target = this.#maxWaitMs / (this.#isShared ? 4 : 2);
    const factor = Math.min(Math.max(target / this.#held, 0.5), 2);
    this.#rows = Math.min(Math.max(Math.round(this.#rows * factor), FEWEST_ROWS), MOST_ROWS);
  }

  /**
   * Leaves the lock to other connections, if any of them writes, for long enough that one gets it. Also checkpoints the
   * WAL, so that no other connection's COMMIT has to.
   */
  async pause(connection: Connection): Promise<void> {
    const { clock } = this.#host;
    const begun = clock.monotonicMs();
    // The version changes if another connection commits: https://sqlite.org/pragma.html#pragma_data_version
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
   * Runs `work` with cheap transactions: in WAL mode COMMIT does not wait for the disk. After a power failure the last
   * transactions may be missing and are repeated (https://sqlite.org/pragma.html#pragma_synchronous).
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
