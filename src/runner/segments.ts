import type { CheckedStep } from "./checked_route.ts";

/**
 * How a segment runs: `transaction`: all its steps in one transaction, foreign keys off ·
 * `foreign-keys`: a transaction of its own with enforcement on · `off`: outside any transaction.
 */
export type SegmentMode = "transaction" | "foreign-keys" | "off";

/** A part of a route that happens entirely or, but for mode `off`, not at all. */
export interface Segment {
  readonly mode: SegmentMode;
  readonly steps: readonly CheckedStep[];
}

/** How a route is divided: one transaction for all, or one for each revision. */
export type TransactionMode = "all" | "each";

/** Splits a route where a script's header or the transaction mode asks for it. Order is kept. */
export function splitSegments(steps: readonly CheckedStep[], mode: TransactionMode): Segment[] {
  const segments: { mode: SegmentMode; steps: CheckedStep[] }[] = [];
  for (const step of steps) {
    const wanted = segmentMode(step);
    const last = segments.at(-1);
    if (mode === "all" && wanted === "transaction" && last?.mode === "transaction") {
      last.steps.push(step);
    } else {
      segments.push({ mode: wanted, steps: [step] });
    }
  }
  return segments;
}

function segmentMode(step: CheckedStep): SegmentMode {
  if (step.script.header.transaction === "off") return "off";
  return step.script.header.foreignKeys === "on" ? "foreign-keys" : "transaction";
}
