import type { RevisionId } from "../graph/revision.ts";
import type { Workspace } from "../project/workspace.ts";
import type { WalkContext } from "../replay/tree.ts";
import { chooseRevisions } from "./choose_revisions.ts";
import type { CommandContext } from "./command.ts";
import { DATABASE_FLAG } from "./flag.ts";
import { openReplay } from "./open_replay.ts";

/** The flags of the commands that walk through the history. */
export const HISTORY_FLAG = {
  at: { kind: "text", value: "REF", help: "the revision to end at (default: all heads)" },
  ...DATABASE_FLAG,
} as const;

/** The history up to some revisions, ready to be replayed. */
export interface ChosenHistory {
  readonly workspace: Workspace;
  /** In topological order, with all that they need. */
  readonly ids: readonly RevisionId[];
  readonly replay: WalkContext;
}

/**
 * Chooses the history that leads to a ref, or to all heads.
 * @throws {AludelError} As {@linkcode chooseRevisions}.
 */
export async function chooseHistory(
  context: CommandContext,
  flags: {
    readonly config: string | undefined;
    readonly database: string | undefined;
    readonly at: string | undefined;
  },
): Promise<ChosenHistory> {
  const refs = flags.at === undefined ? [] : [flags.at];
  const { project, workspace, ids } = await chooseRevisions(context, flags, refs, "all");
  const { graph } = workspace;
  return {
    workspace,
    ids: [...graph.ancestors(ids, "all")],
    replay: openReplay(project, workspace),
  };
}
