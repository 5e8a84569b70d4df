import type { AludelError, ErrorCode, Place } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { Notice } from "../../runner/request.ts";
import type { NextStep } from "../../text/next_step.ts";

/** Something that a check found: `error` makes the check fail, `warning` is worth knowing. */
export interface Finding {
  readonly level: "error" | "warning";
  /** An error code, or the code of a notice. */
  readonly code: ErrorCode | string;
  readonly message: string;
  readonly revision?: RevisionId;
  readonly place?: Place;
  readonly notes: readonly string[];
  /** What to type next, best first. */
  readonly next: readonly NextStep[];
}

/** A finding that says what an error would. */
export function findingOf(error: AludelError): Finding {
  const { code, message, revision, place, notes, next } = error;
  return {
    level: "error",
    code,
    message,
    ...(revision !== undefined && { revision }),
    ...(place !== undefined && { place }),
    notes,
    next,
  };
}

/** A warning that says what a notice does. */
export function warningOf(notice: Notice, revision?: RevisionId): Finding {
  return {
    level: "warning",
    code: notice.code,
    message: notice.message,
    ...(revision !== undefined && { revision }),
    notes: notice.notes ?? [],
    next: notice.next ?? [],
  };
}
