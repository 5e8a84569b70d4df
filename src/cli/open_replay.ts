import { openScratch } from "../db/open_scratch.ts";
import { digest } from "../project/digest.ts";
import type { Project } from "../project/project.ts";
import { Scratch } from "../replay/scratch.ts";
import type { Workspace } from "../project/workspace.ts";
import { ReplayTree } from "../replay/tree.ts";
import { RevisionSources } from "../proof/revision_source.ts";

/** The revisions of a project, to be read and run in memory. */
export interface OpenReplay {
  readonly tree: ReplayTree;
  readonly sources: RevisionSources;
  readonly scratch: Scratch;
  /** The SQLite of this program, such as `3.53.2`. */
  readonly sqliteVersion: string;
}

/** Makes a project's revisions ready; reads and runs none yet. */
export function openReplay({ settings }: Project, workspace: Workspace): OpenReplay {
  const sources = new RevisionSources(workspace, digest);
  const scratch = new Scratch(settings.doubleQuotedStrings);
  const { sqliteVersion } = openScratch().capabilities;
  const { graph } = workspace;
  const tree = new ReplayTree({ graph, sourceOf: sources.of, scratch, sqliteVersion });
  return { tree, sources, scratch, sqliteVersion };
}
