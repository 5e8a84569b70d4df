import { AludelError } from "../errors.ts";
import { describeProblem, type GraphProblem } from "./graph_problem.ts";
import type { Revision, RevisionId } from "./revision.ts";
import { RevisionGraph } from "./revision_graph.ts";
import { foldName, idFault, labelFault } from "./revision_name.ts";
import { type Adjacency, knots, minimalCycle, topologicalOrder } from "./walk.ts";

/** A graph, or everything that is wrong with the revisions. */
export type GraphOutcome =
  | { readonly graph: RevisionGraph; readonly problems?: never }
  | { readonly graph?: never; readonly problems: readonly GraphProblem[] };

/**
 * Builds the graph of a list of revisions, or finds all its problems at once, in the order of the list and cycles last.
 *
 * Linear but for the sorting of revisions that are not in topological order already.
 *
 * @param revisions In the order that decides where the graph does not: the caller sorts by creation time, then id.
 */
export function buildGraph(revisions: readonly Revision[]): GraphOutcome {
  const problems: GraphProblem[] = [];
  const places = checkIds(revisions, problems);
  checkLabels(revisions, places.folded, problems);
  const { parents, below } = edgesOf(revisions, places.exact, problems);
  const order = topologicalOrder(below);
  if (order.length < revisions.length) findCycles(revisions, parents, below, problems);
  if (problems.length > 0) return { problems };
  return { graph: new RevisionGraph(order.map((at) => revisions[at]!)) };
}

/**
 * The graph of a list of revisions that is expected to be one.
 * @throws {AludelError} `graph-invalid`, with every problem in the notes.
 */
export function requireGraph(revisions: readonly Revision[]): RevisionGraph {
  const { graph, problems } = buildGraph(revisions);
  if (graph !== undefined) return graph;
  const [first, ...rest] = problems.map(describeProblem);
  throw new AludelError("graph-invalid", first ?? "The revisions are no graph", { notes: rest });
}

interface Places {
  readonly exact: ReadonlyMap<RevisionId, number>;
  readonly folded: ReadonlyMap<string, number>;
}

function checkIds(revisions: readonly Revision[], problems: GraphProblem[]): Places {
  const exact = new Map<RevisionId, number>();
  const folded = new Map<string, number>();
  revisions.forEach(({ id }, at) => {
    const fault = idFault(id);
    if (fault !== null) problems.push({ kind: "illegal-id", id, fault, at: [at] });
    const earlier = folded.get(foldName(id));
    if (earlier !== undefined) {
      problems.push({
        kind: "duplicate-id",
        ids: [revisions[earlier]!.id, id],
        at: [earlier, at],
      });
    }
    if (earlier === undefined) folded.set(foldName(id), at);
    if (!exact.has(id)) exact.set(id, at);
  });
  return { exact, folded };
}

function checkLabels(
  revisions: readonly Revision[],
  folded: ReadonlyMap<string, number>,
  problems: GraphProblem[],
): void {
  const carriers = new Map<string, number>();
  revisions.forEach(({ id, labels }, at) => {
    for (const label of labels) {
      const fault = labelFault(label);
      if (fault !== null) problems.push({ kind: "illegal-label", id, label, fault, at: [at] });
      const name = foldName(label);
      const other = folded.get(name);
      if (other !== undefined) {
        const otherId = revisions[other]!.id;
        problems.push({ kind: "label-is-id", label, id, other: otherId, at: [other, at] });
      }
      const earlier = carriers.get(name);
      if (earlier === undefined) carriers.set(name, at);
      else {
        const ids = [revisions[earlier]!.id, id] as const;
        problems.push({ kind: "duplicate-label", label, ids, at: [earlier, at] });
      }
    }
  });
}

/** The edges between the revisions that exist, without those from a revision to itself. */
function edgesOf(
  revisions: readonly Revision[],
  places: ReadonlyMap<RevisionId, number>,
  problems: GraphProblem[],
): { readonly parents: Adjacency; readonly below: Adjacency } {
  const parents: number[][] = [];
  const below: (readonly number[])[] = [];
  revisions.forEach((revision, at) => {
    const { id } = revision;
    const resolve = (names: readonly RevisionId[], missing: MissingKind, loop: LoopKind) => {
      const found: number[] = [];
      for (const name of names) {
        const place = places.get(name);
        if (name === id) problems.push({ kind: loop, id, at: [at] });
        else if (place === undefined) problems.push({ kind: missing, id, missing: name, at: [at] });
        else found.push(place);
      }
      return found;
    };
    const direct = resolve(revision.parents, "missing-parent", "self-parent");
    parents.push(direct);
    below.push(
      revision.dependsOn.length === 0
        ? direct
        : [...direct, ...resolve(revision.dependsOn, "missing-dependency", "self-dependency")],
    );
  });
  return { parents, below };
}

type MissingKind = "missing-parent" | "missing-dependency";
type LoopKind = "self-parent" | "self-dependency";

/** One cycle for each knot; a knot of parents is reported as such, and not again for its dependencies. */
function findCycles(
  revisions: readonly Revision[],
  parents: Adjacency,
  below: Adjacency,
  problems: GraphProblem[],
): void {
  const report = (kind: "parent-cycle" | "dependency-cycle", cycle: readonly number[]) =>
    problems.push({ kind, ids: cycle.map((at) => revisions[at]!.id), at: cycle });
  const reported = new Set<number>();
  for (const knot of knots(parents)) {
    for (const at of knot) reported.add(at);
    report("parent-cycle", minimalCycle(knot, parents));
  }
  for (const knot of knots(below)) {
    if (!knot.some((at) => reported.has(at))) report("dependency-cycle", minimalCycle(knot, below));
  }
}
