import { AludelError } from "../errors.ts";
import { closest } from "../text/closest.ts";
import { instead, shell } from "../text/next_step.ts";
import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** The number of candidates that an error lists before it only counts the others. */
const SHOWN = 8;

/**
 * Finds the revision that a name means: an id or a label, else the only id that begins with it. Case is ignored.
 *
 * @param lineage If several ids begin so, its members are preferred; the caller checks that the answer is one.
 * @throws {AludelError} `ref-not-found` with the nearest names, `ref-ambiguous` with the candidates.
 */
export function findRevision(
  graph: RevisionGraph,
  name: string,
  lineage?: ReadonlySet<RevisionId>,
): RevisionId {
  const exact = graph.named(name);
  if (exact !== undefined) return exact;
  const matches = graph.withPrefix(name);
  const inLineage = lineage === undefined ? [] : matches.filter((id) => lineage.has(id));
  const candidates = inLineage.length > 0 ? inLineage : matches;
  const [only, second] = candidates;
  if (only === undefined) throw notFound(graph, name);
  if (second === undefined) return only;
  throw new AludelError("ref-ambiguous", `"${name}" is the beginning of several revisions`, {
    notes: listed(graph, candidates),
    next: candidates.slice(0, 4).map((id) => instead(name, shortestPrefix(graph, id))),
  });
}

/** Formats ids with their labels, one a line. After {@linkcode SHOWN} lines, the others are only counted. */
export function listed(graph: RevisionGraph, ids: readonly RevisionId[]): readonly string[] {
  const lines = ids.slice(0, SHOWN).map((id) => {
    const labels = graph.labelsOf(id);
    return labels.length === 0 ? id : `${id} (${labels.join(", ")})`;
  });
  return ids.length > SHOWN ? [...lines, `and ${ids.length - SHOWN} more`] : lines;
}

/** The text before `@` for a revision's branch: its own label, a label that no other of `others` has, or its id. */
export function branchName(
  graph: RevisionGraph,
  id: RevisionId,
  others: readonly RevisionId[],
): string {
  const own = graph.get(id)?.labels[0];
  if (own !== undefined) return own;
  const shared = new Set(others.flatMap((other) => other === id ? [] : graph.labelsOf(other)));
  return graph.labelsOf(id).find((label) => !shared.has(label)) ?? id;
}

/** The shortest prefix of an id, of four characters or more, that no other id has. */
function shortestPrefix(graph: RevisionGraph, id: RevisionId): string {
  for (let length = 4; length < id.length; length++) {
    const prefix = id.slice(0, length);
    const meant = graph.named(prefix);
    if (meant === undefined && graph.withPrefix(prefix).length === 1) return prefix;
  }
  return id;
}

function notFound(graph: RevisionGraph, name: string): AludelError {
  const starts = new Map(graph.ids.map((id) => [id.slice(0, name.length), id]));
  const label = closest(name, graph.labels.keys());
  const start = closest(name, starts.keys());
  const near = [label, start === undefined ? undefined : starts.get(start)]
    .filter((candidate) => candidate !== undefined);
  return new AludelError("ref-not-found", `No revision and no label is called "${name}"`, {
    notes: near.map((candidate) => `Did you mean "${candidate}"?`),
    next: [shell`aludel history`],
  });
}

/** The branch before `@` in a ref: the revision that it names and that revision's lineage. */
export interface BranchScope {
  /** The name as typed. */
  readonly name: string;
  readonly id: RevisionId;
  readonly lineage: ReadonlySet<RevisionId>;
}

/**
 * Looks up a ref's branch; null if it has none.
 * @throws {AludelError} `ref-not-found`, `ref-ambiguous`
 */
export function findScope(graph: RevisionGraph, branch: string | null): BranchScope | null {
  if (branch === null) return null;
  const id = findRevision(graph, branch);
  return { name: branch, id, lineage: graph.lineageOf(id) };
}

/** Keeps the ids that are on the branch, or all if there is no branch. */
export function within(
  scope: BranchScope | null,
  ids: readonly RevisionId[],
): readonly RevisionId[] {
  return scope === null ? ids : ids.filter((id) => scope.lineage.has(id));
}

/**
 * Returns the id if it is on the branch.
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
      next: [instead(`${scope.name}@`, "", "leave the branch out")],
    },
  );
}
