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
import { textReader } from "../workspace/revision_texts.ts";
import { changeManifest } from "../workspace/folder_lock.ts";

/** The code of the lint rule, by which a file says that nothing is to be undone. */
const RULE = "empty-down";

/**
 * Whether a down undoes nothing although its up does something: a template that nobody has filled in. A down says
 * with `-- aludel: ignore=empty-down REASON` that this is meant.
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

/** The same if the files may be wrong in other ways, which the next run reports. */
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

/** The error for a downgrade over such a down. @param file The down's name for messages. */
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

/** What `aludel seal` is asked to do. */
export interface SealRevisionsRequest {
  /** Refs; without any, all drafts, and in the other modes all revisions. */
  readonly refs: readonly string[];
  readonly mode: SealRequest["mode"];
  /**
   * Looks for the canonical texts that a revision was sealed with, in git or in a database. Asked only for edited
   * revisions in mode `cosmetic`.
   */
  readonly sealedTexts: (entry: ManifestRevision) => Promise<CanonicalTexts | undefined>;
  readonly onWait: () => void;
}

/** What was sealed, in the order of the history, and what its user should know of it. */
export interface SealedRevisions extends SealResult {
  /** Sealed now, with a down that undoes nothing: see {@linkcode seemsToUndoNothing}. */
  readonly emptyDowns: readonly RevisionId[];
  /** Sealed before, with other files now: looked for if all drafts were asked for and there is none. */
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
  return await changeManifest(project, request.onWait, async ({ graph, manifest, entries }) => {
    const look = { applied: new Set<RevisionId>(), purpose: "look" } as const;
    const ids = request.refs.length > 0
      ? resolveRefs(graph, request.refs.map(parseRef), look)
      : request.mode === "drafts"
      ? manifest.revisions.filter(({ up }) => up === null).map(({ id }) => id)
      : "all";
    const textsIn = textReader(project.files);
    const textsOf = (id: RevisionId) => textsIn(entries.get(id)!);
    const changes = new Map<RevisionId, Change>();
    if (request.mode === "cosmetic") {
      for (const id of ids === "all" ? entries.keys() : ids) {
        const entry = entries.get(id)!;
        const texts = textsOf(id);
        if (texts.judge().kind !== "edited") continue;
        const sealed = await request.sealedTexts(entry);
        const verdict = texts.judge(() => sealed);
        if (verdict.kind !== "edited") continue;
        if (verdict.change === "unknown") throw textUnknown(entry, project);
        changes.set(id, verdict.change);
      }
    }
    const result = seal(manifest, {
      ids,
      mode: request.mode,
      hashesOf: (id) => textsOf(id).fileHashes,
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
    const looks = request.mode === "drafts" && request.refs.length === 0 && ids.length === 0;
    const edited = looks
      ? graph.ids.filter((id) => {
        const { kind } = textsOf(id).judge();
        return kind !== "sealed" && kind !== "was" && kind !== "draft";
      })
      : [];
    return {
      ...result,
      edited,
      sealed: inOrder(result.sealed),
      resealed: inOrder(result.resealed),
      emptyDowns,
    };
  });
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
