import { AludelError } from "../errors.ts";
import { shell } from "../text/next_step.ts";
import { findScope, listed } from "./branch_scope.ts";
import { descend, topForDescent, type Walk } from "./follow_steps.ts";
import { formatRef, type Ref, refuseOtherDirection } from "./ref.ts";
import { isFromApplied, type ResolveOptions, resolveRef, severalHeads } from "./resolve_ref.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** The destination of a downgrade or a stamp. All revisions that need an undone revision are undone with it. */
export type Destination =
  /** Undo everything, or everything above the bases of one revision's branch. */
  | { readonly kind: "base"; readonly branch: RevisionId | null }
  /** Keep this revision; undo its children, or those on one revision's branch. */
  | { readonly kind: "revision"; readonly id: RevisionId; readonly branch: RevisionId | null }
  /** Undo this revision: the result of `-N`, also if the revision merged several parents. */
  | { readonly kind: "before"; readonly id: RevisionId };

/**
 * The destination of a downgrade to a ref.
 *
 * `-N` undoes N revisions from the only applied head. `REV-N` that ends below a base is the base of REV's branch.
 * @throws {AludelError} As `resolveRef`; `ref-several-heads` if several revisions are named.
 */
export function resolveDestination(
  graph: RevisionGraph,
  ref: Ref,
  options: Omit<ResolveOptions, "purpose">,
): Destination {
  const text = formatRef(ref);
  const scope = findScope(graph, ref.branch);
  if (ref.kind === "walk" && isFromApplied(ref.from) && ref.steps !== 0) {
    refuseOtherDirection(text, ref.steps, "downgrade");
    const walk: Walk = { text, scope, purpose: "downgrade", clamp: false };
    const top = topForDescent(graph, options.applied, walk);
    const last = descend(graph, top, -ref.steps - 1, walk);
    if (last !== null) return { kind: "before", id: last };
    descend(graph, top, -ref.steps, walk); // Throws an error that says how many steps there are.
  }
  const branch = scope?.id ?? null;
  const [id, ...more] = resolveRef(graph, ref, { ...options, purpose: "downgrade" });
  if (id === undefined) return { kind: "base", branch: branch ?? startOf(graph, ref, options) };
  if (more.length > 0) throw severalHeads(graph, text, [id, ...more], "downgrade");
  return { kind: "revision", id, branch };
}

/** The revision from which a walk reached the base, so that the downgrade stays on its branch. */
function startOf(
  graph: RevisionGraph,
  ref: Ref,
  options: Omit<ResolveOptions, "purpose">,
): RevisionId | null {
  if (ref.kind !== "walk" || ref.from === null) return null;
  const start: Ref = { kind: "point", branch: ref.branch, anchor: ref.from };
  return resolveRef(graph, start, { ...options, purpose: "downgrade" })[0] ?? null;
}

/** One revision to run: its up, or its down. */
export interface Step {
  readonly direction: "up" | "down";
  readonly id: RevisionId;
}

/** Steps in the order in which they run. */
export type Route = readonly Step[];

/**
 * The route up: the targets with their ancestors and dependencies, without those that are applied, in topological
 * order. It is empty if nothing is left to do.
 */
export function upgradeRoute(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  targets: readonly RevisionId[],
): Route {
  const route: Step[] = [];
  for (const id of graph.ancestors(targets, "all")) {
    if (!applied.has(id)) route.push({ direction: "up", id });
  }
  return route;
}

/**
 * The route down: the applied revisions that the destination undoes and all that follow or depend on them, last ones
 * first. Other branches are kept. It is empty if nothing is left to do.
 *
 * @throws {AludelError} `route-not-applied` if the destination is not applied: going there would be an upgrade.
 */
export function downgradeRoute(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  destination: Destination,
): Route {
  if (destination.kind !== "base" && !applied.has(destination.id)) {
    throw new AludelError(
      "route-not-applied",
      `Revision "${destination.id}" is not applied, so nothing can be downgraded to it`,
      {
        revision: destination.id,
        notes: listed(graph, graph.headsOf(applied, "parents")).map((head) => `applied: ${head}`),
        next: [shell`aludel upgrade ${destination.id}`, shell`aludel current`],
      },
    );
  }
  const route: Step[] = [];
  for (const id of graph.descendants(undoneBy(graph, destination), "all")) {
    if (applied.has(id)) route.push({ direction: "down", id });
  }
  return route.reverse();
}

/**
 * The route that undoes exactly these revisions, as far as they are applied, last ones first.
 * @throws {AludelError} `route-followed` if an applied revision outside the list needs one of them.
 */
export function withoutRoute(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  ids: readonly RevisionId[],
): Route {
  const undone = ids.filter((id) => applied.has(id));
  const route: Step[] = [];
  for (const id of graph.descendants(undone, "all")) {
    if (!applied.has(id)) continue;
    if (!ids.includes(id)) {
      throw new AludelError("route-followed", `Revision "${id}" follows what is to be undone`, {
        revision: id,
        outcome: "Nothing was run",
        next: [shell`aludel history`, shell`aludel current`],
      });
    }
    route.push({ direction: "down", id });
  }
  return route.reverse();
}

/**
 * The route across: it undoes the applied revisions that are not under the targets, last ones first, then applies those
 * that the targets lack. Afterwards exactly the targets and all under them are applied.
 */
export function switchRoute(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  targets: readonly RevisionId[],
): Route {
  const wanted = graph.ancestors(targets, "all");
  const down: Step[] = [];
  for (const id of graph.ids) {
    if (applied.has(id) && !wanted.has(id)) down.push({ direction: "down", id });
  }
  return [...down.reverse(), ...upgradeRoute(graph, applied, targets)];
}

/** The records that a stamp writes, parents first, and those that it removes, children first. */
export interface StampRoute {
  readonly add: readonly RevisionId[];
  readonly remove: readonly RevisionId[];
}

/**
 * The change of records that puts a database at the targets. Records that follow or depend on a target are removed, the
 * targets and all under them are recorded, and other branches are kept. Without targets, all records are removed.
 */
export function stampRoute(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  targets: readonly RevisionId[],
): StampRoute {
  const below = graph.ancestors(targets, "all");
  const removed = targets.length === 0 ? new Set(graph.ids) : graph.descendants(targets, "all");
  return {
    add: [...below].filter((id) => !applied.has(id)),
    remove: [...removed].filter((id) => applied.has(id) && !below.has(id)).reverse(),
  };
}

/** The change of records that removes a branch, for `stamp LABEL@base`. */
export function stampBaseRoute(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  branch: RevisionId | null,
): StampRoute {
  const steps = downgradeRoute(graph, applied, { kind: "base", branch });
  return { add: [], remove: steps.map((step) => step.id) };
}

/** The applied revisions after a route. */
export function appliedAfter(
  applied: ReadonlySet<RevisionId>,
  route: Route,
): ReadonlySet<RevisionId> {
  const after = new Set(applied);
  for (const { direction, id } of route) {
    if (direction === "up") after.add(id);
    else after.delete(id);
  }
  return after;
}

/** The lowest revisions that a downgrade undoes, applied or not. */
function undoneBy(graph: RevisionGraph, destination: Destination): readonly RevisionId[] {
  if (destination.kind === "before") return [destination.id];
  const roots = destination.kind === "base" ? graph.bases : graph.childrenOf(destination.id);
  if (destination.branch === null) return roots;
  const lineage = graph.lineageOf(destination.branch);
  return roots.filter((id) => lineage.has(id));
}
