import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { parseRef } from "../../graph/ref.ts";
import { resolveRefs } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { requireGraph } from "../../graph/build_graph.ts";
import { formatManifest, type ManifestRevision, sortTexts } from "../../manifest/manifest.ts";
import { again, type NextStep, say, shell } from "../../text/next_step.ts";
import type { Catalogue } from "../workspace/catalogue.ts";
import { changeManifest } from "../workspace/folder_lock.ts";
import { type Workspace, workspaceOf } from "../workspace/workspace.ts";
import { flushFolder, writeAtomically } from "../workspace/files.ts";
import type { Project } from "../workspace/project.ts";
import { MANIFEST_FILE } from "../workspace/revision_files.ts";
import { type DraftTexts, refuseAncestors } from "./write_revision.ts";

/** The change that the caller wants to make, for messages. */
type DraftChange = "dropped" | "written again" | "moved";

/**
 * The line of a draft that may be changed or removed.
 *
 * @throws {AludelError} `revision-not-on-disk`; `draft-sealed` for a revision that is sealed; `draft-followed` for one that
 *   others follow or depend on, on disk or in the database.
 */
export function requireFreeDraft(
  catalogue: Catalogue,
  id: RevisionId,
  change: DraftChange,
): ManifestRevision {
  const entry = requireDraft(catalogue, id, change);
  const followers = [...catalogue.graph.descendants([id], "all")].filter((other) => other !== id);
  if (followers.length > 0) throw followed(catalogue, id, followers, change);
  return entry;
}

/**
 * The line of a draft.
 * @throws {AludelError} `revision-not-on-disk`, `draft-sealed`.
 */
function requireDraft(
  { entries }: Pick<Catalogue, "entries">,
  id: RevisionId,
  change: DraftChange,
): ManifestRevision {
  const entry = entries.get(id);
  if (entry === undefined) {
    throw new AludelError("revision-not-on-disk", `Revision "${id}" is not on disk`, {
      revision: id,
      next: [shell`aludel show ${id}`],
    });
  }
  if (entry.up === null) return entry;
  throw new AludelError("draft-sealed", `Revision "${id}" is sealed, so it cannot be ${change}`, {
    revision: id,
    notes: ["Other clones and databases may have it"],
    outcome: "Nothing was changed",
    next: [shell`aludel revision -m ${`undo ${entry.message}`} # write what takes it back`],
  });
}

function followed(
  { graph, entries }: Catalogue,
  id: RevisionId,
  followers: readonly RevisionId[],
  change: DraftChange,
): AludelError {
  const one = followers.length === 1;
  const heads = graph.headsOf(followers, "all");
  const next: NextStep[] = heads.map((head): NextStep => {
    const entry = entries.get(head);
    if (entry === undefined) return shell`aludel downgrade ${id} # undo ${head} first`;
    return entry.up === null
      ? shell`aludel drop ${head}`
      : say(`Write a revision that takes back what "${id}" does: "${head}" is sealed`);
  });
  return new AludelError("draft-followed", `Draft "${id}" cannot be ${change}`, {
    revision: id,
    notes: [
      `${followers.map((other) => `"${other}"`).join(", ")} ${
        one ? "follows it or depends on it" : "follow it or depend on it"
      }`,
    ],
    outcome: "Nothing was changed",
    next,
  });
}

/** The catalogue of the disk alone, for checks under the folder's lock. */
function onDisk({ graph, entries }: Workspace): Catalogue {
  return {
    graph,
    entries,
    applied: new Set(),
    records: new Map(),
    onDisk: new Set(entries.keys()),
    past: [],
    moved: [],
    inside: [],
  };
}

/**
 * Removes a draft from the manifest, then its folder. A crash in between leaves a folder without a line, which
 * `verify` explains.
 *
 * @throws {AludelError} As {@linkcode requireFreeDraft}, `project-missing`, `folder-locked`, `file-unwritable`.
 */
export async function dropDraft(
  project: Project,
  id: RevisionId,
  onWait: () => void,
): Promise<ManifestRevision> {
  return await changeManifest(project, onWait, (workspace) => {
    const entry = requireFreeDraft(onDisk(workspace), id, "dropped");
    const revisions = workspace.manifest.revisions.filter((revision) => revision.id !== id);
    requireGraph(revisions);
    writeAtomically(`${project.migrations}/${MANIFEST_FILE}`, formatManifest({ revisions }));
    try {
      host.files.remove(`${project.migrations}/${entry.dir}`, { recursive: true });
      flushFolder(project.migrations);
    } catch (error) {
      if (host.fault(error) !== "not-found") throw error;
    }
    return entry;
  });
}

/** New content for a draft. */
interface AmendRequest {
  readonly id: RevisionId;
  /** The new message; undefined to keep the old one. */
  readonly message: string | undefined;
  readonly texts: DraftTexts;
  readonly down: boolean;
  readonly onWait: () => void;
}

/** A rewritten draft, with its files for messages. */
interface AmendedDraft {
  readonly revision: ManifestRevision;
  readonly up: string;
  readonly down: string | null;
}

/**
 * Rewrites a draft's files and its message.
 *
 * @throws {AludelError} As {@linkcode requireFreeDraft}, `project-missing`, `folder-locked`, `file-unwritable`.
 */
