import { AludelError } from "../../errors.ts";
import { buildGraph, cureOf, describeProblem } from "../../graph/build_graph.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";
import type { ManifestRevision } from "../../manifest/manifest.ts";
import {
  manifestTooLarge,
  MAX_MANIFEST_LENGTH,
  type ParsedManifest,
  parseManifest,
} from "../../manifest/parse_manifest.ts";
import { decodeUtf8 } from "../../sql/canonical_text.ts";
import { shell } from "../../text/next_step.ts";
import { MANIFEST_FILE, type RevisionFiles } from "./revision_files.ts";

/**
 * Reads the manifest of a migrations folder. Returns null if there is none.
 *
 * @throws {AludelError} `manifest-encoding` (not UTF-8), and the errors of {@linkcode parseManifest} and of reading
 * files.
 */
export function readManifest(files: RevisionFiles): ParsedManifest | null {
  const file = `${files.name}/${MANIFEST_FILE}`;
  const bytes = files.read(MANIFEST_FILE);
  return bytes === null ? null : parseManifest(decode(bytes, file), file);
}

function decode(bytes: Uint8Array, file: string): string {
  // Checked before decoding, because a file that is too large need not be UTF-8.
  if (bytes.length > MAX_MANIFEST_LENGTH) throw manifestTooLarge(file);
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new AludelError("manifest-encoding", "The manifest is not UTF-8", {
      place: { file },
      next: [shell`git diff -- ${file} # see what changed`],
      cause,
    });
  }
}

/** The manifest of a project, parsed and checked, with its graph. */
export interface Workspace {
  readonly files: RevisionFiles;
  readonly manifest: ParsedManifest;
  readonly graph: RevisionGraph;
  readonly entries: ReadonlyMap<RevisionId, ManifestRevision>;
}

/**
 * Reads the manifest and builds its graph.
 *
 * @returns null if the folder has no manifest.
 * @throws {AludelError} An error of the area `manifest`; `graph-invalid` with every problem and its line.
 */
export function openWorkspace(files: RevisionFiles): Workspace | null {
  const manifest = readManifest(files);
  return manifest === null ? null : workspaceOf(files, manifest);
}

/** The workspace of a manifest that was already read. */
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
      next: [...cureOf(problems[0]!), shell`aludel verify # once the manifest is fixed`],
    });
  }
  return {
    files,
    manifest,
    graph,
    entries: new Map(manifest.revisions.map((entry) => [entry.id, entry])),
  };
}

/** Sorts revisions by creation time, then id, the order to keep if the graph does not decide. */
export function inOrderOfCreation<R extends { readonly id: string; readonly created: string }>(
  revisions: readonly R[],
): R[] {
  // As numbers, because comparing ten thousand texts takes as long as parsing them.
  const times = revisions.map(({ created }) => Date.parse(created));
  const order = Array.from(revisions.keys()).sort((a, b) =>
    times[a]! - times[b]! || (revisions[a]!.id < revisions[b]!.id ? -1 : 1)
  );
  return order.map((at) => revisions[at]!);
}
