import type { RevisionId } from "../../graph/revision.ts";
import { RevisionSources } from "../../proof/revision_source.ts";
import { Scratch } from "../../replay/scratch.ts";
import { ReplayTree } from "../../replay/tree.ts";
import { DATABASE_FLAG } from "../arguments/flag.ts";
import { chooseRevisions } from "./revisions.ts";
import type { Session } from "./session.ts";

/**
 * Prepares the replay of a project's revisions, without reading or running one.
 * @param workspace The workspace; by default the session's.
 */
export function openReplay(session: Session, workspace = session.workspace): ReplayTree {
  session.announceExtensions();
  const { of: sourceOf } = new RevisionSources(workspace);
  return new ReplayTree(workspace.graph, sourceOf, new Scratch(session.settings));
}

/** The flag of commands that replay the history. */
export const HISTORY_FLAG = {
  at: { kind: "text", value: "REF", help: "the revision to end at (default: all heads)" },
  ...DATABASE_FLAG,
} as const;

/** The history up to some revisions, ready to be replayed. */
export interface ChosenHistory {
  /** In topological order, with all ancestors and dependencies. */
  readonly ids: readonly RevisionId[];
  readonly tree: ReplayTree;
}

/**
 * Chooses the history that leads to a ref, or to all heads.
 * @throws {AludelError} As {@linkcode chooseRevisions}.
 */
export async function chooseHistory(
  session: Session,
  at: string | undefined,
): Promise<ChosenHistory> {
  const { ids } = await chooseRevisions(session, at === undefined ? [] : [at], "all");
  const { graph } = session.workspace;
  return { ids: [...graph.ancestors(ids, "all")], tree: openReplay(session) };
}
