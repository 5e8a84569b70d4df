import { AludelError } from "../../errors.ts";
import { buildGraph, describeProblem } from "../../graph/build_graph.ts";
import { joinRevisions, type RevisionId } from "../../graph/revision.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";
import type { ManifestRevision } from "../../manifest/manifest.ts";
import type { AppliedRevision } from "../../state/state.ts";
import { shell } from "../../text/next_step.ts";
import { foldSquashes, type InsideSquash, type PastSquash } from "./squashes.ts";
import { inOrderOfCreation, type Workspace } from "./workspace.ts";

/** All revisions that the disk or the database knows, in one graph. */
export interface Catalogue {
  readonly graph: RevisionGraph;
  /** What the database has, applied or stamped. */
  readonly applied: ReadonlySet<RevisionId>;
  readonly entries: ReadonlyMap<RevisionId, ManifestRevision>;
  readonly records: ReadonlyMap<RevisionId, AppliedRevision>;
  /** The revisions on disk: what `head` is looked for among. */
  readonly onDisk: ReadonlySet<RevisionId>;
  /** Squashes that the database is past and has not recorded; `records` and `applied` are as if it had. */
  readonly past: readonly PastSquash[];
  /** The records that change with these. */
  readonly moved: readonly AppliedRevision[];
  /** Squashes that the database stands inside. */
  readonly inside: readonly InsideSquash[];
}

/**
 * Joins the graph on disk with the records of a database. A revision that only the database has, because
 * another branch is checked out, can so be shown and undone.
 *
 * @param workspace null if there is no project: the database alone.
 * @throws {AludelError} `graph-unjoinable` when the two contradict each other.
 */
export function joinCatalogue(
  workspace: Workspace | null,
  recorded: readonly AppliedRevision[],
): Catalogue {
  const entries = workspace?.entries ?? new Map<RevisionId, ManifestRevision>();
  const { records, ...squashes } = foldSquashes(entries, recorded);
  const shared = {
    entries,
    ...squashes,
    records: new Map(records.map((record) => [record.id, record])),
  };
  const applied = new Set(shared.records.keys());
  const onDisk = new Set(entries.keys());
  if (workspace && records.every((record) => onDisk.has(record.id))) {
    return { ...shared, graph: workspace.graph, applied, onDisk };
  }
  const disk = inOrderOfCreation(workspace?.manifest.revisions ?? []);
  const { graph, problems } = buildGraph(joinRevisions(disk, records));
  if (graph === undefined) {
    throw new AludelError(
      "graph-unjoinable",
      "The revisions on disk and those in the database contradict each other",
      {
        notes: problems.map(describeProblem),
        next: [
          shell`aludel history`,
          shell`aludel stamp --purge REF # once you know which revision the schema is at`,
        ],
      },
    );
  }
  return { ...shared, graph, applied, onDisk };
}

/**
 * Whether the database belongs to another project: it has records, and none of them is of a revision on disk. Not asked
 * of a database alone, which has no disk to compare with.
 */
export function isOfAnotherProject({ records, onDisk, inside }: Catalogue): boolean {
  return records.size > 0 && inside.length === 0 &&
    ![...records.keys()].some((id) => onDisk.has(id));
}

/** A revision's message, from the disk or else from the database. */
export function messageOf(catalogue: Catalogue, id: RevisionId): string {
  return catalogue.entries.get(id)?.message ?? catalogue.records.get(id)?.message ?? "";
}
