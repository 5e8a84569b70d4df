import { AludelError } from "../errors.ts";
import { type BranchScope, findScope, requireWithin, within } from "./branch_scope.ts";
import { findRevision, listed } from "./find_revision.ts";
import {
  climb,
  descend,
  follow,
  type Point,
  topForClimb,
  topForDescent,
  type Walk,
} from "./follow_steps.ts";
import { type Anchor, formatRef, type Ref } from "./ref.ts";
import { type RefPurpose, refuseOtherDirection, suggestRef } from "./ref_purpose.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** What a ref can depend on besides the graph. */
export interface RefContext {
  /** The revisions of the database; empty where a command has none. Each must be in the graph. */
  readonly applied: ReadonlySet<RevisionId>;
  readonly purpose: RefPurpose;
  /** Where the graph holds more than the disk does: the revisions that `head` and `heads` are among. */
  readonly onDisk?: ReadonlySet<RevisionId>;
}

/**
 * The revisions that a ref names, without repetitions. `base` is the empty list: the state under every revision.
 *
 * @throws {AludelError} `ref-not-found`, `ref-ambiguous`, `ref-several-heads`, `ref-several-paths`, `ref-too-far`,
 * `ref-other-branch`, `ref-wrong-direction`
 */
export function resolveRef(
  graph: RevisionGraph,
  ref: Ref,
  context: RefContext,
): readonly RevisionId[] {
  const scope = findScope(graph, ref.branch);
  if (ref.kind === "point") return resolveAnchor(graph, ref.anchor, scope, context);
  const point = resolveWalk(graph, ref, context, {
    text: formatRef(ref),
    scope,
    purpose: context.purpose,
    clamp: false,
  });
  return point === null ? [] : [point];
}

/** What several refs name together, each revision once, in topological order. Throws as `resolveRef`. */
export function resolveRefs(
  graph: RevisionGraph,
  refs: readonly Ref[],
  context: RefContext,
): readonly RevisionId[] {
  return graph.sorted(refs.flatMap((ref) => resolveRef(graph, ref, context)));
}

/**
 * The only revision that a ref names, for commands that work on one.
 * @throws {AludelError} `ref-several-heads` for several, `ref-not-found` for `base`, and as `resolveRef`.
 */
export function resolveOne(graph: RevisionGraph, ref: Ref, context: RefContext): RevisionId {
  const [id, ...more] = resolveRef(graph, ref, context);
  if (id === undefined) {
    throw new AludelError("ref-not-found", `"${formatRef(ref)}" names no revision`, {
      notes: ["A revision is expected here, and this is the state before the first one"],
      next: ["aludel history"],
    });
  }
  if (more.length > 0) throw severalHeads(graph, formatRef(ref), [id, ...more], context.purpose);
  return id;
}

/** Where a walk ends. */
export function resolveWalk(
  graph: RevisionGraph,
  ref: Ref & { readonly kind: "walk" },
  context: RefContext,
  walk: Walk,
): Point {
  const { from, steps } = ref;
  if (isFromApplied(from)) {
    refuseOtherDirection(walk.text, steps, context.purpose);
    return steps > 0
      ? climb(graph, topForClimb(graph, context.applied, walk), steps, walk)
      : descend(graph, topForDescent(graph, context.applied, walk), -steps, walk);
  }
  // As in Alembic, on the way up the branch chooses among children, and the start may be off it.
  const startScope = steps > 0 && from.kind === "name" ? null : walk.scope;
  const [start = null, ...more] = resolveAnchor(graph, from, startScope, context);
  if (start !== null && more.length > 0) {
    throw severalHeads(graph, walk.text, [start, ...more], context.purpose);
  }
  return follow(graph, start, steps, walk);
}

/** Whether a walk starts at what is applied: `-1`, and `current-1`, which says the same. */
export function isFromApplied(
  from: Anchor | null,
): from is null | (Anchor & { readonly keyword: "current" }) {
  return from === null || (from.kind === "keyword" && from.keyword === "current");
}

/** The error for a ref that must name one revision and names several. */
export function severalHeads(
  graph: RevisionGraph,
  text: string,
  ids: readonly RevisionId[],
  purpose: RefPurpose,
): AludelError {
  const rest = /(?:^|@)(?:heads?|current)([+-][0-9]+)?$/i.exec(text)?.[1] ?? "";
  return new AludelError("ref-several-heads", `"${text}" names ${ids.length} revisions`, {
    notes: listed(graph, ids),
    next: ids.slice(0, 4).map((id) => suggestRef(purpose, `${id}${rest}`)),
  });
}

function resolveAnchor(
  graph: RevisionGraph,
  anchor: Anchor,
  scope: BranchScope | null,
  context: RefContext,
): readonly RevisionId[] {
  if (anchor.kind === "name") {
    return [requireWithin(scope, findRevision(graph, anchor.name, scope?.lineage))];
  }
  switch (anchor.keyword) {
    case "base":
      return [];
    case "current":
      return within(scope, graph.headsOf(context.applied, "parents"));
    case "heads":
      return scope === null
        ? headsOnDisk(graph, context, "all")
        : within(scope, headsOnDisk(graph, context, "parents"));
    case "head": {
      const heads = within(scope, headsOnDisk(graph, context, "parents"));
      if (heads.length < 2) return heads;
      throw severalHeads(
        graph,
        scope === null ? "head" : `${scope.name}@head`,
        heads,
        context.purpose,
      );
    }
  }
}

function headsOnDisk(
  graph: RevisionGraph,
  { onDisk }: RefContext,
  edges: "parents" | "all",
): readonly RevisionId[] {
  if (onDisk !== undefined) return graph.headsOf(onDisk, edges);
  return edges === "all" ? graph.effectiveHeads : graph.heads;
}
