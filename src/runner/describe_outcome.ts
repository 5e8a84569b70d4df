import type { Segment } from "./segments.ts";

/** A step of an earlier segment. */
interface CommittedStep {
  readonly direction: "up" | "down";
  readonly id: string;
}

/**
 * What became of a route whose segment failed, in one line.
 *
 * @param committed The steps of earlier segments.
 * @param known What became of the segment itself, where whoever failed has said so; else it was rolled back.
 */
export function describeOutcome(
  segment: Segment,
  committed: readonly CommittedStep[],
  known: string | undefined,
): string {
  const own = known ?? describeSegment(segment);
  if (committed.length > 0) return `${own}; ${describeCommitted(committed)}`;
  return segment.mode === "off" && known !== NOTHING_RUN
    ? own
    : `${own}; the database is as it was`;
}

function describeCommitted(steps: readonly CommittedStep[]): string {
  const noun = steps.every((step) => step.direction === "up") ? "revision" : "step";
  const verb = steps.length === 1 ? `${noun} stays` : `${noun}s stay`;
  const list = steps.map(({ direction, id }) => direction === "up" ? id : `${id} undone`);
  return `${steps.length} earlier ${verb}: ${list.join(", ")}`;
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
