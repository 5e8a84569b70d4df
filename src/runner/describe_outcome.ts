import type { Segment } from "./segments.ts";

/**
 * What became of a route whose segment failed, in one line.
 *
 * @param committed The revisions of earlier segments.
 * @param known What became of the segment itself, where whoever failed has said so; else it was rolled back.
 */
export function describeOutcome(
  segment: Segment,
  committed: readonly string[],
  known: string | undefined,
): string {
  const earlier = `${committed.length} earlier ${
    committed.length === 1 ? "revision stays" : "revisions stay"
  }: ${committed.join(", ")}`;
  const own = known ?? describeSegment(segment);
  if (committed.length > 0) return `${own}; ${earlier}`;
  return segment.mode === "off" && known !== NOTHING_RUN
    ? own
    : `${own}; the database is as it was`;
}

/** The outcome where not even the first statement was begun. */
export const NOTHING_RUN = "Nothing was run";

function describeSegment({ mode, steps }: Segment): string {
  if (mode === "off") return "What its statements did so far stays; the next run asks how to go on";
  const [first, ...more] = new Set(steps.map((step) => step.id));
  if (first === undefined) return "No record was changed";
  return more.length === 0
    ? `Revision "${first}" was rolled back`
    : `All ${more.length + 1} revisions of its transaction were rolled back`;
}
