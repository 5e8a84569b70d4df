import { host } from "../../host/mod.ts";
import { digest } from "../../digest.ts";
import { AludelError } from "../../errors.ts";
import { requireGraph } from "../../graph/build_graph.ts";
import type { RevisionId } from "../../graph/revision.ts";
import {
  followReplacements,
  formatManifest,
  type ManifestRevision,
} from "../../manifest/manifest.ts";
import { newRevision } from "../../manifest/new_revision.ts";
import { again, say, shell } from "../../text/next_step.ts";
import { changeManifest } from "../workspace/folder_lock.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { flushFolder, pathExists, writeAtomically } from "../workspace/files.ts";
import type { Project } from "../workspace/project.ts";
import { MANIFEST_FILE } from "../workspace/revision_files.ts";
import type { Settings } from "../workspace/settings.ts";
import { type ProvenTexts, RunTrial, type RunTrialRequest } from "./squash_trial.ts";
import { writeFolders } from "./write_revision.ts";

/** What to squash, and how to call the result. */
export interface SquashRequest extends RunTrialRequest {
  /** UTC to the second. */
  readonly created: string;
}

/** A squashed revision that was proven equal to its run, and is not written yet. */
export interface PlannedSquash extends ProvenTexts {
  readonly revision: ManifestRevision;
  /** The manifest's revisions with it in the place of the run. */
  readonly revisions: readonly ManifestRevision[];
  readonly replaced: readonly ManifestRevision[];
}

/**
 * Makes one revision of a run of sealed ones, and proves on replays that it gives the same schema and the same rows.
 *
 * @throws {AludelError} `squash-run` if the run is none, or has more than one entry or exit; `squash-draft`;
 *   `squash-unequal` if no way was found that gives the same; what reading and replaying the revisions throws.
 */
async function planSquash(
  workspace: Workspace,
  settings: Settings,
  request: SquashRequest,
): Promise<PlannedSquash> {
  const { graph, entries, manifest } = workspace;
  const { entry, exit } = endsOf(workspace, request.ids);
  const replaced = request.ids.map((id) => entries.get(id)!);
  const run = new Set(request.ids);
  const dependsOn = [...new Set(replaced.flatMap((one) => one.dependsOn))]
    .filter((id) => !run.has(id));
  const trial = new RunTrial(workspace, settings, request, [
    ...graph.parentsOf(entry),
    ...dependsOn,
  ]);
  const { texts, made, databases, notices } = await trial.find();
  const rest = manifest.revisions.filter(({ id }) => !run.has(id));
  const added = newRevision(
    { revisions: rest.filter(({ id }) => !followsRun(workspace, id, run)) },
    {
      id: request.id,
      message: request.message,
      created: request.created,
      parents: graph.parentsOf(entry),
      dependsOn,
      labels: replaced.flatMap(({ labels }) => labels),
      splice: true,
      folderTemplate: settings.folderTemplate,
    },
  );
  const revision: ManifestRevision = {
    ...added.revision,
    up: digest(texts.up),
    down: texts.down === null ? "none" : digest(texts.down),
    replaces: [...new Set(replaced.flatMap(({ id, replaces = [] }) => [id, ...replaces]))].sort(),
  };
  const revisions = followReplacements([...rest, revision]);
  requireGraph(revisions);
  if (rest.some(({ dir }) => dir === revision.dir)) throw folderTaken(revision, exit);
  return { revision, revisions, replaced, texts, made, databases, notices };
}

function followsRun({ graph }: Workspace, id: RevisionId, run: ReadonlySet<RevisionId>): boolean {
  return [...graph.ancestors([id], "all")].some((one) => run.has(one));
}

function folderTaken({ dir, id }: ManifestRevision, exit: RevisionId): AludelError {
  return new AludelError("revision-dir-taken", `The folder "${dir}" is taken`, {
    revision: id,
    notes: [`Another revision that follows "${exit}" has it`],
    next: [say("Give another --rev-id, or change folderTemplate in the settings")],
  });
}

