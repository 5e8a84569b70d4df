import { AludelError } from "../errors.ts";
import { parseRef } from "../graph/ref.ts";
import { resolveRefs } from "../graph/resolve_ref.ts";
import type { RevisionId } from "../graph/revision.ts";
import { formatManifest, type Manifest } from "../manifest/manifest.ts";
import { mergeManifests } from "../manifest/merge_manifest.ts";
import type { ParsedManifest } from "../manifest/parse_manifest.ts";
import { seal, type SealResult } from "../manifest/seal.ts";
import { lockFolder } from "../project/workspace/folder_lock.ts";
import type { Project } from "../project/workspace/project.ts";
import { readManifest, workspaceOf } from "../project/workspace/workspace.ts";
import { MANIFEST_FILE } from "../project/workspace/revision_files.ts";
import { RevisionTexts } from "../project/workspace/revision_texts.ts";
import { writeAtomically } from "../project/workspace/files.ts";
import { BlobFiles, listIndex, neededObjects, ObjectBatch } from "./objects.ts";
import { git, type GitFolder, pathIn } from "./git.ts";
import { shell } from "../text/next_step.ts";

/** The arguments of `aludel seal --staged`. */
export interface SealStagedRequest {
  /** The migrations folder. */
  readonly folder: GitFolder;
  /** Refs; without any, all drafts of the index. */
  readonly refs: readonly string[];
  /** `GIT_INDEX_FILE`: during a commit git may work on another index than the clone's. */
  readonly indexFile: string | undefined;
  readonly onWait: () => void;
}

/** The revisions that were sealed, and whether the manifest on disk was updated too. */
export interface StagedSeal extends Pick<SealResult, "sealed" | "unchanged"> {
  /** `left`: the same lines have other changes there. */
  readonly onDisk: "updated" | "left";
}

/**
 * Seals drafts as they are staged: hashes git's objects and changes the manifest in the index. The files on disk, which may
 * have changed since, are not read; the manifest on disk gets the sealed lines and keeps its others.
 *
 * @throws {AludelError} `seal-partial-commit` during `git commit --only`, which works on a temporary index that git throws
 *   away: the clone's own index would still hold the drafts. Also as `seal` and `resolveRefs`, and an error of the area `git`.
 */
export async function sealStaged(
  project: Project,
  request: SealStagedRequest,
): Promise<StagedSeal> {
  const timeout = project.settings.lockTimeout * 1_000;
  using _lock = await lockFolder(project.migrations, { timeout, onWait: request.onWait });
  const files = await readIndex(project.files.name, request.folder);
  const before = readManifest(files);
  const ids = before === null ? [] : idsToSeal(files, before, request.refs);
  if (before === null || ids.length === 0) return { sealed: [], unchanged: [], onDisk: "updated" };
  const entries = new Map(before.revisions.map((entry) => [entry.id, entry]));
  const { manifest, sealed, unchanged } = seal(before, {
    ids,
    mode: "drafts",
    hashesOf: (id) => new RevisionTexts(files, entries.get(id)!).fileHashes,
    changeOf: () => "changed",
  });
  if (sealed.length === 0) return { sealed, unchanged, onDisk: "updated" };
  refusePartialCommit(request.indexFile, sealed);
  await stage(request.folder, formatManifest(manifest));
  return { sealed, unchanged, onDisk: takeOver(project, before, manifest) };
}

async function readIndex(name: string, folder: GitFolder): Promise<BlobFiles> {
  await using batch = new ObjectBatch(folder.cwd);
  const { entries } = await listIndex(folder);
  const ids = neededObjects(entries);
  const contents = await batch.read(ids);
  return new BlobFiles(name, entries, new Map(ids.map((id, at) => [id, contents[at] ?? null])));
}

function idsToSeal(
  files: BlobFiles,
  manifest: ParsedManifest,
  refs: readonly string[],
): readonly RevisionId[] {
  if (refs.length === 0) return manifest.revisions.filter(({ up }) => up === null).map((e) => e.id);
  const { graph } = workspaceOf(files, manifest);
  return resolveRefs(graph, refs.map(parseRef), { applied: new Set(), purpose: "look" });
}

/**
 * `git commit` gives its hooks the index itself, or with `-a` the file that will replace it. With `--only` it gives
 * `next-index-PID.lock`, which only the commit is made of.
 */
function refusePartialCommit(indexFile: string | undefined, drafts: readonly RevisionId[]): void {
  if (indexFile === undefined || /(?:^|[/\\])index(?:\.lock)?$/.test(indexFile)) return;
  throw new AludelError(
    "seal-partial-commit",
    "The commit contains only the named files, so drafts cannot be sealed in it",
    {
      notes: [
        ...drafts.map((id) => `"${id}" is a draft`),
        "git throws this index away, so that the clone's own one would still hold the drafts",
      ],
      outcome: "Nothing was sealed",
      next: [shell`aludel seal ${drafts} # then name the manifest among the files of the commit`],
    },
  );
}

async function stage(folder: GitFolder, manifest: string): Promise<void> {
  const { cwd } = folder;
  const path = pathIn(folder, MANIFEST_FILE);
  const [{ text: id }, { text: listed }] = await Promise.all([
    git({ cwd, args: ["hash-object", "-w", "--stdin"], input: manifest }),
    git({ cwd, args: ["ls-files", "--full-name", "-z", "--", path] }),
  ]);
  // Paths of --index-info start at the root, wherever git runs.
  const input = `100644 ${id}\t${listed.split("\0", 1)[0]}\0`;
  await git({ cwd, args: ["update-index", "-z", "--index-info"], input });
}

/** Copies the sealed lines into the manifest on disk, which may have lines that are not staged. */
function takeOver(project: Project, before: Manifest, after: Manifest): StagedSeal["onDisk"] {
  try {
    const onDisk = readManifest(project.files);
    if (onDisk === null) return "left";
    const { manifest, conflicts } = mergeManifests(before, onDisk, after);
    if (conflicts.length > 0) return "left";
    writeAtomically(`${project.migrations}/${MANIFEST_FILE}`, formatManifest(manifest));
    return "updated";
  } catch (error) {
    if (error instanceof AludelError) return "left"; // unreadable there: for `verify` to say
    throw error;
  }
}
