import type { Connection, Row } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { DownHash, TextHash } from "../manifest/manifest.ts";
import type { AppliedTexts } from "./state.ts";
import { readFormat } from "./state_format.ts";

/** The direction of a step. */
export type LoggedDirection = "up" | "down";

/** An event with its details, which are stored as JSON. */
export type LogEvent =
  /** A revision's up ran. */
  | {
    readonly event: "upgrade";
    readonly revision: RevisionId;
    readonly details: { readonly durationMs: number };
  }
  /** A revision's down ran. */
  | {
    readonly event: "downgrade";
    readonly revision: RevisionId;
    readonly details: { readonly durationMs: number };
  }
  /** Records were added and removed without running anything. */
  | {
    readonly event: "stamp";
    readonly revision: null;
    readonly details: {
      readonly added: readonly RevisionId[];
      readonly removed: readonly RevisionId[];
      /** Whether all records were erased first. */
      readonly purged: boolean;
      /** The texts of removed revisions, as far as the disk does not have them as they ran. */
      readonly texts?: Readonly<Record<RevisionId, AppliedTexts>>;
    };
  }
  /** A record was updated because its revision, or one of its ancestors, was signed again. */
  | {
    readonly event: "reseal";
    readonly revision: RevisionId;
    readonly details: {
      readonly from: readonly [TextHash, DownHash];
      readonly to: readonly [TextHash, DownHash];
      readonly lineage: TextHash;
    };
  }
  /** An existing database was adopted. */
  | {
    readonly event: "baseline";
    readonly revision: RevisionId;
    readonly details: { readonly tables?: number };
  }
  /** `dev` brought a database to a schema that no revision has. */
  | {
    readonly event: "dev";
    readonly revision: null;
    readonly details: { readonly durationMs: number; readonly sql: string };
  }
  /** A restore point was restored. */
  | {
    readonly event: "restore";
    readonly revision: null;
    /** `kept`: the restore point with the replaced content. `rows`: the number of rows, if only rows were restored. */
    readonly details: { readonly point: string; readonly kept?: string; readonly rows?: number };
  }
  /** Policies were set or removed. `policies`: all that are set now. */
  | {
    readonly event: "protect";
    readonly revision: null;
    readonly details: {
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly policies: readonly string[];
    };
  }
  /** A squash replaced the records of several revisions by one. `texts`: the texts that had run. */
  | {
    readonly event: "squash";
    readonly revision: RevisionId;
    readonly details: {
      readonly replaced: readonly RevisionId[];
      readonly texts: Readonly<Record<RevisionId, AppliedTexts>>;
    };
  }
  /** A run failed and was rolled back. */
  | {
    readonly event: "failure";
    readonly revision: RevisionId | null;
    readonly details: {
      readonly code: string;
      readonly message: string;
      readonly direction?: LoggedDirection;
      readonly sqlite?: string;
    };
  }
  /** A statement outside a transaction was about to run, or has run. Statements are counted from 1. */
  | {
    readonly event: "off-intent" | "off-done";
    readonly revision: RevisionId;
    readonly details: { readonly direction: LoggedDirection; readonly statement: number };
  };

/** The time of an event, and the version of Aludel that wrote it. */
export interface LogStamp {
  /** UTC to the second. */
  readonly at: string;
  /** Such as `aludel 0.1.0`. */
  readonly by: string;
}

/** A row to append to `aludel_log`. */
export type NewLogEntry = LogEvent & LogStamp;

/** A row of `aludel_log` as read. A newer Aludel may have written events that this one does not know. */
interface LogEntry extends LogStamp {
  /** Increases with each entry. */
  readonly entry: number;
  readonly event: LogEvent["event"] | (string & Record<never, never>);
  readonly revision: RevisionId | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The part of the log to read. */
export interface LogQuery {
  /** The number of entries, newest first; all if it is left out. */
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

/** Reads an entry's details. The log is for people, so a row that something else wrote is shown as it is. */
function readDetails(text: string): Readonly<Record<string, unknown>> {
  try {
    const details: unknown = JSON.parse(text);
    if (typeof details === "object" && details !== null) return { ...details };
  } catch {
    // The text is not JSON. It is shown below.
  }
  return { text };
}
