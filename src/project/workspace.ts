import { AludelError } from "../errors.ts";
import { buildGraph } from "../graph/build_graph.ts";
import { cureOf, describeProblem } from "../graph/graph_problem.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionGraph } from "../graph/revision_graph.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import type { ParsedManifest } from "../manifest/parse_manifest.ts";
import { readManifest } from "./read_manifest.ts";
import type { RevisionFiles } from "./revision_files.ts";

/** The manifest of a project, read and checked, with the graph that it describes. */
export interface Workspace {
  readonly files: RevisionFiles;
  readonly manifest: ParsedManifest;
  readonly graph: RevisionGraph;
  readonly entries: ReadonlyMap<RevisionId, ManifestRevision>;
}

/**
 * Reads the manifest and builds the graph.
 *
 * @returns null where the folder has no manifest.
 * @throws {AludelError} An error of the area `manifest`; `graph-invalid` with every problem and its line.
 */
export function openWorkspace(files: RevisionFiles): Workspace | null {
  const manifest = readManifest(files);
  return manifest === null ? null : workspaceOf(files, manifest);
}

/** The workspace of a manifest that was read already. */
export function workspaceOf(files: RevisionFiles, manifest: ParsedManifest): Workspace {
  const sorted = inOrderOfCreation(manifest.revisions);
  const { graph, problems } = buildGraph(sorted);
  if (graph === undefined) {
    const lines = problems.map((problem) => {
      const culprit = sorted[problem.at.at(-1) ?? 0];
      const place = manifest.placeOf(culprit?.id ?? "");
      return { place, text: describeProblem(problem) };
    });
    const [first, ...others] = lines;
    throw new AludelError("graph-invalid", first!.text, {
      place: first!.place,
      notes: others.map(({ place, text }) => `${place.file}:${place.line ?? 1}: ${text}`),
      next: [cureOf(problems[0]!), "aludel verify, when the manifest is mended"],
    });
  }
  return {
    files,
    manifest,
    graph,
    entries: new Map(manifest.revisions.map((entry) => [entry.id, entry])),
  };
}

/** By creation time, then id: what decides where the graph does not. */
export function inOrderOfCreation<R extends { readonly id: string; readonly created: string }>(
  revisions: readonly R[],
): R[] {
  return revisions.toSorted((a, b) =>
    a.created < b.created ? -1 : a.created > b.created ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
  );
}
