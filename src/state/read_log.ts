import type { Connection, Row } from "../db/connection.ts";
import type { LogEntry } from "./log_event.ts";
import { readFormat } from "./state_format.ts";

/** Which part of the log to read. */
export interface LogQuery {
  /** How many of the newest entries; all of them where it is left out. */
  readonly limit?: number;
  /** Only entries after this one. */
  readonly after?: number;
}

/**
 * Reads the log, newest entry first; empty for a database without state tables.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readLog(connection: Connection, query: LogQuery = {}): Promise<LogEntry[]> {
  if (await readFormat(connection) === "absent") return [];
  const rows = await connection.query(
    "SELECT entry, at, event, revision, details, logged_by FROM main.aludel_log " +
      "WHERE entry > ? ORDER BY entry DESC LIMIT ?",
    [BigInt(query.after ?? 0), BigInt(query.limit ?? -1)],
  );
  return rows.map(toLogEntry);
}

function toLogEntry(row: Row): LogEntry {
  const revision = row["revision"] ?? null;
  return {
    entry: Number(row["entry"]),
    at: String(row["at"]),
    by: String(row["logged_by"]),
    event: String(row["event"]),
    revision: revision === null ? null : String(revision),
    details: readDetails(String(row["details"])),
  };
}

/** The log is for people: a row that something else wrote is shown as it is. */
function readDetails(text: string): Readonly<Record<string, unknown>> {
  try {
    const details: unknown = JSON.parse(text);
    if (typeof details === "object" && details !== null) return { ...details };
  } catch {
    // Shown below.
  }
  return { text };
}
