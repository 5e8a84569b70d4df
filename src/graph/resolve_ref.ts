import { AludelError } from "../errors.ts";
import { instead, say, shell } from "../text/next_step.ts";
import {
  type BranchScope,
  findRevision,
  findScope,
  listed,
  requireWithin,
  within,
} from "./branch_scope.ts";
import {
  climb,
  descend,
  follow,
  type Point,
  topForClimb,
  topForDescent,
  type Walk,
} from "./follow_steps.ts";
import {
  type Anchor,
  formatRange,
  formatRef,
  type Ref,
  type RefPurpose,
  type RefRange,
  refuseOtherDirection,
} from "./ref.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** The input for resolving a ref, besides the graph. */
export interface ResolveOptions {
  /** The revisions of the database; empty if a command has none. Each must be in the graph. */
  readonly applied: ReadonlySet<RevisionId>;
  readonly purpose: RefPurpose;
  /** The revisions on disk, if the graph has others too: only these can be `head` and `heads`. */
  readonly onDisk?: ReadonlySet<RevisionId>;
}

/**
 * Resolves a ref to revisions, without repetitions. `base` gives an empty list: the state before every revision.
 *
 * @throws {AludelError} `ref-not-found`, `ref-ambiguous`, `ref-several-heads`, `ref-several-paths`, `ref-too-far`,
 * `ref-other-branch`, `ref-wrong-direction`
 */
export function resolveRef(
  graph: RevisionGraph,
  ref: Ref,
  options: ResolveOptions,
): readonly RevisionId[] {
  const scope = findScope(graph, ref.branch);
  if (ref.kind === "point") return resolveAnchor(graph, ref.anchor, scope, options);
  const point = resolveWalk(graph, ref, options, {
    text: formatRef(ref),
    scope,
    purpose: options.purpose,
    clamp: false,
  });
  return point === null ? [] : [point];
}

/** Resolves several refs together, without repetitions and in topological order. Throws as `resolveRef`. */
export function resolveRefs(
  graph: RevisionGraph,
  refs: readonly Ref[],
  options: ResolveOptions,
): readonly RevisionId[] {
  return graph.sorted(refs.flatMap((ref) => resolveRef(graph, ref, options)));
}

/**
 * Resolves a ref for a command that takes one revision.
 * @throws {AludelError} `ref-several-heads` for several, `ref-not-found` for `base`, and as `resolveRef`.
 */
export function resolveOne(graph: RevisionGraph, ref: Ref, options: ResolveOptions): RevisionId {
  const [id, ...more] = resolveRef(graph, ref, options);
  if (id === undefined) {
    throw new AludelError("ref-not-found", `"${formatRef(ref)}" names no revision`, {
      notes: ["A revision is expected here, but this is the state before the first one"],
      next: [shell`aludel history`],
    });
  }
  if (more.length > 0) throw severalHeads(graph, formatRef(ref), [id, ...more], options.purpose);
  return id;
}

/** Follows a walk to its end. */
function resolveWalk(
  graph: RevisionGraph,
  ref: Ref & { readonly kind: "walk" },
  options: ResolveOptions,
  walk: Walk,
): Point {
  const { from, steps } = ref;
  if (isFromApplied(from)) {
    refuseOtherDirection(walk.text, steps, options.purpose);
    return steps > 0
      ? climb(graph, topForClimb(graph, options.applied, walk), steps, walk)
      : descend(graph, topForDescent(graph, options.applied, walk), -steps, walk);
  }
  // As in Alembic: on the way up, the branch chooses among children, and the start may be on another branch.
  const startScope = steps > 0 && from.kind === "name" ? null : walk.scope;
  const [start = null, ...more] = resolveAnchor(graph, from, startScope, options);
  if (start !== null && more.length > 0) {
    throw severalHeads(graph, walk.text, [start, ...more], options.purpose);
  }
  return follow(graph, start, steps, walk);
}

/** Whether a walk starts at the applied revisions, as `-1` and `current-1` do. */
export function isFromApplied(
  from: Anchor | null,
): from is null | (Anchor & { readonly keyword: "current" }) {
  return from === null || (from.kind === "keyword" && from.keyword === "current");
}

/** The error for a ref that must name one revision but names several. */
export function severalHeads(
  graph: RevisionGraph,
  text: string,
  ids: readonly RevisionId[],
  purpose: RefPurpose,
): AludelError {
  const rest = /(?:^|@)(?:heads?|current)([+-][0-9]+)?$/i.exec(text)?.[1] ?? "";
  return new AludelError("ref-several-heads", `"${text}" names ${ids.length} revisions`, {
    notes: listed(graph, ids),
    next: [
      ...(/^heads?$/i.test(text) && purpose === "upgrade"
        ? [instead(text, "heads", "apply every branch")]
        : []),
      ...(/^heads?$/i.test(text) && purpose !== "downgrade"
        ? [shell`aludel merge heads # join the branches`]
        : []),
      ...ids.slice(0, 4).map((id) => instead(text, `${id}${rest}`)),
    ],
  });
}

