import type { Connection } from "../../db/connection.ts";
import { AludelError, GO_ON } from "../../errors.ts";
import { quoteName } from "../../sql/identifier.ts";
import { shell } from "../../text/next_step.ts";
import { readShape } from "../loss/table_shape.ts";
import type { RunHost } from "../request.ts";
import { executePatiently, patiently } from "../write_lock.ts";
import { Pace } from "./pace.ts";
import {
  dropProgress,
  NEW_TABLE,
  OLD_TABLE,
  type OnlineProgress,
  readProgress,
  writeProgress,
} from "./progress.ts";
import { putAway } from "./exchange.ts";
import { TRIGGERS } from "./tables.ts";

/**
 * Removes the old table after the exchange, in short transactions. DROP TABLE of a large table would block writers,
 * because it reads all pages of the table in one transaction.
 *
 * @returns Whether there was anything to remove.
 * @throws {AludelError} `interrupted`, `lock-timeout`.
 */
export async function cleanUp(connection: Connection, host: RunHost): Promise<boolean> {
  const progress = await patiently(connection.name, host, () => readProgress(connection));
  if (progress?.phase !== "clean") return false;
  await connection.execute("PRAGMA foreign_keys = OFF");
  const pace = new Pace(host);
  await pace.during(connection, async () => {
    for (let isDone = false; !isDone;) {
      if (host.interrupted()) throw interrupted();
      isDone = await transaction(connection, host, pace, () => remove(connection, host, pace.rows));
      await pace.pause(connection);
    }
  });
  return true;
}

/**
 * Aborts an unfinished rebuild: drops its triggers, and removes the copy.
 * @returns The progress of the rebuild; undefined if there was none.
 * @throws {AludelError} As {@linkcode cleanUp}.
 */
export async function abortOnline(
  connection: Connection,
  host: RunHost,
): Promise<OnlineProgress | undefined> {
  await connection.execute("PRAGMA foreign_keys = OFF");
  const progress = await transaction(connection, host, new Pace(host), async () => {
    const found = await readProgress(connection);
    if (found === undefined || found.phase === "clean") return found;
    for (const trigger of TRIGGERS) {
      await connection.execute(`DROP TRIGGER IF EXISTS main.${trigger}`);
    }
    await putAway(connection, NEW_TABLE);
    await writeProgress(connection, { phase: "clean", done: 0 });
    return found;
  });
  await cleanUp(connection, host);
  return progress;
}

async function transaction<T>(
  connection: Connection,
  host: RunHost,
  pace: Pace,
  work: () => Promise<T>,
): Promise<T> {
  await executePatiently(connection, "BEGIN IMMEDIATE", host);
  pace.begin();
  try {
    const result = await work();
    await executePatiently(connection, "COMMIT", host);
    return result;
  } catch (error) {
    if (connection.inTransaction()) await connection.execute("ROLLBACK");
    throw error;
  } finally {
    pace.end();
  }
}

/**
 * Removes an index, some rows, or finally the empty table and the progress.
 * @returns Whether everything was removed.
 */
async function remove(connection: Connection, host: RunHost, rows: number): Promise<boolean> {
  const progress = await readProgress(connection);
  const shape = await readShape(connection, OLD_TABLE);
  if (progress === undefined) return true;
  if (shape === undefined) {
    await dropProgress(connection);
    return true;
  }
  const [index] = await connection.query(
    "SELECT name FROM main.sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL LIMIT 1",
    [OLD_TABLE],
  );
  if (index !== undefined) {
    await connection.execute(`DROP INDEX main.${quoteName(String(index["name"]))}`);
    return false;
  }
  const key = shape.rowid ?? `(${shape.key.map(quoteName).join(", ")})`;
  const list = shape.rowid ?? shape.key.map(quoteName).join(", ");
  await connection.execute(
    `DELETE FROM main.${OLD_TABLE} WHERE ${key} IN (SELECT ${list} FROM main.${OLD_TABLE} LIMIT ${rows})`,
  );
  const [row] = await connection.query("SELECT changes() AS n");
  const deleted = Number(row?.["n"]);
  const done = progress.done + deleted;
  if (deleted === 0) {
    await connection.execute(`DROP TABLE main.${OLD_TABLE}`);
    await dropProgress(connection);
    return true;
  }
  await writeProgress(connection, { phase: "clean", done });
  const { table, rows: of } = progress;
  host.emit({ type: "online", table, phase: "clean", done, of: Math.max(of, done) });
  return false;
}

function interrupted(): AludelError {
  return new AludelError("interrupted", "Interrupted", {
    outcome:
      "The revision is applied; what is left of the old table is removed by the next upgrade",
    next: [GO_ON, shell`aludel status`],
  });
}
