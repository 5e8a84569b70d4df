import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** What a line between two revisions means: a parent, or only a dependency. */
export type LaneKind = "parent" | "dependency";

/** An edge on its way down to the revision it leads to. */
export interface Lane {
  readonly target: RevisionId;
  readonly kind: LaneKind;
}

/** A parent or dependency of a row's revision, and the lane that leads to it. */
export interface LaneFork {
  readonly lane: number;
  readonly to: RevisionId;
  readonly kind: LaneKind;
  /** Whether the lane begins here; otherwise it comes from above and this edge runs into it. */
  readonly isNew: boolean;
}

/** One revision in a drawing. Lanes are numbered from 0, from left to right. */
export interface LaneRow {
  readonly id: RevisionId;
  /** The lane that the revision sits in. */
  readonly column: number;
  /** Whether a line comes down to it in its own lane. */
  readonly isReached: boolean;
  /** The lanes that come down beside it; null where a lane is free, and at `column`. */
  readonly beside: readonly (Lane | null)[];
  /** The lanes, all to the right of `column`, that end here together with its own. */
  readonly joins: readonly number[];
  /** Its edges downwards: parents, then dependencies. */
  readonly forks: readonly LaneFork[];
}

/**
 * Lays the revisions out for a drawing from the newest down, as `git log --graph` does: every edge between two of them
 * has a lane from the one to the other.
 *
 * The work is the number of rows times the number of lanes, plus the edges.
 *
 * @param ids Which revisions; edges that leave them are left out. Without it, all.
 */
export function layLanes(
  graph: RevisionGraph,
  ids: Iterable<RevisionId> = graph.ids,
): readonly LaneRow[] {
  const order = graph.sorted(ids);
  const shown = new Set(order);
  const lanes: (Lane | null)[] = [];
  const waiting = new Map<RevisionId, number[]>();
  const rows: LaneRow[] = [];

  const firstFree = (): number => {
    const free = lanes.indexOf(null);
    return free === -1 ? lanes.length : free;
  };
  const open = (at: number, lane: Lane): void => {
    while (lanes.length < at) lanes.push(null);
    lanes[at] = lane;
    const others = waiting.get(lane.target);
    if (others === undefined) waiting.set(lane.target, [at]);
    else others.push(at);
  };

  for (let nth = order.length - 1; nth >= 0; nth--) {
    const id = order[nth]!;
    const [own, ...joins] = (waiting.get(id) ?? []).sort((a, b) => a - b);
    waiting.delete(id);
    const column = own ?? firstFree();
    for (const at of joins) lanes[at] = null;
    if (own !== undefined) lanes[own] = null;
    trim(lanes);
    const beside = lanes.slice();

    const forks: LaneFork[] = [];
    for (const [to, kind] of edgesFrom(graph, id, shown)) {
      const shared = sharedLane(lanes, waiting, { target: to, kind });
      if (forks.length > 0 && shared !== undefined) {
        forks.push({ lane: shared, to, kind, isNew: false });
        continue;
      }
      const lane = forks.length === 0 ? column : firstFree();
      open(lane, { target: to, kind });
      forks.push({ lane, to, kind, isNew: true });
    }
    trim(lanes);
    rows.push({ id, column, isReached: own !== undefined, beside, joins, forks });
  }
  return rows;
}

/** Drops the free lanes at the right. */
function trim(lanes: (Lane | null)[]): void {
  while (lanes.length > 0 && lanes[lanes.length - 1] === null) lanes.pop();
}

/** The edges downwards of a revision to others that are shown, each once, parents first. */
function edgesFrom(
  graph: RevisionGraph,
  id: RevisionId,
  shown: ReadonlySet<RevisionId>,
): readonly (readonly [RevisionId, LaneKind])[] {
  const edges: (readonly [RevisionId, LaneKind])[] = [];
  const parents = graph.parentsOf(id);
  for (const parent of parents) if (shown.has(parent)) edges.push([parent, "parent"]);
  for (const needed of new Set(graph.get(id)!.dependsOn)) {
    if (shown.has(needed) && !parents.includes(needed)) edges.push([needed, "dependency"]);
  }
  return edges;
}

/** A lane that already leads where this one would, in the same kind of line. */
function sharedLane(
  lanes: readonly (Lane | null)[],
  waiting: ReadonlyMap<RevisionId, readonly number[]>,
  { target, kind }: Lane,
): number | undefined {
  return waiting.get(target)?.find((at) => lanes[at]?.kind === kind);
}
