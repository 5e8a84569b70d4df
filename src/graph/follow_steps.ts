import { AludelError } from "../errors.ts";
import { branchName, type BranchScope, listed, within } from "./branch_scope.ts";
import type { RefPurpose } from "./ref.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";
import { instead, shell } from "../text/next_step.ts";

/** A place in the graph: a revision, or null for the base under all of them. */
export type Point = RevisionId | null;

/** How to follow a walk, and how an error names it. */
export interface Walk {
  /** The ref as typed. */
  readonly text: string;
  readonly scope: BranchScope | null;
  readonly purpose: RefPurpose;
  /** Stop at the last revision or the base instead of failing when the graph ends first. */
  readonly clamp: boolean;
}

/**
 * Goes up by `count` children.
 * @throws {AludelError} `ref-several-paths` at a fork that the branch does not decide, `ref-too-far`
 */
export function climb(graph: RevisionGraph, start: Point, count: number, walk: Walk): Point {
  let point = start;
  for (let done = 0; done < count; done++) {
    const ways = within(walk.scope, point === null ? graph.bases : graph.childrenOf(point));
    const [next] = ways;
    if (next === undefined) {
      if (walk.clamp) return point;
      throw tooFar(graph, walk, start, done, point);
    }
    if (ways.length > 1) throw severalPaths(graph, walk, point, ways, `+${count - done}`);
    point = next;
  }
  return point;
}

/**
 * Goes down by `count` parents; the step below a base leads to null.
 * @throws {AludelError} `ref-several-paths` at a merge point, `ref-too-far`
 */
export function descend(graph: RevisionGraph, start: Point, count: number, walk: Walk): Point {
  let point = start;
  for (let done = 0; done < count; done++) {
    if (point === null) {
      if (walk.clamp) return null;
      throw tooFar(graph, walk, start, done, null);
    }
    const ways = graph.parentsOf(point);
    if (ways.length > 1) throw severalPaths(graph, walk, point, ways, null);
    point = ways[0] ?? null;
  }
  return point;
}

/** Goes from a point by steps of either sign. */
export function follow(graph: RevisionGraph, start: Point, steps: number, walk: Walk): Point {
  return steps > 0 ? climb(graph, start, steps, walk) : descend(graph, start, -steps, walk);
}

/**
 * The one applied revision from which `+N` climbs: a head of the applied revisions, on the branch if one is named. If
 * the branch has no such head, it is its topmost applied revision, or null if none is applied.
 *
 * A head here is one that no applied revision follows or depends on.
 * @throws {AludelError} `ref-several-heads`
 */
export function topForClimb(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  walk: Walk,
): Point {
  let tops = within(walk.scope, graph.headsOf(applied, "all"));
  if (tops.length === 0) tops = graph.headsOf(within(walk.scope, [...applied]), "all");
  return single(graph, tops, walk) ?? null;
}

/**
 * The one applied revision from which `-N` descends: a head of the applied revisions, on the branch if one is named. If
 * the branch has no such head, it is one that only a dependency covers.
 * @throws {AludelError} `ref-several-heads`, `ref-too-far` if nothing of the branch is applied
 */
export function topForDescent(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  walk: Walk,
): RevisionId {
  let tops = within(walk.scope, graph.headsOf(applied, "all"));
  if (tops.length === 0) tops = within(walk.scope, graph.headsOf(applied, "parents"));
  const top = single(graph, tops, walk);
  if (top !== undefined) return top;
  const where = walk.scope === null ? "" : ` at the top of the branch "${walk.scope.name}"`;
  throw new AludelError(
    "ref-too-far",
    `"${walk.text}" has nothing to start from: no revision is applied${where}`,
    {
      notes: listed(graph, graph.headsOf(applied, "parents")),
      next: [shell`aludel current`],
    },
  );
}

function single(
  graph: RevisionGraph,
  tops: readonly RevisionId[],
  walk: Walk,
): RevisionId | undefined {
  if (tops.length < 2) return tops[0];
  const steps = /[+-][0-9]+$/.exec(walk.text)?.[0] ?? "";
  throw new AludelError(
    "ref-several-heads",
    `"${walk.text}" could start from ${tops.length} applied heads`,
    {
      notes: listed(graph, tops),
      next: tops.slice(0, 4).map((top) =>
        instead(walk.text, `${branchName(graph, top, tops)}@${steps}`)
      ),
    },
  );
}

function severalPaths(
  graph: RevisionGraph,
  walk: Walk,
  point: Point,
  ways: readonly RevisionId[],
  steps: string | null,
): AludelError {
  const place = point === null ? "the base" : `revision "${point}"`;
  const fact = point === null
    ? `carries ${ways.length} revisions`
    : steps === null
    ? `merges ${ways.length} parents`
    : `has ${ways.length} children`;
  return new AludelError(
    "ref-several-paths",
    `"${walk.text}" does not say which way to go: ${place} ${fact}`,
    {
      notes: listed(graph, ways),
      next: ways.slice(0, 4).map((way) =>
        steps === null
          ? instead(walk.text, way)
          : instead(walk.text, `${branchName(graph, way, ways)}@${point ?? "base"}${steps}`)
      ),
    },
  );
}

function tooFar(
  graph: RevisionGraph,
  walk: Walk,
  start: Point,
  done: number,
  end: Point,
): AludelError {
  const from = start === null ? "the base" : `"${start}"`;
  const last = end === null ? "the base" : `"${end}"`;
  const steps = done === 1 ? "is 1 step" : `are ${done} steps`;
  if (walk.purpose === "upgrade" && start !== null && done === 0) {
    return new AludelError(
      "ref-too-far",
      `Nothing is left to upgrade: revision ${from} is a head`,
      {
        notes: listed(graph, [start]),
        next: [shell`aludel current`, shell`aludel heads`],
      },
    );
  }
  return new AludelError(
    "ref-too-far",
    `"${walk.text}" goes too far: from ${from} there ${steps}, to ${last}`,
    { notes: listed(graph, end === null ? [] : [end]), next: [shell`aludel history`] },
  );
}
