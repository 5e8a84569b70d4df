import { SqlError } from "../db/connection.ts";
import { databaseError } from "../db/sqlite_error.ts";
import { AludelError, type ErrorCode, type Place, REPORT_BUG } from "../errors.ts";
import type { NextStep } from "../text/next_step.ts";

/** An error on one database of a fleet, as plain data: workers send it, and the journal stores it. */
export interface MemberError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly notes: readonly string[];
  readonly sqlite?: string;
  readonly outcome?: string;
  readonly revision?: string;
  readonly place?: Place;
  readonly next: readonly NextStep[];
}

/**
 * Converts a thrown error to data. An unknown error becomes `internal`.
 * @param name The name of the database for messages.
 */
export function memberError(thrown: unknown, name: string): MemberError {
  const known = thrown instanceof SqlError ? databaseError(thrown, name) ?? thrown : thrown;
  if (known instanceof AludelError) {
    const { code, message, notes, sqlite, outcome, revision, place, next } = known;
    return {
      code,
      message,
      notes,
      ...(sqlite !== undefined && { sqlite }),
      ...(outcome !== undefined && { outcome }),
      ...(revision !== undefined && { revision }),
      ...(place !== undefined && { place }),
      next,
    };
  }
  if (known instanceof SqlError) {
    const message = `Database "${name}" refuses to be read`;
    return { code: "sql-failed", message, notes: [], sqlite: known.sqlite, next: [] };
  }
  const stack = known instanceof Error ? known.stack ?? known.message : String(known);
  const [message = "", ...notes] = stack.split("\n");
  return { code: "internal", message, notes, next: [REPORT_BUG] };
}

/**
 * The kind of an error: its code, its revision, and SQLite's message without the values that differ between databases.
 * Two errors of one kind probably have the same cause.
 */
export function errorKind({ code, revision, sqlite }: MemberError): string {
  const words = sqlite?.replaceAll(/"[^"]*"|'[^']*'|\d+/g, "…");
  return [code, revision, words].filter((part) => part !== undefined).join(" · ");
}
