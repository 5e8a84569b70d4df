import type { Connection } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import type { RunHost } from "../runner/run_request.ts";
import { executePatiently } from "../runner/write_lock.ts";

const TRIES = 10;

/**
 * Works while no other connection can read or write the database: under BEGIN EXCLUSIVE, with a rollback journal. A
 * database in WAL mode is taken out of it first, since there readers cannot be kept away, and put back afterwards.
 *
 * @throws {AludelError} `lock-timeout` while another process uses the database; in WAL mode having it open is enough.
 */
export async function withDatabaseToItself<T>(
  host: RunHost,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let wasLogged = false;
  try {
    await using connection = await host.connect({ doubleQuotedStrings: false });
    for (let tries = 1;; tries++) {
      wasLogged = await leaveLog(connection, host) || wasLogged;
      await executePatiently(connection, "BEGIN EXCLUSIVE", host);
      if (await journalMode(connection) !== "wal") break;
      await connection.execute("ROLLBACK");
      if (tries === TRIES) {
        throw new AludelError(
          "database-busy",
          `Another process keeps opening "${connection.name}"`,
          {
            next: ["Stop what uses the database, then give the same command again"],
          },
        );
      }
    }
    try {
      return await work(connection);
    } finally {
      if (connection.inTransaction()) await connection.execute("ROLLBACK");
    }
  } catch (error) {
    throw error instanceof AludelError && error.code === "lock-timeout"
      ? error.with({
        outcome: "Nothing was changed",
        notes: [...error.notes, "To be replaced, a database must not be in use"],
        next: ["Stop what uses the database, then give the same command again"],
      })
      : error;
  } finally {
    if (wasLogged) await returnToLog(host);
  }
}

/** @returns Whether the database was in WAL mode. */
async function leaveLog(connection: Connection, host: RunHost): Promise<boolean> {
  if (await journalMode(connection) !== "wal") return false;
  await executePatiently(connection, "PRAGMA main.journal_mode = DELETE", host);
  return true;
}

/** As well as it can: whoever opened the database meanwhile may have done it already. */
async function returnToLog(host: RunHost): Promise<void> {
  await using connection = await host.connect({ doubleQuotedStrings: false });
  await executePatiently(connection, "PRAGMA main.journal_mode = WAL", host);
}

async function journalMode(connection: Connection): Promise<unknown> {
  const [row] = await connection.query("PRAGMA main.journal_mode");
  return row?.["journal_mode"];
}
