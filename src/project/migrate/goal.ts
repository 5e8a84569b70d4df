import type { Ref } from "../../graph/ref.ts";
import { resolveOne, resolveRefs } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import {
  appliedAfter,
  type Destination,
  downgradeRoute,
  resolveDestination,
  type Route,
  switchRoute,
  upgradeRoute,
  withoutRoute,
} from "../../graph/route.ts";
import { inOrder, type NextCommand, shell } from "../../text/next_step.ts";
import type { Catalogue } from "../workspace/catalogue.ts";

/** The goal of a migration, in refs. */
export type GoalRequest =
  | { readonly kind: "upgrade"; readonly refs: readonly Ref[] }
  | { readonly kind: "downgrade"; readonly ref: Ref }
  | { readonly kind: "redo"; readonly ref: Ref }
  /** An applied revision, and the revisions that were applied on top of it. */
  | { readonly kind: "undo"; readonly id: RevisionId }
  /** Applied revisions, without those that were applied on top of them. */
  | { readonly kind: "without"; readonly ids: readonly RevisionId[] }
  | { readonly kind: "switch"; readonly refs: readonly Ref[] };

/**
 * The same in ids. It is resolved once, before waiting for the lock, so that `+1` stays the same revision whatever
 * other processes do.
 */
export type Goal =
  | { readonly kind: "upgrade"; readonly ids: readonly RevisionId[] }
  | { readonly kind: "downgrade"; readonly destination: Destination }
  | { readonly kind: "redo"; readonly id: RevisionId }
  | { readonly kind: "without"; readonly ids: readonly RevisionId[] }
  | { readonly kind: "switch"; readonly ids: readonly RevisionId[] };

/** @throws {AludelError} An error of the area `ref`. */
export function resolveGoal(catalogue: Catalogue, request: GoalRequest): Goal {
  const { graph, applied, onDisk } = catalogue;
  switch (request.kind) {
    case "upgrade":
      return {
        kind: "upgrade",
        ids: resolveRefs(graph, request.refs, { applied, onDisk, purpose: "upgrade" }),
      };
    case "downgrade":
      return {
        kind: "downgrade",
        destination: resolveDestination(graph, request.ref, { applied, onDisk }),
      };
    case "switch":
      return {
        kind: "switch",
        ids: resolveRefs(graph, request.refs, { applied, onDisk, purpose: "look" }),
      };
    case "without":
      return request;
    case "undo":
      return { kind: "downgrade", destination: { kind: "before", id: request.id } };
    case "redo":
      return {
        kind: "redo",
        id: resolveOne(graph, request.ref, { applied, onDisk, purpose: "look" }),
      };
  }
}

/**
 * The steps from what is applied to a goal. Empty if nothing is left to do.
 * @throws {AludelError} `route-not-applied`.
 */
export function routeTo(catalogue: Catalogue, goal: Goal): Route {
  const { graph, applied } = catalogue;
  switch (goal.kind) {
    case "upgrade":
      return upgradeRoute(graph, applied, goal.ids);
    case "downgrade": {
      const { destination } = goal;
      // Another process has already undone the revision of "-1".
      if (destination.kind === "before" && !applied.has(destination.id)) return [];
      return downgradeRoute(graph, applied, destination);
    }
    case "without":
      return withoutRoute(graph, applied, goal.ids);
    case "switch":
      return switchRoute(graph, applied, goal.ids);
    case "redo": {
      const down = downgradeRoute(graph, applied, { kind: "before", id: goal.id });
      const undone = down.map((step) => step.id);
      return [...down, ...upgradeRoute(graph, appliedAfter(applied, down), undone)];
    }
  }
}

/**
 * The commands that move the record of a revision to its new place in the manifest, without undoing it: its record is
 * removed, missing revisions under it run, and it is recorded again.
 */
export function recordElsewhere(
  id: RevisionId,
  catalogue: Catalogue,
): NextCommand {
  const { graph, applied } = catalogue;
  const heads = graph.headsOf(applied, "parents");
  const under = graph.ancestors([id], "all");
  const missing = [...under].filter((one) => one !== id && !applied.has(one));
  if (missing.length === 0) {
    return shell`aludel stamp --purge ${heads} # record it there, and run nothing`;
  }
  const follows = graph.descendants([id], "all");
  const rest = [...applied].filter((one) => one !== id && !follows.has(one));
  const below = graph.headsOf(new Set(rest), "parents");
  const back = below.length === 0
    ? shell`aludel stamp base`
    : below.some((one) => under.has(one))
    ? shell`aludel stamp ${below}`
    : shell`aludel stamp --purge ${below}`;
  return inOrder([
    back,
    ...graph.headsOf(new Set(missing), "parents").map((one) => shell`aludel upgrade ${one}`),
    shell`aludel stamp ${heads} # run what is missing under it, and record it there`,
  ]);
}
