import { AludelError } from "../errors.ts";
import { foldRevisionName, idFault, type RevisionId } from "../graph/revision.ts";
import { requireGraph } from "../graph/build_graph.ts";
import { foldDirName, folderName } from "./folder_name.ts";
import {
  type Manifest,
  type ManifestRevision,
  requireKnown,
  sortById,
  sortTexts,
} from "./manifest.ts";
import { again, say, shell } from "../text/next_step.ts";

/** The properties of a new revision. Refs are already resolved to ids. */
export interface NewRevisionRequest {
  readonly id: RevisionId;
  readonly message: string;
  /** UTC to the second: `2026-11-23T10:15:00Z`. */
  readonly created: string;
  /** Empty for a new base, several for a merge. */
  readonly parents: readonly RevisionId[];
  readonly dependsOn: readonly RevisionId[];
  readonly labels: readonly string[];
  /** Whether a parent may already have children, so that a new branch begins there. */
  readonly splice: boolean;
  readonly folderTemplate: string;
}

/** A new draft, and the manifest with its line. */
export interface NewRevision {
  readonly revision: ManifestRevision;
  readonly manifest: Manifest;
}

/**
 * Adds a draft to a manifest.
 *
 * @throws {AludelError} `revision-id` (an illegal id), `revision-id-taken`, `revision-dir-taken`,
 * `revision-unknown` (a parent or dependency), `revision-not-head` (a parent has children and `splice`
 * is off), `folder-template`, `graph-invalid` (a label that is illegal or taken).
 */
export function newRevision(manifest: Manifest, request: NewRevisionRequest): NewRevision {
  checkId(manifest, request.id);
  const parents = sortTexts([...new Set(request.parents)]);
  const dependsOn = sortTexts([...new Set(request.dependsOn)]);
  requireKnown(manifest, [...parents, ...dependsOn]);
  if (!request.splice) checkHeads(manifest, parents);
  const dir = folderName(request.folderTemplate, request);
  checkDir(manifest, dir);
  const revision: ManifestRevision = {
    id: request.id,
    dir,
    parents,
    dependsOn,
    labels: sortTexts([...new Set(request.labels)]),
    message: request.message,
    created: request.created,
    up: null,
    down: null,
    was: [],
  };
  const revisions = sortById([...manifest.revisions, revision]);
  requireGraph(revisions);
  return { revision, manifest: { revisions } };
}

function checkId(manifest: Manifest, id: RevisionId): void {
  const problem = idFault(id);
  if (problem !== null) {
    throw new AludelError("revision-id", `The id ${JSON.stringify(id)} ${problem}`, {
      next: [say("Give another --rev-id, or leave it out for one of twelve random digits")],
    });
  }
  const folded = foldRevisionName(id);
  const taken = manifest.revisions.find((revision) => foldRevisionName(revision.id) === folded);
  if (taken === undefined) return;
  throw new AludelError("revision-id-taken", `Revision "${taken.id}" already exists`, {
    revision: taken.id,
    next: [shell`aludel show ${taken.id}`],
  });
}

function checkHeads(manifest: Manifest, parents: readonly RevisionId[]): void {
  const asked = new Set(parents);
  for (const { id, parents: theirs } of manifest.revisions) {
    const parent = theirs.find((candidate) => asked.has(candidate));
    if (parent === undefined) continue;
    throw new AludelError("revision-not-head", `Revision "${parent}" is not a head`, {
      revision: parent,
      notes: [`"${id}" already follows it`],
      next: [again`--splice # begin a branch there`, say("Or leave --head out")],
    });
  }
}

function checkDir(manifest: Manifest, dir: string): void {
  const folded = foldDirName(dir);
  const taken = manifest.revisions.find((revision) => foldDirName(revision.dir) === folded);
  if (taken === undefined) return;
  throw new AludelError("revision-dir-taken", `The folder "${dir}" belongs to "${taken.id}"`, {
    revision: taken.id,
    next: [say("Give another --rev-id, or change folderTemplate in the settings")],
  });
}
