import type { RevisionId } from "../graph/revision.ts";
import { formatManifest, sortById } from "../manifest/format_manifest.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { idFault } from "../graph/revision_name.ts";
import { requireGraph } from "../graph/build_graph.ts";
import { changeManifest } from "./change_manifest.ts";
import type { Project } from "./project.ts";
import { MANIFEST_FILE } from "./revision_files.ts";
import { strayFolders } from "./verify_files.ts";
import type { Workspace } from "./workspace.ts";
import { writeAtomically } from "./write_atomically.ts";

/** One thing that {@linkcode mend} did, or could not do. */
export interface Mending {
  readonly done: boolean;
  /** A sentence. */
  readonly what: string;
}

/**
 * Mends what an interrupted command or a merge left: an empty folder is removed, a folder with an up.sql gets its line
 * back as a draft on top of the only head, and the manifest is written in its canonical layout.
 *
 * @param newId Makes an id for a folder whose name holds none.
 * @throws {AludelError} `project-missing`, `folder-locked`, `file-unwritable`.
 */
export async function mend(
  project: Project,
  options: { readonly now: Date; readonly newId: () => string; readonly onWait: () => void },
): Promise<readonly Mending[]> {
  return await changeManifest(project, options.onWait, (workspace) => {
    const mendings: Mending[] = [];
    const added: ManifestRevision[] = [];
    for (const dir of strayFolders(workspace)) {
      const { revision, mending } = mendFolder(project, workspace, dir, added, options);
      if (revision) added.push(revision);
      mendings.push(mending);
    }
    const revisions = sortById([...workspace.manifest.revisions, ...added]);
    requireGraph(revisions);
    const path = `${project.migrations}/${MANIFEST_FILE}`;
    const text = formatManifest({ revisions });
    if (Deno.readTextFileSync(path).replaceAll("\r\n", "\n") !== text) {
      writeAtomically(path, text);
      if (added.length === 0) {
        mendings.push({ done: true, what: "The manifest was written in its canonical layout" });
      }
    }
    return mendings;
  });
}

function mendFolder(
  project: Project,
  workspace: Workspace,
  dir: string,
  added: readonly ManifestRevision[],
  options: { readonly now: Date; readonly newId: () => string },
): { readonly revision?: ManifestRevision; readonly mending: Mending } {
  const path = `${project.migrations}/${dir}`;
  const names = [...Deno.readDirSync(path)].map((entry) => entry.name);
  if (names.length === 0) {
    Deno.removeSync(path);
    return { mending: { done: true, what: `The empty folder "${dir}" was removed` } };
  }
  if (!names.includes("up.sql")) {
    return {
      mending: { done: false, what: `Folder "${dir}" has no up.sql: remove it, or write one` },
    };
  }
  const parents = added.length > 0 ? [added.at(-1)!.id] : workspace.graph.heads;
  if (parents.length > 1) {
    return {
      mending: {
        done: false,
        what: `Folder "${dir}" could follow any of ${parents.length} heads: merge them first`,
      },
    };
  }
  const id = idInName(dir, workspace, added) ?? options.newId();
  const revision: ManifestRevision = {
    id,
    dir,
    parents,
    dependsOn: [],
    labels: [],
    message: messageInName(dir, id),
    created: options.now.toISOString().replace(/\.\d+Z$/, "Z"),
    up: null,
    down: null,
    was: [],
  };
  const place = parents.length === 0 ? "as a base" : `on top of ${parents[0]}`;
  return {
    revision,
    mending: { done: true, what: `Folder "${dir}" is draft ${id} again, ${place}` },
  };
}

/** The word of the folder's name that looks like an id and is free. */
function idInName(
  dir: string,
  { graph }: Workspace,
  added: readonly ManifestRevision[],
): RevisionId | undefined {
  return dir.split("_").find((word) =>
    /^[0-9a-f]{12}$/.test(word) && idFault(word) === null && !graph.has(word) &&
    !added.some((entry) => entry.id === word)
  );
}

function messageInName(dir: string, id: RevisionId): string {
  const words = dir.split("_").filter((word) => word !== id && !/^\d{4}-\d{2}-\d{2}$/.test(word));
  return words.join(" ") || dir;
}
