import type { RevisionId } from "../graph/revision.ts";
import { type Catalogue, messageOf } from "../project/catalogue.ts";
import type { Marks } from "./revision_line.ts";

/** A revision as every command's JSON has it. */
export interface RevisionJson {
  readonly id: RevisionId;
  readonly message: string;
  readonly parents: readonly RevisionId[];
  readonly dependsOn: readonly RevisionId[];
  /** The labels that it carries itself. */
  readonly labels: readonly string[];
  /** The labels of the branches that it is on. */
  readonly branches: readonly string[];
  /** UTC; null for a revision that only the database knows. */
  readonly created: string | null;
  /** `unknown`: in the database, not on disk. */
  readonly state: "draft" | "sealed" | "unknown";
  /** Its folder inside the migrations folder. */
  readonly dir: string | null;
  /** Whether the database stands at it, where one was looked at. */
  readonly current: boolean;
  readonly head: boolean;
  readonly branchpoint: boolean;
  readonly mergepoint: boolean;
}

export function revisionJson(catalogue: Catalogue, marks: Marks, id: RevisionId): RevisionJson {
  const { graph, entries } = catalogue;
  const revision = graph.get(id);
  const entry = entries.get(id);
  const words = marks.of(id);
  return {
    id,
    message: messageOf(catalogue, id),
    parents: revision?.parents ?? [],
    dependsOn: revision?.dependsOn ?? [],
    labels: revision?.labels ?? [],
    branches: graph.labelsOf(id),
    created: entry?.created ?? null,
    state: entry === undefined ? "unknown" : entry.up === null ? "draft" : "sealed",
    dir: entry?.dir ?? null,
    current: words.includes("current"),
    head: words.includes("head") || words.includes("effective head"),
    branchpoint: words.includes("branchpoint"),
    mergepoint: words.includes("mergepoint"),
  };
}
