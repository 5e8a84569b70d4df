import { AludelError } from "../errors.ts";
import { parseRef } from "../graph/ref.ts";
import { resolveRefs } from "../graph/resolve_ref.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionTexts } from "../manifest/actual_files.ts";
import { formatManifest } from "../manifest/format_manifest.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { seal, type SealRequest, type SealResult } from "../manifest/seal.ts";
import { type Change, judgeFiles } from "../manifest/verdict.ts";
import { changeManifest } from "./change_manifest.ts";
import { digest } from "./digest.ts";
import { seemsToUndoNothing } from "./empty_down.ts";
import type { Project } from "./project.ts";
import { MANIFEST_FILE } from "./revision_files.ts";
import { readRevisionTexts, type RevisionTextPair } from "./revision_texts.ts";
import { writeAtomically } from "./write_atomically.ts";

/** What `aludel seal` is asked to do. */
export interface SealRevisionsRequest {
  /** Refs; without any, all drafts, and in the other modes all revisions. */
  readonly refs: readonly string[];
  readonly mode: SealRequest["mode"];
  /**
   * Looks for the canonical texts that a revision was sealed with, in git or in a database. Asked only for edited
   * revisions in mode `cosmetic`.
   */
  readonly sealedTexts: (entry: ManifestRevision) => Promise<RevisionTexts | undefined>;
  readonly onWait: () => void;
}

/** What was sealed, in the order of the history, and what its user should know of it. */
export interface SealedRevisions extends SealResult {
  /** Sealed now, with a down that undoes nothing: see {@linkcode seemsToUndoNothing}. */
  readonly emptyDowns: readonly RevisionId[];
}

/**
 * Records hashes in the manifest.
 *
 * @throws {AludelError} As `seal` and `resolveRefs`; `seal-text-unknown` where mode `cosmetic` has nothing to compare an
 *   edited revision with; `project-missing`, `folder-locked`, `file-unwritable`.
 */
export async function sealRevisions(
  project: Project,
  request: SealRevisionsRequest,
): Promise<SealedRevisions> {
  return await changeManifest(project, request.onWait, async ({ graph, manifest, entries }) => {
    const look = { applied: new Set<RevisionId>(), purpose: "look" } as const;
    const ids = request.refs.length > 0
      ? resolveRefs(graph, request.refs.map(parseRef), look)
      : request.mode === "drafts"
      ? manifest.revisions.filter(({ up }) => up === null).map(({ id }) => id)
      : "all";
    const texts = new Map<RevisionId, RevisionTextPair>();
    const textsOf = (id: RevisionId): RevisionTextPair => {
      const known = texts.get(id) ?? readRevisionTexts(project.files, entries.get(id)!, digest);
      texts.set(id, known);
      return known;
    };
    const hashesOf = (id: RevisionId) => {
      const { up, down } = textsOf(id);
      return { up: up?.hash ?? null, down: down?.hash ?? null };
    };
    const changes = new Map<RevisionId, Change>();
    if (request.mode === "cosmetic") {
      for (const id of ids === "all" ? entries.keys() : ids) {
        const entry = entries.get(id)!;
        if (judgeFiles(entry, hashesOf(id)).kind !== "edited") continue;
        const { up, down } = textsOf(id);
        const sealed = await request.sealedTexts(entry);
        const verdict = judgeFiles(entry, hashesOf(id), {
          actual: () => ({ up: up?.text ?? null, down: down?.text ?? null }),
          sealed: () => sealed,
        });
        if (verdict.kind !== "edited") continue;
        if (verdict.change === "unknown") throw textUnknown(entry, project);
        changes.set(id, verdict.change);
      }
    }
    const result = seal(manifest, {
      ids,
      mode: request.mode,
      hashesOf,
      // What is not in the map came or went as a whole file.
      changeOf: (id) => changes.get(id) ?? "changed",
    });
    if (result.sealed.length + result.resealed.length > 0) {
      const path = `${project.migrations}/${MANIFEST_FILE}`;
      writeAtomically(path, formatManifest(result.manifest));
    }
    const inOrder = (some: readonly RevisionId[]) => {
      const ids = new Set(some);
      return graph.ids.filter((id) => ids.has(id));
    };
    const emptyDowns = inOrder([...result.sealed, ...result.resealed]).filter((id) => {
      const { up, down } = textsOf(id);
      return up && down && seemsToUndoNothing({ up: up.text, down: down.text }, down.file);
    });
    return {
      ...result,
      sealed: inOrder(result.sealed),
      resealed: inOrder(result.resealed),
      emptyDowns,
    };
  });
}

function textUnknown({ id, dir }: ManifestRevision, project: Project): AludelError {
  return new AludelError(
    "seal-text-unknown",
    `The text that revision "${id}" was sealed with was not found, so nothing shows that the edit is cosmetic`,
    {
      revision: id,
      notes: [
        "It was looked for in the commits of git that changed the files, and in the database",
      ],
      outcome: "Nothing was sealed",
      next: [
        `git log -p -- ${project.files.name}/${dir}`,
        `aludel seal --force ${id}, if the change is meant`,
      ],
    },
  );
}
