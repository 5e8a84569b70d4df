import { formatManifest, type ManifestRevision } from "../../../src/manifest/manifest.ts";
import {
  MANIFEST_FILE,
  type RevisionFiles,
} from "../../../src/project/workspace/revision_files.ts";
import { openWorkspace, type Workspace } from "../../../src/project/workspace/workspace.ts";

/** The files of a migrations folder in memory: path and text. */
function memoryFiles(texts: Readonly<Record<string, string>>): RevisionFiles {
  const folders = new Set(
    Object.keys(texts).flatMap((path) =>
      path.includes("/") ? [path.slice(0, path.indexOf("/"))] : []
    ),
  );
  return {
    name: "migrations",
    read: (path) => path in texts ? new TextEncoder().encode(texts[path]) : null,
    folders: () => [...folders].sort(),
  };
}

/** A workspace whose manifest has these revisions. */
export function memoryWorkspace(
  revisions: readonly ManifestRevision[],
  texts: Readonly<Record<string, string>> = {},
): Workspace {
  return openWorkspace(memoryFiles({ [MANIFEST_FILE]: formatManifest({ revisions }), ...texts }))!;
}