/** @throws {AludelError} `squash-run`, `squash-draft`. */
function endsOf(
  { graph, entries }: Workspace,
  ids: readonly RevisionId[],
): { readonly entry: RevisionId; readonly exit: RevisionId } {
  const run = new Set(ids);
  const isIn = (id: RevisionId) => run.has(id);
  const starts = ids.filter((id) => !graph.parentsOf(id).some(isIn));
  const ends = ids.filter((id) => !graph.childrenOf(id).some(isIn));
  const refuse = (fact: string): AludelError =>
    new AludelError("squash-run", "These revisions cannot be squashed into one", {
      notes: [fact],
      outcome: "Nothing was written",
      next: [shell`aludel history --graph`, shell`aludel squash --help`],
    });
  if (ids.length < 2) throw refuse("A run has two revisions or more");
  const [entry] = starts;
  const [exit] = ends;
  if (starts.length > 1) throw refuse(`It has ${starts.length} beginnings: ${starts.join(", ")}`);
  if (ends.length > 1) throw refuse(`It has ${ends.length} ends: ${ends.join(", ")}`);
  for (const id of ids) {
    const parent = id === entry ? undefined : graph.parentsOf(id).find((one) => !isIn(one));
    if (parent !== undefined) throw refuse(`"${id}" also follows "${parent}", which is outside`);
    const child = id === exit ? undefined : graph.childrenOf(id).find((one) => !isIn(one));
    if (child !== undefined) throw refuse(`"${child}", which is outside, follows "${id}"`);
  }
  const draft = ids.find((id) => entries.get(id)!.up === null);
  if (draft === undefined) return { entry: entry!, exit: exit! };
  throw new AludelError("squash-draft", `"${draft}" is a draft: it is still being written`, {
    revision: draft,
    outcome: "Nothing was written",
    next: [shell`aludel seal ${draft}`],
  });
}

/** Where the folders of the run go, and who is told. */
export interface SquashOptions {
  /** The folders that can be had back from git. */
  readonly committed: () => ReadonlySet<string>;
  /** An absolute path: the run's folders are moved there. undefined: they are removed, which needs them in git. */
  readonly archive: string | undefined;
  /** Whether nothing is to be written. */
  readonly dryRun: boolean;
  readonly onWait: () => void;
}

/**
 * Squashes a run: writes the folder of the new revision, then the manifest with it in the place of the run, and then
 * removes or moves the run's folders. A crash in between leaves folders without a line, which `verify` tells.
 *
 * @param choose Finds the run in the workspace as it is under the folder's lock.
 * @throws {AludelError} As {@linkcode planSquash}; `squash-uncommitted` for folders that git does not have;
 *   `project-missing`, `folder-locked`, `file-unwritable`.
 */
export async function squash(
  project: Project,
  choose: (workspace: Workspace) => SquashRequest,
  { committed, archive, dryRun, onWait }: SquashOptions,
): Promise<PlannedSquash> {
  return await changeManifest(project, onWait, async (workspace) => {
    const request = choose(workspace);
    endsOf(workspace, request.ids);
    if (archive === undefined && !dryRun) {
      const safe = committed();
      const lost = request.ids.map((id) => workspace.entries.get(id)!)
        .find(({ dir }) => !safe.has(dir));
      if (lost !== undefined) throw uncommitted(lost, project);
    }
    const planned = await planSquash(workspace, project.settings, request);
    if (dryRun) return planned;
    const { revision, revisions, replaced, texts } = planned;
    const files = {
      "up.sql": texts.up,
      ...(texts.down !== null && { "down.sql": texts.down }),
    };
    const { migrations } = project;
    writeFolders(migrations, new Map([[revision.dir, files]]), () => {
      writeAtomically(`${migrations}/${MANIFEST_FILE}`, formatManifest({ revisions }));
    });
    if (archive !== undefined) host.files.makeFolder(archive, { recursive: true });
    for (const { dir } of replaced) {
      if (!pathExists(`${migrations}/${dir}`)) continue;
      if (archive === undefined) host.files.remove(`${migrations}/${dir}`, { recursive: true });
      else host.files.rename(`${migrations}/${dir}`, `${archive}/${dir}`);
    }
    flushFolder(migrations);
    return planned;
  });
}

function uncommitted({ id, dir }: ManifestRevision, { files }: Project): AludelError {
  return new AludelError("squash-uncommitted", `Git has no commit with the files of "${id}"`, {
    revision: id,
    place: { file: `${files.name}/${dir}` },
    notes: ["A squash removes the folders of the run, and they could not be recovered"],
    outcome: "Nothing was written",
    next: [
      shell`git add -- ${files.name} && git commit -m "Commit before the squash"`,
      again`--archive old-migrations # move them there instead`,
    ],
  });
}
