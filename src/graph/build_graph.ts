import { AludelError } from "../errors.ts";
import { type NextStep, say, shell } from "../text/next_step.ts";
import {
  foldRevisionName,
  idFault,
  labelFault,
  type Revision,
  type RevisionId,
} from "./revision.ts";
import { type GraphParts, RevisionGraph } from "./revision_graph.ts";
import { type Adjacency, cyclicComponents, minimalCycle, topologicalOrder } from "./walk.ts";

/**
 * The reason why a list of revisions is no graph. `at` holds the positions in the list of the revisions involved, the
 * one to fix last, so that a caller can point at lines of a manifest.
 */
type GraphProblem =
  & { readonly at: readonly number[] }
  & (
    | { readonly kind: "illegal-id"; readonly id: RevisionId; readonly fault: string }
    | {
      readonly kind: "illegal-label";
      readonly id: RevisionId;
      readonly label: string;
      readonly fault: string;
    }
    /** Two revisions have the same id, or ids that differ only in case. */
    | { readonly kind: "duplicate-id"; readonly ids: readonly [RevisionId, RevisionId] }
    | {
      readonly kind: "duplicate-label";
      readonly label: string;
      readonly ids: readonly [RevisionId, RevisionId];
    }
    /** The label of `id` is also the id of the revision `other`. */
    | {
      readonly kind: "label-is-id";
      readonly label: string;
      readonly id: RevisionId;
      readonly other: RevisionId;
    }
    | { readonly kind: "missing-parent"; readonly id: RevisionId; readonly missing: RevisionId }
    | { readonly kind: "missing-dependency"; readonly id: RevisionId; readonly missing: RevisionId }
    | { readonly kind: "self-parent"; readonly id: RevisionId }
    | { readonly kind: "self-dependency"; readonly id: RevisionId }
    /** Each id has the next one as a parent, the last one the first. */
    | { readonly kind: "parent-cycle"; readonly ids: readonly RevisionId[] }
    /** Each id has the next one as a parent or depends on it, the last one the first. */
    | { readonly kind: "dependency-cycle"; readonly ids: readonly RevisionId[] }
  );

/** The problem as one sentence, without a final period. */
export function describeProblem(problem: GraphProblem): string {
  switch (problem.kind) {
    case "illegal-id":
      return `The id "${problem.id}" ${problem.fault}`;
    case "illegal-label":
      return `The label "${problem.label}" of revision "${problem.id}" ${problem.fault}`;
    case "duplicate-id": {
      const [first, second] = problem.ids;
      return first === second
        ? `The id "${first}" is used by two revisions`
        : `The ids "${first}" and "${second}" differ in case only`;
    }
    case "duplicate-label": {
      const [first, second] = problem.ids;
      return first === second
        ? `Revision "${first}" has the label "${problem.label}" twice`
        : `The label "${problem.label}" is on two revisions, "${first}" and "${second}"`;
    }
    case "label-is-id":
      return `The label "${problem.label}" of revision "${problem.id}" is the id of revision "${problem.other}"`;
    case "missing-parent":
      return `Revision "${problem.id}" names the parent "${problem.missing}", which does not exist`;
    case "missing-dependency":
      return `Revision "${problem.id}" depends on "${problem.missing}", which does not exist`;
    case "self-parent":
      return `Revision "${problem.id}" is its own parent`;
    case "self-dependency":
      return `Revision "${problem.id}" depends on itself`;
    case "parent-cycle":
      return `The parents form a cycle: ${round(problem.ids)}`;
    case "dependency-cycle":
      return `The parents and dependencies form a cycle: ${round(problem.ids)}`;
  }
}