function resolveAnchor(
  graph: RevisionGraph,
  anchor: Anchor,
  scope: BranchScope | null,
  options: ResolveOptions,
): readonly RevisionId[] {
  if (anchor.kind === "name") {
    return [requireWithin(scope, findRevision(graph, anchor.name, scope?.lineage))];
  }
  switch (anchor.keyword) {
    case "base":
      return [];
    case "current":
      return within(scope, graph.headsOf(options.applied, "parents"));
    case "heads":
      return scope === null
        ? headsOnDisk(graph, options, "all")
        : within(scope, headsOnDisk(graph, options, "parents"));
    case "head": {
      const heads = within(scope, headsOnDisk(graph, options, "parents"));
      if (heads.length < 2) return heads;
      throw severalHeads(
        graph,
        scope === null ? "head" : `${scope.name}@head`,
        heads,
        options.purpose,
      );
    }
  }
}

function headsOnDisk(
  graph: RevisionGraph,
  { onDisk }: ResolveOptions,
  edges: "parents" | "all",
): readonly RevisionId[] {
  if (onDisk !== undefined) return graph.headsOf(onDisk, edges);
  return edges === "all" ? graph.effectiveHeads : graph.heads;
}

/** The two ends of a range. An empty `from` is the base. */
export interface RangeEnds {
  readonly from: readonly RevisionId[];
  readonly to: readonly RevisionId[];
}

/**
 * Resolves the ends of a range; an empty end is the base or the heads. As Alembic documents it, `-N` before the colon
 * counts down from the other end and `+N` after it counts up from the other end. Other relative ends count from the
 * applied revisions. All of them stop at the ends of the graph.
 *
 * @throws {AludelError} As `resolveRef`.
 */
export function resolveEnds(
  graph: RevisionGraph,
  { from, to }: RefRange,
  options: Omit<ResolveOptions, "purpose">,
): RangeEnds {
  const looking: ResolveOptions = { ...options, purpose: "look" };
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
 * Resolves a range to its revisions in topological order, both ends included: those under the upper end that follow or
 * depend on the lower one.
 *
 * @throws {AludelError} `route-not-related` if the lower end is not under the upper one, and as `resolveRef`.
 */
export function resolveRange(
  graph: RevisionGraph,
  range: RefRange,
  options: Omit<ResolveOptions, "purpose">,
): readonly RevisionId[] {
  const { from, to } = resolveEnds(graph, range, options);
  const upper = graph.ancestors(to, "all");
  if (from.length === 0) return [...upper];
  const stray = from.find((id) => !upper.has(id));
  if (stray !== undefined) {
    throw new AludelError(
      "route-not-related",
      `In "${formatRange(range)}" the first end, "${stray}", is not under the second`,
      { revision: stray, next: [say("Put the older end first, as in base:head")] },
    );
  }
  const lower = graph.ancestors(from, "all");
  const above = graph.descendants(from, "all");
  return [...upper].filter((id) => above.has(id) && (!lower.has(id) || from.includes(id)));
}

/** Whether an end has no anchor. `current-3` has one here, because it is not counted from the other end. */
function isFloating(ref: Ref | null): ref is Ref & { readonly kind: "walk"; readonly from: null } {
  return ref?.kind === "walk" && ref.from === null;
}

function resolveEnd(
  graph: RevisionGraph,
  ref: Ref,
  options: ResolveOptions,
): readonly RevisionId[] {
  if (ref.kind === "point") return resolveRef(graph, ref, options);
  const point = resolveWalk(graph, ref, options, clamped(graph, ref));
  return point === null ? [] : [point];
}

/** Resolves a relative end, counting from the other one. */
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

/** Whether resolving a ref needs the applied revisions of a database, as for `current` and `-1`. */
export function refNeedsApplied(ref: Ref): boolean {
  if (ref.kind === "walk") return isFromApplied(ref.from);
  return ref.anchor.kind === "keyword" && ref.anchor.keyword === "current";
}

/** The same for a range, in which `-N` before the colon and `+N` after it count from the other end. */
export function rangeNeedsApplied({ from, to }: RefRange): boolean {
  const fromCounts = from?.kind === "walk" && from.from === null && from.steps < 0;
  const toCounts = to?.kind === "walk" && to.from === null && to.steps > 0 && !fromCounts;
  return (from !== null && !fromCounts && refNeedsApplied(from)) ||
    (to !== null && !toCounts && refNeedsApplied(to));
}
