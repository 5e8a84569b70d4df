import type { AludelError, ErrorCode, Place } from "./errors.ts";
import type { NextStep } from "./text/next_step.ts";

/** `error`: something fails or is lost unexpectedly · `warning`: something needs a second look. */
export type FindingLevel = "error" | "warning";

/** What a check, a rule, a plan or a run has found. */
export interface Finding {
  /** How bad it is. */
  readonly level: FindingLevel;
  /** Stable: an error code, the code of a rule or of a notice. */
  readonly code: ErrorCode | string;
  /** One sentence without a final period. */
  readonly message: string;
  /** The revision that it is about. */
  readonly revision?: string;
  /** The file and the line that it is about. */
  readonly place?: Place;
  /** Further facts, a line each. */
  readonly notes: readonly string[];
  /** What to type next, best first. */
  readonly next: readonly NextStep[];
}

/** A message of a run or a check that does not stop it. */
export interface Notice
  extends Pick<Finding, "code" | "message">, Partial<Pick<Finding, "notes" | "next">> {
  /** Distinguishes it from the other events of a run. */
  readonly type: "notice";
  /** Whether it is omitted if the user asks for warnings only. */
  readonly quiet?: boolean;
}

/** What a planned statement may do to rows. */
export type PlanHazard = Pick<Finding, "code" | "message">;

/** An error as a finding. */
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

/** A notice as a finding. */
export function warningOf(notice: Notice, revision?: string): Finding {
  return {
    level: "warning",
    code: notice.code,
    message: notice.message,
    ...(revision !== undefined && { revision }),
    notes: notice.notes ?? [],
    next: notice.next ?? [],
  };
}