/** The changes to the manifest that fix the problem. */
export function cureOf(problem: GraphProblem): readonly NextStep[] {
  switch (problem.kind) {
    case "illegal-id":
      return [say("Write the id that the revision had before, or create the revision again")];
    case "illegal-label":
      return [say("Give the revision another label, or none")];
    case "duplicate-id":
      return [say("Delete the line that is wrong, or give one of the two another id")];
    case "duplicate-label":
    case "label-is-id":
      return [say("Give one of them another label")];
    case "missing-parent":
    case "missing-dependency":
      return [
        shell`git log -S ${`"id":"${problem.missing}"`} # find the line of ${problem.missing}, and put it back`,
        say(`Or name a revision other than "${problem.missing}"`),
      ];
    case "self-parent":
      return [say('Take its own id out of its "parents"')];
    case "self-dependency":
      return [say('Take its own id out of its "dependsOn"')];
    case "parent-cycle":
      return [say('Take one of these ids out of the "parents" of another')];
    case "dependency-cycle":
      return [say('Take one of these ids out of the "parents" or "dependsOn" of another')];
  }
}

/** Formats a cycle. A long one is shortened to its two ends, which are both places to cut it. */
function round(ids: readonly RevisionId[]): string {
  const shown = ids.length <= 8 ? ids : [...ids.slice(0, 4), "…", ...ids.slice(-3)];
  return [...shown, ids[0]].join(" → ");
}

/** A graph, or all problems of the revisions. */
export type GraphOutcome =
  | { readonly graph: RevisionGraph; readonly problems?: never }
  | { readonly graph?: never; readonly problems: readonly GraphProblem[] };

/**
 * Builds the graph of a list of revisions, or finds all its problems, in the order of the list with cycles last.
 *
 * It takes linear time, apart from sorting revisions that are not yet in topological order.
 *
 * @param revisions In the order to keep if the graph does not decide: the caller sorts by creation time, then id.
 */
export function buildGraph(revisions: readonly Revision[]): GraphOutcome {
  const problems: GraphProblem[] = [];
  const position = checkIds(revisions, problems);
  checkLabels(revisions, problems);
  const edges = edgesOf(revisions, position, problems);
  const order = topologicalOrder(edges.below);
  if (order.length < revisions.length) findCycles(revisions, edges, problems);
  if (problems.length > 0) return { problems };
  const isOrdered = order.every((from, to) => from === to);
  const parts = isOrdered ? { revisions, position, ...edges } : reordered(revisions, edges, order);
  return { graph: new RevisionGraph(parts) };
}

/**
 * Builds the graph of a list of revisions that should be one.
 * @throws {AludelError} `graph-invalid`, with every problem in the notes.
 */
export function requireGraph(revisions: readonly Revision[]): RevisionGraph {
  const { graph, problems } = buildGraph(revisions);
  if (graph !== undefined) return graph;
  throw new AludelError("graph-invalid", describeProblem(problems[0]!), {
    notes: problems.slice(1).map(describeProblem),
    next: cureOf(problems[0]!),
  });
}

const CAPITAL = /[A-Z]/;

interface EdgeLists {
  readonly parents: Adjacency;
  readonly below: Adjacency;
}

function checkIds(
  revisions: readonly Revision[],
  problems: GraphProblem[],
): ReadonlyMap<RevisionId, number> {
  const position = new Map<RevisionId, number>();
  const folded = new Map<string, number>();
  let hasCapitals = false;
  for (let at = 0; at < revisions.length; at++) {
    const { id } = revisions[at]!;
    const fault = idFault(id);
    if (fault !== null) problems.push({ kind: "illegal-id", id, fault, at: [at] });
    if (position.has(id)) {
      problems.push({ kind: "duplicate-id", ids: [id, id], at: [position.get(id)!, at] });
    } else position.set(id, at);
    hasCapitals ||= CAPITAL.test(id);
  }
  if (!hasCapitals) return position;
  for (const [id, at] of position) {
    const earlier = folded.get(foldRevisionName(id));
    if (earlier === undefined) folded.set(foldRevisionName(id), at);
    else {
      const ids = [revisions[earlier]!.id, id] as const;
      problems.push({ kind: "duplicate-id", ids, at: [earlier, at] });
    }
  }
  return position;
}

