import type { RefRange } from "../graph/ref.ts";
import { type RefContext, resolveRef } from "../graph/resolve_ref.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionGraph } from "../graph/revision_graph.ts";

/**
 * The revisions of a range, newest first: those under its upper end that are its lower end or on top of it, both
 * ends included, as in Alembic. Dependencies count as being under.
 *
 * @param range Without it, or with an empty end, everything in that direction.
 * @throws {AludelError} As `resolveRef`.
 */
export function historyOf(
  graph: RevisionGraph,
  range: RefRange | undefined,
  context: RefContext,
): readonly RevisionId[] {
  const lower = range?.from ? resolveRef(graph, range.from, context) : [];
  const upper = range?.to ? resolveRef(graph, range.to, context) : undefined;
  // An upper end that names nothing is `base`: under it there is nothing. The same as lower end is no limit.
  const under = upper && graph.ancestors(upper, "all");
  const above = lower.length > 0 ? graph.descendants(lower, "all") : undefined;
  return graph.ids
    .filter((id) => (under?.has(id) ?? true) && (above?.has(id) ?? true))
    .reverse();
}
