import { AludelError } from "../../errors.ts";
import { buildGraph, describeProblem } from "../../graph/build_graph.ts";
import { joinRevisions, type RevisionId } from "../../graph/revision.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";
import type { ManifestRevision } from "../../manifest/manifest.ts";
import type { AppliedRevision } from "../../state/state.ts";
import { shell } from "../../text/next_step.ts";
import { foldSquashes, type InsideSquash, type PastSquash } from "./squashes.ts";
import { inOrderOfCreation, type Workspace } from "./workspace.ts";

/** All revisions on disk and in the database, in one graph. */
export interface Catalogue {
  readonly graph: RevisionGraph;
  /** The revisions in the database, applied or stamped. */
  readonly applied: ReadonlySet<RevisionId>;
  readonly entries: ReadonlyMap<RevisionId, ManifestRevision>;
  readonly records: ReadonlyMap<RevisionId, AppliedRevision>;
  /** The revisions on disk. Only these can be `head`. */
  readonly onDisk: ReadonlySet<RevisionId>;
  /**
   * Squashes whose revisions are all applied, but not yet recorded as one; `records` and `applied` are as if they were.
   */
  readonly past: readonly PastSquash[];
  /** The records that change because of these. */
  readonly moved: readonly AppliedRevision[];
  /** Squashes of which the database has applied only a part. */
  readonly inside: readonly InsideSquash[];
}

/**
 * Joins the graph on disk with the records of a database, so that revisions that only the database has, because
 * another branch is checked out, can be shown and undone.
 *
 * @param workspace null if there is no project, but only a database.
 * @throws {AludelError} `graph-unjoinable` if the two contradict each other.
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
 * Whether the database belongs to another project: it has records, but none of a revision on disk. It is false for a
 * database without a project.
 */
export function isOfAnotherProject({ records, onDisk, inside }: Catalogue): boolean {
  return records.size > 0 && inside.length === 0 &&
    ![...records.keys()].some((id) => onDisk.has(id));
}

/** A revision's message, from the disk if it is there, else from the database. */
export function messageOf(catalogue: Catalogue, id: RevisionId): string {
  return catalogue.entries.get(id)?.message ?? catalogue.records.get(id)?.message ?? "";
}
