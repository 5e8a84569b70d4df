import { AludelError } from "../errors.ts";
import { findRevision } from "./find_revision.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** What stands before `@` in a ref, looked up: the revision it names and that one's lineage. */
export interface BranchScope {
  /** As typed. */
  readonly name: string;
  readonly id: RevisionId;
  readonly lineage: ReadonlySet<RevisionId>;
}

/**
 * Looks up a ref's branch; null where it has none.
 * @throws {AludelError} `ref-not-found`, `ref-ambiguous`
 */
export function findScope(graph: RevisionGraph, branch: string | null): BranchScope | null {
  if (branch === null) return null;
  const id = findRevision(graph, branch);
  return { name: branch, id, lineage: graph.lineageOf(id) };
}

/** Those of the ids that are on the branch; all where there is none. */
export function within(
  scope: BranchScope | null,
  ids: readonly RevisionId[],
): readonly RevisionId[] {
  return scope === null ? ids : ids.filter((id) => scope.lineage.has(id));
}

/**
 * The id, if it is on the branch.
 * @throws {AludelError} `ref-other-branch`
 */
export function requireWithin(scope: BranchScope | null, id: RevisionId): RevisionId {
  if (scope === null || scope.lineage.has(id)) return id;
  throw new AludelError(
    "ref-other-branch",
    `Revision "${id}" is not on the branch "${scope.name}"`,
    {
      revision: id,
      notes: [`Neither "${id}" nor "${scope.id}" is an ancestor of the other`],
      next: [`leave out "${scope.name}@"`],
    },
  );
}
