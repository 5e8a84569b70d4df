import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/parse_manifest.ts";
import { MANIFEST_FILE } from "../project/workspace/revision_files.ts";
import { git, type GitFolder, gitLine, pathIn } from "./git.ts";
import { ObjectBatch } from "./objects.ts";

/** So many branches are looked through, those with the newest commits first. */
const LOOKED_THROUGH = 200;

/** Which branches have revisions, and how far was looked. */
export interface BranchSearch {
  /** The branches that have each revision, newest first, such as `feature` and `origin/feature`. */
  readonly branches: ReadonlyMap<RevisionId, readonly string[]>;
  readonly lookedThrough: number;
}

/**
 * Looks through the branches of the repository, local and remote, for those whose manifest has certain revisions.
 *
 * @param folder The migrations folder.
 * @returns undefined where there is no git or no repository, or git fails: nothing can be said then.
 */
export async function findBranches(
  folder: GitFolder,
  ids: readonly RevisionId[],
): Promise<BranchSearch | undefined> {
  try {
    const names = await branchNames(folder.cwd);
    const path = pathIn(folder, MANIFEST_FILE);
    await using batch = new ObjectBatch(folder.cwd);
    const contents = await batch.read(names.map((name) => `${name}:./${path}`));
    const branches = new Map<RevisionId, string[]>(ids.map((id) => [id, []]));
    const decoder = new TextDecoder();
    // Most branches have one and the same manifest.
    const known = new Map<string, ReadonlySet<RevisionId>>();
    names.forEach((name, at) => {
      const bytes = contents[at];
      if (!bytes) return;
      const text = decoder.decode(bytes);
      const here = known.get(text) ?? idsOf(text);
      known.set(text, here);
      for (const id of ids) if (here.has(id)) branches.get(id)!.push(shortName(name));
    });
    return { branches, lookedThrough: names.length };
  } catch (error) {
    if (error instanceof AludelError) return undefined;
    throw error;
  }
}

/** Whether git has a branch of this name. */
export function findBranch(cwd: string, name: string): boolean {
  const refs = [`refs/heads/${name}`, `refs/remotes/origin/${name}`];
  return refs.some((ref) => gitLine(cwd, ["rev-parse", "--verify", "--quiet", ref]) !== undefined);
}

async function branchNames(cwd: string): Promise<readonly string[]> {
  const args = [
    "for-each-ref",
    `--count=${LOOKED_THROUGH}`,
    "--sort=-committerdate",
    "--format=%(refname)",
    "refs/heads",
    "refs/remotes",
  ];
  const { text } = await git({ cwd, args });
  return text.split("\n").filter((name) => name !== "" && !name.endsWith("/HEAD"));
}

function idsOf(text: string): ReadonlySet<RevisionId> {
  let manifest: Manifest;
  try {
    manifest = parseManifest(text, MANIFEST_FILE);
  } catch {
    return new Set(); // some branch with a broken manifest
  }
  return new Set(manifest.revisions.map(({ id }) => id));
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|remotes)\//, "");
}
