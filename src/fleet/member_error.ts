import { SqlError } from "../db/connection.ts";
import { databaseError } from "../db/sqlite_error.ts";
import { AludelError, type ErrorCode, type Place, REPORT_BUG } from "../errors.ts";
import type { NextStep } from "../text/next_step.ts";

/** What kept one database of a fleet from what was asked. Plain data: it comes from a worker and is kept in the journal. */
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
 * What was thrown at work on one database, as data.
 * @param name The database for messages.
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
 * Two errors of one kind have one cause in all likelihood: the code, the revision, and SQLite's words without the values
 * that differ from one database to the next.
 */
export function errorKind({ code, revision, sqlite }: MemberError): string {
  const words = sqlite?.replaceAll(/"[^"]*"|'[^']*'|\d+/g, "…");
  return [code, revision, words].filter((part) => part !== undefined).join(" · ");
}
