import { AludelError } from "../errors.ts";
import { findScope, within } from "./branch_scope.ts";
import { follow, type Walk } from "./follow_steps.ts";
import { formatRange, formatRef, type Ref, type RefRange } from "./ref.ts";
import { type RefContext, resolveRef, resolveWalk, severalHeads } from "./resolve_ref.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** The two ends of a range. An empty `from` is the base. */
export interface RangeEnds {
  readonly from: readonly RevisionId[];
  readonly to: readonly RevisionId[];
}

/**
 * The ends of a range: base and heads where one is left out. `-N` before the colon counts down from the other end and `+N`
 * after it counts up from the other end, as Alembic documents it; other relative ends count from what is applied. All stop
 * where the graph does.
 *
 * @throws {AludelError} As `resolveRef`.
 */
export function resolveEnds(
  graph: RevisionGraph,
  { from, to }: RefRange,
  context: Omit<RefContext, "purpose">,
): RangeEnds {
  const looking: RefContext = { ...context, purpose: "look" };
  const fromCounts = isFloating(from) && from.steps < 0;
  const toCounts = isFloating(to) && to.steps > 0 && !fromCounts;
  const lower = from === null || fromCounts ? [] : resolveEnd(graph, from, looking);
  const upper = to === null
    ? graph.effectiveHeads
    : toCounts
    ? resolveFrom(graph, to, lower)
    : resolveEnd(graph, to, looking);
  if (fromCounts) return { from: resolveFrom(graph, from, upper), to: upper };
  return { from: lower, to: within(findScope(graph, from?.branch ?? null), upper) };
}

/**
 * The revisions of a range in topological order, both ends included: what the upper end has and the lower one lacks, as far
 * as it follows or depends on the lower one.
 *
 * @throws {AludelError} `route-not-related` where the lower end is not under the upper one, and as `resolveRef`.
 */
export function resolveRange(
  graph: RevisionGraph,
  range: RefRange,
  context: Omit<RefContext, "purpose">,
): readonly RevisionId[] {
  const { from, to } = resolveEnds(graph, range, context);
  const upper = graph.ancestors(to, "all");
  if (from.length === 0) return [...upper];
  const stray = from.find((id) => !upper.has(id));
  if (stray !== undefined) {
    throw new AludelError(
      "route-not-related",
      `In "${formatRange(range)}" the first end, "${stray}", is not under the second`,
      { revision: stray, next: ["put the older end first, as in base:head"] },
    );
  }
  const lower = graph.ancestors(from, "all");
  const above = graph.descendants(from, "all");
  return [...upper].filter((id) => above.has(id) && (!lower.has(id) || from.includes(id)));
}

/** Whether an end has no anchor of its own. `current-3` has one here: it is not counted from the other end. */
function isFloating(ref: Ref | null): ref is Ref & { readonly kind: "walk"; readonly from: null } {
  return ref?.kind === "walk" && ref.from === null;
}

function resolveEnd(graph: RevisionGraph, ref: Ref, context: RefContext): readonly RevisionId[] {
  if (ref.kind === "point") return resolveRef(graph, ref, context);
  const point = resolveWalk(graph, ref, context, clamped(graph, ref));
  return point === null ? [] : [point];
}

/** A relative end, counted from the other one. */
function resolveFrom(
  graph: RevisionGraph,
  ref: Ref & { readonly kind: "walk" },
  other: readonly RevisionId[],
): readonly RevisionId[] {
  const walk = clamped(graph, ref);
  const [start = null, ...more] = within(walk.scope, other);
  if (start !== null && more.length > 0) {
    throw severalHeads(graph, walk.text, [start, ...more], "look");
  }
  const point = follow(graph, start, ref.steps, walk);
  return point === null ? [] : [point];
}

function clamped(graph: RevisionGraph, ref: Ref): Walk {
  const scope = findScope(graph, ref.branch);
  return { text: formatRef(ref), scope, purpose: "look", clamp: true };
}