function checkLabels(revisions: readonly Revision[], problems: GraphProblem[]): void {
  if (revisions.every((revision) => revision.labels.length === 0)) return;
  const ids = new Map(revisions.map(({ id }, at) => [foldRevisionName(id), at]));
  const carriers = new Map<string, number>();
  revisions.forEach(({ id, labels }, at) => {
    for (const label of labels) {
      const fault = labelFault(label);
      if (fault !== null) problems.push({ kind: "illegal-label", id, label, fault, at: [at] });
      const name = foldRevisionName(label);
      const other = ids.get(name);
      if (other !== undefined) {
        const otherId = revisions[other]!.id;
        problems.push({ kind: "label-is-id", label, id, other: otherId, at: [other, at] });
      }
      const earlier = carriers.get(name);
      if (earlier === undefined) carriers.set(name, at);
      else {
        const both = [revisions[earlier]!.id, id] as const;
        problems.push({ kind: "duplicate-label", label, ids: both, at: [earlier, at] });
      }
    }
  });
}

/** The edges between the revisions that exist, without those from a revision to itself. */
function edgesOf(
  revisions: readonly Revision[],
  position: ReadonlyMap<RevisionId, number>,
  problems: GraphProblem[],
): EdgeLists {
  const parents: (readonly number[])[] = [];
  const below: (readonly number[])[] = [];
  let hasDependencies = false;
  for (let at = 0; at < revisions.length; at++) {
    const { id, parents: names, dependsOn } = revisions[at]!;
    const direct: number[] = [];
    for (let nth = 0; nth < names.length; nth++) {
      const name = names[nth]!;
      const place = position.get(name);
      if (name === id) problems.push({ kind: "self-parent", id, at: [at] });
      else if (place === undefined) {
        problems.push({ kind: "missing-parent", id, missing: name, at: [at] });
      } else if (nth === 0 || !direct.includes(place)) direct.push(place);
    }
    parents.push(direct);
    if (dependsOn.length === 0) {
      below.push(direct);
      continue;
    }
    hasDependencies = true;
    const all = [...direct];
    for (const name of dependsOn) {
      const place = position.get(name);
      if (name === id) problems.push({ kind: "self-dependency", id, at: [at] });
      else if (place === undefined) {
        problems.push({ kind: "missing-dependency", id, missing: name, at: [at] });
      } else if (!all.includes(place)) all.push(place);
    }
    below.push(all);
  }
  return { parents, below: hasDependencies ? below : parents };
}

/** Renumbers the nodes of a graph by their place in `order`. */
function reordered(
  revisions: readonly Revision[],
  { parents, below }: EdgeLists,
  order: readonly number[],
): GraphParts {
  const place = new Int32Array(order.length);
  order.forEach((from, to) => place[from] = to);
  const moved = (edges: Adjacency): Adjacency =>
    order.map((from) => edges[from]!.map((target) => place[target]!));
  const newParents = moved(parents);
  return {
    revisions: order.map((at) => revisions[at]!),
    position: new Map(order.map((from, to) => [revisions[from]!.id, to])),
    parents: newParents,
    below: below === parents ? newParents : moved(below),
  };
}

/** Finds one cycle in each component. A cycle of parents is not reported again as one of dependencies. */
function findCycles(
  revisions: readonly Revision[],
  { parents, below }: EdgeLists,
  problems: GraphProblem[],
): void {
  const report = (kind: "parent-cycle" | "dependency-cycle", cycle: readonly number[]) =>
    problems.push({ kind, ids: cycle.map((at) => revisions[at]!.id), at: cycle });
  const reported = new Set<number>();
  for (const component of cyclicComponents(parents)) {
    for (const at of component) reported.add(at);
    report("parent-cycle", minimalCycle(component, parents));
  }
  for (const component of cyclicComponents(below)) {
    if (!component.some((at) => reported.has(at))) {
      report("dependency-cycle", minimalCycle(component, below));
    }
  }
}
