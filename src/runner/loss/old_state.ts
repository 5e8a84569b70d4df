import type { Connection } from "../../db/connection.ts";
import { isBusy } from "../../db/sqlite_error.ts";

/** Returns a connection to the state before the segment, which is opened at the first call. */
export type OldReader = () => Promise<Connection>;

/** The state before the segment can no longer be read, so the segment must run again with a copy. */
export class OldStateGone extends Error {
  override readonly name = "OldStateGone";
}

/**
 * The database as it was before a transaction that is still open. No other connection can commit meanwhile, so a second
 * connection reads the old state: always in WAL mode, and with a rollback journal until the writer's cache spills
 * (https://sqlite.org/pragma.html#pragma_cache_spill). It must be closed before COMMIT, which waits for readers.
 */
export class OldState {
  readonly #open: () => Promise<Connection>;
  #connection: Connection | undefined;

  /** @param open Opens a connection to the database, or to a copy of it from before. */
  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  /**
   * Returns the connection, and opens it at the first call.
   * @throws {OldStateGone} If the old state can no longer be read.
   */
  async connection(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    try {
      const connection = await this.#open();
      this.#connection = connection;
      if (connection.capabilities.ownCache) await connection.execute("PRAGMA query_only = ON");
      await connection.execute("BEGIN");
      await connection.query("SELECT count(*) AS n FROM main.sqlite_schema");
      return connection;
    } catch (error) {
      await this.close();
      throw isBusy(error) ? new OldStateGone("", { cause: error }) : error;
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }
}

/** The default of the memory for changed pages, in megabytes. */
export const COMPARISON_MEMORY = 256;

/**
 * Lets the cache of a connection grow to a size before it spills, so that readers still see the old state. In WAL mode
 * readers do not need this.
 */
export async function keepPagesInMemory(connection: Connection, megabytes: number): Promise<void> {
  const [row] = await connection.query("PRAGMA main.page_size");
  const pages = Math.floor(megabytes * 1024 * 1024 / Number(row?.["page_size"] ?? 4096));
  await connection.execute(`PRAGMA main.cache_spill = ${Math.max(pages, 1)}`);
}