export async function amendDraft(
  project: Project,
  { id, message, texts, down, onWait }: AmendRequest,
): Promise<AmendedDraft> {
  return await changeManifest(project, onWait, (workspace) => {
    const before = requireFreeDraft(onDisk(workspace), id, "written again");
    const revision = { ...before, message: message ?? before.message };
    const folder = `${project.migrations}/${revision.dir}`;
    host.files.makeFolder(folder, { recursive: true });
    writeAtomically(`${folder}/up.sql`, texts.up);
    if (down) writeAtomically(`${folder}/down.sql`, texts.down);
    else removeFile(`${folder}/down.sql`);
    if (revision.message !== before.message) {
      const revisions = workspace.manifest.revisions.map((one) => one.id === id ? revision : one);
      writeAtomically(`${project.migrations}/${MANIFEST_FILE}`, formatManifest({ revisions }));
    }
    const shown = `${project.files.name}/${revision.dir}`;
    return { revision, up: `${shown}/up.sql`, down: down ? `${shown}/down.sql` : null };
  });
}

function removeFile(path: string): void {
  try {
    host.files.remove(path);
  } catch (error) {
    if (host.fault(error) !== "not-found") throw error;
  }
}

/**
 * The newest draft.
 * @throws {AludelError} `draft-none` if every revision is sealed.
 */
export function newestDraft({ entries }: Pick<Catalogue, "entries">): ManifestRevision {
  let newest: ManifestRevision | undefined;
  for (const entry of entries.values()) {
    if (entry.up !== null) continue;
    if (newest === undefined || isNewer(entry, newest)) newest = entry;
  }
  if (newest !== undefined) return newest;
  throw new AludelError("draft-none", "There is no draft: every revision is sealed", {
    outcome: "Nothing was written",
    next: [shell`aludel revision --autogenerate -m "what it does" # write a new one`],
  });
}

/** Of drafts that were written in the same second, the one that follows the other is newer. */
function isNewer(one: ManifestRevision, other: ManifestRevision): boolean {
  if (one.created !== other.created) return one.created > other.created;
  return one.parents.includes(other.id) ||
    (!other.parents.includes(one.id) && one.id > other.id);
}

/** Which drafts get other parents. */
export interface RebaseRequest {
  readonly id: RevisionId;
  /** Refs of the new parents; `base` for none. */
  readonly onto: readonly string[];
  /** Whether a parent may have children already, so that a new branch begins there. */
  readonly splice: boolean;
  /** Proves the moved revisions in their new place; throws if they do not work there. */
  readonly prove: (move: DraftMove) => Promise<void>;
  readonly onWait: () => void;
}

/** Drafts in their old place and in their new one. */
export interface DraftMove {
  readonly before: Workspace;
  readonly after: Workspace;
  /** The draft, and those that follow it or depend on it, in topological order. */
  readonly moved: readonly RevisionId[];
  readonly parents: readonly RevisionId[];
}

/**
 * Gives a draft other parents. The drafts that follow it follow it there.
 *
 * @returns null if it has these parents already.
 * @throws {AludelError} `draft-sealed` if it or one that follows is sealed; `rebase-onto-follower`, `merge-ancestor`, `revision-not-head`,
 *   an error of the area `ref`, `graph-invalid`, `project-missing`, `folder-locked`, `file-unwritable`, what `prove` throws.
 */
export async function rebaseDrafts(
  project: Project,
  { id, onto, splice, prove, onWait }: RebaseRequest,
): Promise<DraftMove | null> {
  return await changeManifest(project, onWait, async (before) => {
    const { graph, entries, manifest, files } = before;
    const moved = [...graph.descendants([id], "all")];
    for (const one of moved) requireDraft(before, one, "moved");
    // `head` is what the draft can follow: what moves with it is none.
    const rest = new Set(graph.ids.filter((one) => !moved.includes(one)));
    const look = { applied: new Set<RevisionId>(), purpose: "look", onDisk: rest } as const;
    const parents = sortTexts(resolveRefs(graph, onto.map(parseRef), look));
    const own = parents.find((parent) => moved.includes(parent));
    if (own !== undefined) throw ontoFollower(id, own);
    if (parents.join() === entries.get(id)!.parents.join()) return null;
    refuseAncestors(graph, parents);
    const place = manifest.revisions.find((other) =>
      !moved.includes(other.id) && other.parents.some((parent) => parents.includes(parent))
    );
    if (place !== undefined && !splice) {
      const parent = place.parents.find((one) => parents.includes(one))!;
      throw new AludelError("revision-not-head", `Revision "${parent}" is not a head`, {
        revision: parent,
        notes: [`"${place.id}" already follows it`],
        outcome: "Nothing was changed",
        next: [again`--splice # begin a branch there`],
      });
    }
    const put = manifest.revisions.map((one) => one.id === id ? { ...one, parents } : one);
    const revisions = withoutAncestors(put, moved);
    const after = workspaceOf(files, { ...manifest, revisions });
    const move = { before, after, moved, parents };
    await prove(move);
    writeAtomically(`${project.migrations}/${MANIFEST_FILE}`, formatManifest({ revisions }));
    return move;
  });
}

/** Takes from merges that moved those parents that are under another one now. */
function withoutAncestors(
  revisions: readonly ManifestRevision[],
  moved: readonly RevisionId[],
): readonly ManifestRevision[] {
  const graph = requireGraph(revisions);
  return revisions.map((one) =>
    moved.includes(one.id) && one.parents.length > 1
      ? { ...one, parents: sortTexts(graph.headsOf(one.parents, "parents")) }
      : one
  );
}

function ontoFollower(id: RevisionId, parent: RevisionId): AludelError {
  return new AludelError(
    "rebase-onto-follower",
    parent === id
      ? `Draft "${id}" cannot follow itself`
      : `Draft "${id}" cannot follow "${parent}", which follows it`,
    {
      revision: id,
      outcome: "Nothing was changed",
      next: [shell`aludel history --graph`],
    },
  );
}
