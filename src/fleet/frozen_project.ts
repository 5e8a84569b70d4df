import type { RevisionId } from "../graph/revision.ts";
import type { Project } from "../project/workspace/project.ts";
import { MANIFEST_FILE, type RevisionFiles } from "../project/workspace/revision_files.ts";
import type { Settings } from "../project/workspace/settings.ts";
import { openWorkspace, type Workspace } from "../project/workspace/workspace.ts";

/**
 * A project as it was when a run began. Its files are read once, so that all databases get the same revisions even if
 * the files change during the run. It is plain data that can be sent to workers.
 */
export interface FrozenProject {
  readonly settings: Settings;
  /** The name of the migrations folder, for messages. */
  readonly folder: string;
  /** The content of the files by their path in the folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The revisions that an upgrade leads to. */
  readonly goal: readonly RevisionId[];
}

/**
 * Reads every file of a project that an upgrade may need.
 * @param goal The revisions that an upgrade leads to.
 * @throws {AludelError} An error of the area `file`.
 */
export function freezeProject(
  { settings, files }: Project,
  { manifest }: Workspace,
  goal: readonly RevisionId[],
): FrozenProject {
  const paths = [
    MANIFEST_FILE,
    ...manifest.revisions.flatMap(({ dir }) => [`${dir}/up.sql`, `${dir}/down.sql`]),
  ];
  const read = new Map<string, Uint8Array>();
  for (const path of paths) {
    const bytes = files.read(path);
    if (bytes !== null) read.set(path, bytes);
  }
  return { settings, folder: files.name, files: read, goal };
}

/** Makes the workspace of a frozen project, which reads no file. */
export function thaw({ folder, files }: FrozenProject): Workspace {
  return openWorkspace(new FrozenFiles(folder, files))!;
}

class FrozenFiles implements RevisionFiles {
  readonly name: string;
  readonly #files: ReadonlyMap<string, Uint8Array>;

  constructor(name: string, files: ReadonlyMap<string, Uint8Array>) {
    this.name = name;
    this.#files = files;
  }

  read(path: string): Uint8Array | null {
    return this.#files.get(path) ?? null;
  }

  folders(): readonly string[] {
    return [...new Set([...this.#files.keys()].filter((path) => path.includes("/")))]
      .map((path) => path.slice(0, path.indexOf("/"))).sort();
  }
}
