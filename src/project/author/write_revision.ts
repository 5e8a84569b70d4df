import { toSecond } from "../../text/layout.ts";
import { host } from "../../host/mod.ts";
import { AludelError, FIX_ACCESS } from "../../errors.ts";
import { parseRef } from "../../graph/ref.ts";
import { resolveOne, resolveRefs } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";
import { formatManifest, type ManifestRevision } from "../../manifest/manifest.ts";
import { newRevision } from "../../manifest/new_revision.ts";
import { say, shell } from "../../text/next_step.ts";
import { flushFolder, writeAtomically } from "../workspace/files.ts";
import type { Project } from "../workspace/project.ts";
import { MANIFEST_FILE } from "../workspace/revision_files.ts";
import { changeManifest } from "../workspace/folder_lock.ts";

/** The texts of a new draft's files. */
export interface DraftTexts {
  readonly up: string;
  readonly down: string;
}

/**
 * The texts of a new draft: comments that say what to write.
 *
 * @param message Its first line is part of them. "Up:" keeps it from being read as a directive.
 */
function draftTexts(message: string, purpose: "change" | "merge"): DraftTexts {
  const title = message.split(/[\r\n\0]/, 1)[0]!.trim();
  if (purpose === "merge") {
    return {
      up:
        `-- Up: ${title}\n-- A merge joins branches. SQL is needed only if they must be reconciled.\n`,
      down: `-- Down: ${title}\n-- Undoes what up.sql does, if it does anything.\n`,
    };
  }
  return {
    up:
      `-- Up: ${title}\n-- Write the SQL of the change here. BEGIN and COMMIT are not needed.\n\n`,
    down: `-- Down: ${title}\n-- Write the SQL that undoes up.sql here.\n\n`,
  };
}

/** A draft to write. */
interface WriteRevisionRequest {
  readonly id: RevisionId;
  readonly message: string | undefined;
  readonly now: Date;
  /** Refs of the parents. `base` begins a new base. */
  readonly parents: readonly string[];
  /** Refs. */
  readonly dependsOn: readonly string[];
  readonly labels: readonly string[];
  readonly splice: boolean;
  /** Whether to write a down.sql. */
  readonly down: boolean;
  /** `merge`: several parents are expected, and the files say that they need no SQL. */
  readonly purpose: "change" | "merge";
  /** The texts of the files; by default comments that say what to write. */
  readonly texts?: DraftTexts;
  /** Called when another process holds the folder's lock. */
  readonly onWait: () => void;
}

/** A new draft. */
export interface WrittenRevision {
  readonly revision: ManifestRevision;
  /** The file for messages, such as `migrations/2026-11-23_3f9c1a2b4d5e_create/up.sql`. */
  readonly up: string;
  /** null for a revision that cannot be undone. */
  readonly down: string | null;
}

/**
 * Writes a draft: its folder with the files, then its line in the manifest. A crash in between leaves a folder
 * without a line, which `verify` explains.
 *
 * @throws {AludelError} As `newRevision` and `resolveRefs`; `merge-one-parent`, `merge-ancestor`;
 *   `project-missing`, `folder-locked`, `file-unwritable`; `revision-dir-taken` if there is such a folder.
 */
export async function writeRevision(
  project: Project,
  request: WriteRevisionRequest,
): Promise<WrittenRevision> {
  return await changeManifest(project, request.onWait, ({ graph, manifest }) => {
    const look = { applied: new Set<RevisionId>(), purpose: "look" } as const;
    const parents = resolveRefs(graph, request.parents.map(parseRef), look);
    if (request.purpose === "merge") requireSeveral(parents);
    refuseAncestors(graph, parents);
    const dependsOn = request.dependsOn.map((ref) => resolveOne(graph, parseRef(ref), look));
    const added = newRevision(manifest, {
      id: request.id,
      message: request.message ?? `merge ${parents.join(" and ")}`,
      created: toSecond(request.now),
      parents,
      dependsOn,
      labels: request.labels,
      splice: request.splice,
      folderTemplate: project.settings.folderTemplate,
    });
    const { revision } = added;
    const texts = request.texts ?? draftTexts(revision.message, request.purpose);
    const files = { "up.sql": texts.up, ...(request.down && { "down.sql": texts.down }) };
    writeFolders(project.migrations, new Map([[revision.dir, files]]), () => {
      writeAtomically(`${project.migrations}/${MANIFEST_FILE}`, formatManifest(added.manifest));
    });
    const shown = `${project.files.name}/${revision.dir}`;
    return { revision, up: `${shown}/up.sql`, down: request.down ? `${shown}/down.sql` : null };
  });
}

/** @throws {AludelError} `merge-one-parent`. */
function requireSeveral(parents: readonly RevisionId[]): void {
  if (parents.length > 1) return;
  throw new AludelError("merge-one-parent", "A merge needs two revisions or more", {
    notes: [
      parents.length === 0
        ? "There are no revisions yet"
        : `The only one that was named is "${parents[0]}"`,
    ],
    next: [shell`aludel heads`],
  });
}

/** @throws {AludelError} `merge-ancestor` if one of the parents is under another one. */
export function refuseAncestors(graph: RevisionGraph, parents: readonly RevisionId[]): void {
  const tops = new Set(graph.headsOf(parents, "parents"));
  const below = parents.find((id) => !tops.has(id));
  if (below === undefined) return;
  throw new AludelError("merge-ancestor", `"${below}" is an ancestor of another parent`, {
    revision: below,
    outcome: "Nothing was changed",
    next: [say(`Leave "${below}" out: the others contain it`)],
  });
}

/**
 * Writes folders with files and calls `commit`. If anything fails, the folders are removed.
 *
 * @param folders Folder → file → text.
 * @throws {AludelError} `revision-dir-taken`, `file-unwritable`, and the errors of `commit`.
 */
export function writeFolders(
  parent: string,
  folders: ReadonlyMap<string, Readonly<Record<string, string>>>,
  commit: () => void,
): void {
  const made: string[] = [];
  try {
    for (const [name, files] of folders) {
      const folder = `${parent}/${name}`;
      makeFolder(folder, name);
      made.push(folder);
      for (const [file, text] of Object.entries(files)) writeAtomically(`${folder}/${file}`, text);
    }
    flushFolder(parent);
    commit();
  } catch (error) {
    for (const folder of made) host.files.remove(folder, { recursive: true });
    throw error;
  }
}

function makeFolder(folder: string, name: string): void {
  try {
    host.files.makeFolder(folder);
  } catch (cause) {
    if (host.fault(cause) !== "exists") throw unwritable(folder, cause);
    throw new AludelError("revision-dir-taken", `The folder "${name}" already exists`, {
      place: { file: folder },
      notes: ["It does not belong to a revision of the manifest"],
      outcome: "Nothing was written",
      next: [shell`aludel verify`],
    });
  }
}

function unwritable(path: string, cause: unknown): AludelError {
  return new AludelError("file-unwritable", `"${path}" could not be created`, {
    place: { file: path },
    notes: cause instanceof Error ? [cause.message] : [],
    outcome: "Nothing was written",
    next: [FIX_ACCESS],
    cause,
  });
}
