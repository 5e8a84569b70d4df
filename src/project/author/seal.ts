import { AludelError } from "../../errors.ts";
import { parseRef } from "../../graph/ref.ts";
import { resolveRefs } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import {
  type CanonicalTexts,
  formatManifest,
  type ManifestRevision,
} from "../../manifest/manifest.ts";
import { seal, type SealRequest, type SealResult } from "../../manifest/seal.ts";
import type { Change } from "../../manifest/verdict.ts";
import { leavesNothingToUndo } from "../../sql/mentions.ts";
import { readDirectives, readScript } from "../../sql/read_script.ts";
import { splitStatements } from "../../sql/script.ts";
import { again, say, shell } from "../../text/next_step.ts";
import { writeAtomically } from "../workspace/files.ts";
import type { Project } from "../workspace/project.ts";
import { MANIFEST_FILE } from "../workspace/revision_files.ts";
import { type RevisionTexts, textReader } from "../workspace/revision_texts.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { changeManifest } from "../workspace/folder_lock.ts";

/** The lint rule that a down may ignore to say that there is nothing to undo. */
const RULE = "empty-down";

/**
 * Whether a down undoes nothing although its up does something, such as a template that was not filled in. The line
 * `-- aludel: ignore=empty-down REASON` in the down says that this is intended.
 *
 * @param texts Canonical texts. @param file The down's name for messages.
 * @throws {AludelError} An error of the area `directive`.
 */
export function undoesNothing(
  texts: { readonly up: string; readonly down: string },
  file: string,
): boolean {
  return readScript(file, texts.down).statements.length === 0 &&
    !leavesNothingToUndo(splitStatements(texts.up)) &&
    !readDirectives(file, texts.down, "revision")
      .some(({ name, value }) => name === "ignore" && value === RULE);
}

/** The same, but false for files with errors, which the next run reports. */
function seemsToUndoNothing(
  texts: { readonly up: string; readonly down: string },
  file: string,
): boolean {
  try {
    return undoesNothing(texts, file);
  } catch (error) {
    if (error instanceof AludelError) return false;
    throw error;
  }
}

/** The error for a downgrade with such a down. @param file The down's name for messages. */
export function emptyDown(id: RevisionId, file: string): AludelError {
  return new AludelError("revision-empty-down", `The down.sql of revision "${id}" undoes nothing`, {
    revision: id,
    place: { file },
    notes: ["It has no statement: the revision would count as undone, but its changes would stay"],
    next: [
      shell`aludel edit ${id} # write the SQL that undoes it`,
      again`--from-disk # then run it`,
      say(`Or say in down.sql that there is nothing to undo: -- aludel: ignore=${RULE} REASON`),
      say("If there is no way back, delete down.sql, and restore a copy of the database"),
    ],
  });
}

/** Revisions to seal. */
interface SealRevisionsRequest {
  /** Refs; without any, all drafts, and in the other modes all revisions. */
  readonly refs: readonly string[];
  readonly mode: SealRequest["mode"];
  /**
   * Finds the canonical texts with which a revision was sealed, in git or in a database. Called only for edited
   * revisions in mode `cosmetic`.
   */
  readonly sealedTexts: (entry: ManifestRevision) => Promise<CanonicalTexts | undefined>;
  readonly onWait: () => void;
}

/** The sealed revisions, in the order of the history, and what the user should know. */
interface SealedRevisions extends SealResult {
  /** Those sealed now whose down undoes nothing: see {@linkcode seemsToUndoNothing}. */
  readonly emptyDowns: readonly RevisionId[];
  /** Sealed revisions whose files were edited. Only looked for if all drafts are to be sealed and there is none. */
  readonly edited: readonly RevisionId[];
}

/**
 * Records hashes in the manifest.
 *
 * @throws {AludelError} As `seal` and `resolveRefs`; `seal-text-unknown` if mode `cosmetic` has nothing to compare an
 *   edited revision with; `project-missing`, `folder-locked`, `file-unwritable`.
 */
export async function sealRevisions(
  project: Project,
  request: SealRevisionsRequest,
): Promise<SealedRevisions> {
  return await changeManifest(project, request.onWait, async (workspace) => {
    const { graph, manifest, entries } = workspace;
    const ids = chosenIds(workspace, request);
    const textsIn = textReader(project.files);
    const textsOf = (id: RevisionId) => textsIn(entries.get(id)!);
    const changes = new Map<RevisionId, Change>();
    if (request.mode === "cosmetic") {
      for (const id of ids === "all" ? entries.keys() : ids) {
        const change = await changeOf(entries.get(id)!, textsOf(id), request, project);
        if (change !== undefined) changes.set(id, change);
      }
    }
    const result = seal(manifest, {
      ids,
      mode: request.mode,
      hashesOf: (id) => textsOf(id).fileHashes,
      // A revision that is missing here has a new or a removed file.
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
    const hasNoDraft = request.mode === "drafts" && request.refs.length === 0 && ids.length === 0;
    return {
      ...result,
      edited: hasNoDraft ? graph.ids.filter((id) => isEdited(textsOf(id))) : [],
      sealed: inOrder(result.sealed),
      resealed: inOrder(result.resealed),
      emptyDowns,
    };
  });
}

function chosenIds(
  { graph, manifest }: Workspace,
  { refs, mode }: SealRevisionsRequest,
): readonly RevisionId[] | "all" {
  if (refs.length > 0) {
    const look = { applied: new Set<RevisionId>(), purpose: "look" } as const;
    return resolveRefs(graph, refs.map(parseRef), look);
  }
  if (mode !== "drafts") return "all";
  return manifest.revisions.filter(({ up }) => up === null).map(({ id }) => id);
}

/**
 * How a revision was edited, compared with the texts with which it was sealed; undefined if it was not.
 * @throws {AludelError} `seal-text-unknown`.
 */
async function changeOf(
  entry: ManifestRevision,
  texts: RevisionTexts,
  { sealedTexts }: SealRevisionsRequest,
  project: Project,
): Promise<Change | undefined> {
  if (texts.judge().kind !== "edited") return undefined;
  const sealed = await sealedTexts(entry);
  const verdict = texts.judge(() => sealed);
  if (verdict.kind !== "edited") return undefined;
  if (verdict.change === "unknown") throw textUnknown(entry, project);
  return verdict.change;
}

function isEdited(texts: RevisionTexts): boolean {
  const { kind } = texts.judge();
  return kind !== "sealed" && kind !== "was" && kind !== "draft";
}

function textUnknown({ id, dir }: ManifestRevision, project: Project): AludelError {
  return new AludelError(
    "seal-text-unknown",
    `The sealed text of revision "${id}" was not found, so the edit cannot be shown to be cosmetic`,
    {
      revision: id,
      notes: [
        "Aludel looked in the git commits that changed the files, and in the database",
      ],
      outcome: "Nothing was sealed",
      next: [
        shell`git log -p -- ${`${project.files.name}/${dir}`}`,
        shell`aludel seal --force ${id} # if the change is intended`,
      ],
    },
  );
}
