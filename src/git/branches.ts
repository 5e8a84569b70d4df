import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/parse_manifest.ts";
import { MANIFEST_FILE } from "../project/workspace/revision_files.ts";
import { again, shell } from "../text/next_step.ts";
import { git, type GitFolder, gitFolder, gitLine, pathIn } from "./git.ts";
import { ObjectBatch } from "./objects.ts";

/** Maximum number of branches to search, those with the newest commits first. */
const LOOKED_THROUGH = 200;

/** The branches that have certain revisions, and the number of branches that were searched. */
interface BranchSearch {
  /** The branches that have each revision, newest first, such as `feature` and `origin/feature`. */
  readonly branches: ReadonlyMap<RevisionId, readonly string[]>;
  readonly lookedThrough: number;
}

/** A revision that the database has but the disk does not. */
export interface UnknownRevision {
  readonly id: RevisionId;
  /** The branches of git that have it, the one with the newest commit first. */
  readonly branches: readonly string[];
  /** A sentence without a period. */
  readonly says: string;
}

/** The next step if the database has revisions of another branch. */
export const SWITCH_DATABASE = shell`aludel switch # bring the database to what is checked out`;

/** The next step if the database has no revision of this project. */
export const NAME_ANOTHER = again`-d PATH # name the database of this project`;

/** Maximum number of branches in a sentence. */
const NAMED = 3;

/**
 * Searches the branches of the repository for revisions that are not on disk.
 * @param migrations The path of the migrations folder.
 */
export async function locateUnknown(
  migrations: string,
  ids: readonly RevisionId[],
): Promise<readonly UnknownRevision[]> {
  if (ids.length === 0) return [];
  const search = await findBranches(gitFolder(migrations), ids);
  return ids.map((id) => {
    const branches = search?.branches.get(id) ?? [];
    return { id, branches, says: sentence(id, branches, search?.lookedThrough) };
  });
}

function sentence(
  id: RevisionId,
  branches: readonly string[],
  lookedThrough: number | undefined,
): string {
  const fact = `"${id}" is not on disk`;
  if (lookedThrough === undefined) return `${fact}, and there is no git repository to look in`;
  if (branches.length === 0) {
    return `${fact}, and no branch of this repository has it (${lookedThrough} searched)`;
  }
  const named = branches.slice(0, NAMED).map((name) => `"${name}"`).join(", ");
  const more = branches.length > NAMED ? ` and ${branches.length - NAMED} more` : "";
  return `${fact}: the ${branches.length === 1 ? "branch" : "branches"} ${named}${more} ${
    branches.length === 1 ? "has" : "have"
  } it`;
}

/**
 * Searches the branches of the repository, local and remote, for manifests with certain revisions.
 *
 * @param folder The migrations folder.
 * @returns undefined without git or a repository, or if git fails.
 */
async function findBranches(
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
    // Most branches have the same manifest.
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
    return new Set(); // The manifest of this branch is broken.
  }
  return new Set(manifest.revisions.map(({ id }) => id));
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|remotes)\//, "");
}
