import { findBranches } from "../git/find_branches.ts";
import { gitFolder } from "../git/git_folder.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Project } from "../project/project.ts";

/** Where a revision is that the database has and the disk has not. */
export interface UnknownRevision {
  readonly id: RevisionId;
  /** The branches of git that have it, the one with the newest commit first. */
  readonly branches: readonly string[];
  /** A sentence without a period. */
  readonly says: string;
}

/** What to type where the database has revisions of another branch. */
export const TAKE_ALONG = "aludel switch, to bring the database to what is checked out";

/** So many branches are named. */
const NAMED = 3;

/** Looks through the branches of the repository for revisions that are not on disk. */
export async function locateUnknown(
  project: Project,
  ids: readonly RevisionId[],
): Promise<readonly UnknownRevision[]> {
  if (ids.length === 0) return [];
  const search = await findBranches(gitFolder(project.migrations), ids);
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
    return `${fact}, and no branch of this repository has it (${lookedThrough} looked through)`;
  }
  const named = branches.slice(0, NAMED).map((name) => `"${name}"`).join(", ");
  const more = branches.length > NAMED ? ` and ${branches.length - NAMED} more` : "";
  return `${fact}: the ${branches.length === 1 ? "branch" : "branches"} ${named}${more} ${
    branches.length === 1 ? "has" : "have"
  } it`;
}
