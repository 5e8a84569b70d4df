import type { Connection } from "../../db/connection.ts";
import { isBusy } from "../../db/sqlite_error.ts";

/** Gives the connection that reads the state from before, when it is needed. */
export type OldReader = () => Promise<Connection>;

/** The database as it was before the segment can no longer be read: the run has to begin again behind a copy. */
export class OldStateGone extends Error {
  override readonly name = "OldStateGone";
}

/**
 * The database as it was before a transaction that is still open. Nobody else commits while it is, so a second
 * connection reads the state from before: always in WAL mode, and with a rollback journal as long as the writer's cache has
 * not spilled (https://sqlite.org/pragma.html#pragma_cache_spill). Opened when it is first asked for; to be closed
 * before COMMIT, which needs the file without readers.
 */
export class OldState {
  readonly #open: () => Promise<Connection>;
  #connection: Connection | undefined;

  /** @param open Opens a connection to the database, or to a copy of it from before. */
  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  /**
   * A connection that reads the old state.
   * @throws {OldStateGone}
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

/** How many bytes of changed pages a run keeps in memory where no setting says otherwise, in megabytes. */
export const COMPARISON_MEMORY = 256;

/**
 * Lets the cache of a connection grow before it spills, so that readers still see the state from before. In WAL mode
 * without effect on them.
 */
export async function keepPagesInMemory(connection: Connection, megabytes: number): Promise<void> {
  const [row] = await connection.query("PRAGMA main.page_size");
  const pages = Math.floor(megabytes * 1024 * 1024 / Number(row?.["page_size"] ?? 4096));
  await connection.execute(`PRAGMA main.cache_spill = ${Math.max(pages, 1)}`);
}
