import { findScope } from "./branch_scope.ts";
import { descend, topForDescent, type Walk } from "./follow_steps.ts";
import { formatRef, type Ref } from "./ref.ts";
import { isFromApplied, type RefContext, resolveRef, severalHeads } from "./resolve_ref.ts";
import { refuseOtherDirection } from "./ref_purpose.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** Where a downgrade or a stamp goes. Everything that needs what is undone is undone with it. */
export type Destination =
  /** Undo everything, or everything that stands on the bases of one revision's branch. */
  | { readonly kind: "base"; readonly branch: RevisionId | null }
  /** Keep this revision; undo its children, or those on one revision's branch. */
  | { readonly kind: "revision"; readonly id: RevisionId; readonly branch: RevisionId | null }
  /** Undo this revision: what `-N` comes to, also when it merged several parents. */
  | { readonly kind: "before"; readonly id: RevisionId };

/**
 * Where a downgrade to a ref goes.
 *
 * `-N` undoes N revisions from the only head of what is applied; `REV-N` that ends below a base is the base of REV's branch.
 * @throws {AludelError} As `resolveRef`; `ref-several-heads` where several revisions are named.
 */
export function resolveDestination(
  graph: RevisionGraph,
  ref: Ref,
  context: Omit<RefContext, "purpose">,
): Destination {
  const text = formatRef(ref);
  const scope = findScope(graph, ref.branch);
  if (ref.kind === "walk" && isFromApplied(ref.from) && ref.steps !== 0) {
    refuseOtherDirection(text, ref.steps, "downgrade");
    const walk: Walk = { text, scope, purpose: "downgrade", clamp: false };
    const top = topForDescent(graph, context.applied, walk);
    const last = descend(graph, top, -ref.steps - 1, walk);
    if (last !== null) return { kind: "before", id: last };
    descend(graph, top, -ref.steps, walk); // Says how far it could have gone.
  }
  const branch = scope?.id ?? null;
  const [id, ...more] = resolveRef(graph, ref, { ...context, purpose: "downgrade" });
  if (id === undefined) return { kind: "base", branch: branch ?? startOf(graph, ref, context) };
  if (more.length > 0) throw severalHeads(graph, text, [id, ...more], "downgrade");
  return { kind: "revision", id, branch };
}

/** The revision from which a walk reached the base: the downgrade stays on its branch. */
function startOf(
  graph: RevisionGraph,
  ref: Ref,
  context: Omit<RefContext, "purpose">,
): RevisionId | null {
  if (ref.kind !== "walk" || ref.from === null) return null;
  const start: Ref = { kind: "point", branch: ref.branch, anchor: ref.from };
  return resolveRef(graph, start, { ...context, purpose: "downgrade" })[0] ?? null;
}
