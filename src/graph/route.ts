import { AludelError } from "../errors.ts";
import { shell } from "../text/next_step.ts";
import { findScope, listed } from "./branch_scope.ts";
import { descend, topForDescent, type Walk } from "./follow_steps.ts";
import { formatRef, type Ref, refuseOtherDirection } from "./ref.ts";
import { isFromApplied, type ResolveOptions, resolveRef, severalHeads } from "./resolve_ref.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** The destination of a downgrade or a stamp. Everything that needs an undone revision is undone with it. */
export type Destination =
  /** Undo everything, or everything above the bases of one revision's branch. */
  | { readonly kind: "base"; readonly branch: RevisionId | null }
  /** Keep this revision; undo its children, or those on one revision's branch. */
  | { readonly kind: "revision"; readonly id: RevisionId; readonly branch: RevisionId | null }
  /** Undo this revision: what `-N` comes to, also when it merged several parents. */
  | { readonly kind: "before"; readonly id: RevisionId };

/**
 * The destination of a downgrade to a ref.
 *
 * `-N` undoes N revisions from the only head of what is applied; `REV-N` that ends below a base is the base of REV's branch.
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
    descend(graph, top, -ref.steps, walk); // Says how far it could have gone.
  }
  const branch = scope?.id ?? null;
  const [id, ...more] = resolveRef(graph, ref, { ...options, purpose: "downgrade" });
  if (id === undefined) return { kind: "base", branch: branch ?? startOf(graph, ref, options) };
  if (more.length > 0) throw severalHeads(graph, text, [id, ...more], "downgrade");
  return { kind: "revision", id, branch };
}

/** The revision from which a walk reached the base: the downgrade stays on its branch. */
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
 * The way up: what the targets and their ancestors and dependencies lack, parents and dependencies first.
 * Empty if nothing is left to do.
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
 * The way down: the applied revisions among those that the destination undoes and all that follow or depend on
 * them, the last ones first. Other branches stay. Empty if nothing is left to do.
 *
 * @throws {AludelError} `route-not-applied` if the destination itself is not applied: going there would be an upgrade.
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
 * The way back from some revisions, and no other: those of them that are applied, the last ones first.
 * @throws {AludelError} `route-followed` if a revision is applied that needs one of them and is not among them.
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
 * The way across: undoes what is applied and not under the targets, the last ones first, then applies what the targets
 * lack. Afterwards exactly the targets and all under them are applied.
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

/** What a stamp records and forgets, each in the order of a route: parents first, and the other way round. */
export interface StampRoute {
  readonly add: readonly RevisionId[];
  readonly remove: readonly RevisionId[];
}

/**
 * The change of records that puts a database at the targets: what follows or depends on one is forgotten, the targets
 * with all under them are recorded, other branches stay. Without targets everything is forgotten.
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

/** The change of records that forgets a branch, for `stamp LABEL@base`. */
export function stampBaseRoute(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  branch: RevisionId | null,
): StampRoute {
  const steps = downgradeRoute(graph, applied, { kind: "base", branch });
  return { add: [], remove: steps.map((step) => step.id) };
}

/** What is applied after a route. */
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
