import { AludelError } from "../../errors.ts";
import { parseRange, parseRef, type Ref, type RefRange } from "../../graph/ref.ts";
import {
  rangeNeedsApplied,
  refNeedsApplied,
  resolveRange,
  resolveRef,
} from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { Catalogue } from "../../project/workspace/catalogue.ts";
import { type Project, projectMissing } from "../../project/workspace/project.ts";
import { openWorkspace, type Workspace } from "../../project/workspace/workspace.ts";
import { RevisionSources } from "../../proof/revision_source.ts";
import { Scratch } from "../../replay/scratch.ts";
import { ReplayTree, type WalkContext } from "../../replay/tree.ts";
import { shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import { nameExtensions } from "./project.ts";
import { DATABASE_FLAG } from "../arguments/flag.ts";
import { openCatalogueWithDatabase, openDiskCatalogue } from "./catalogue.ts";
import type { DatabaseCatalogue } from "./database_catalogue.ts";

/** The revisions of a project, to be read and run in memory. */
export interface OpenReplay {
  readonly tree: ReplayTree;
  readonly sources: RevisionSources;
  readonly scratch: Scratch;
  /** The SQLite of this program, such as `3.53.2`. */
}

/** Makes a project's revisions ready; reads and runs none yet. */
export function openReplay(
  { ui }: Pick<CommandContext, "ui">,
  { settings }: Project,
  workspace: Workspace,
): OpenReplay {
  nameExtensions(ui, settings);
  const sources = new RevisionSources(workspace);
  const scratch = new Scratch(settings);
  const { graph } = workspace;
  const tree = new ReplayTree({ graph, sourceOf: sources.of, scratch });
  return { tree, sources, scratch };
}

/** The revisions that a command line means, in topological order, with where they were found. */
export interface ChosenRevisions {
  readonly project: Project;
  readonly workspace: Workspace;
  readonly ids: readonly RevisionId[];
  /** The database that was looked at; undefined where none was needed, or there is none. */
  readonly database: DatabaseCatalogue | undefined;
}

/** What a command works on when no revision is named. */
export type DefaultChoice = "all" | "unfinished";

/**
 * Resolves refs and ranges. Without any it is every revision on disk, or with `unfinished` the drafts and what the
 * database has not applied: everything, where there is no database.
 *
 * @throws {AludelError} `project-missing`, `revision-not-on-disk`, an error of the area `ref`, what settings, manifest and database throw.
 */
export async function chooseRevisions(
  context: CommandContext,
  flags: { readonly config: string | undefined; readonly database: string | undefined },
  texts: readonly string[],
  otherwise: DefaultChoice,
): Promise<ChosenRevisions> {
  const choices = texts.map(parseChoice);
  const asksDatabase = choices.some(({ needsApplied }) => needsApplied);
  const looks = asksDatabase || flags.database !== undefined ||
    (texts.length === 0 && otherwise === "unfinished");
  const { project, catalogue, database } = looks
    ? await openCatalogueWithDatabase(context, flags, asksDatabase)
    : { ...openDiskCatalogue(context, flags), database: undefined };
  const workspace = openWorkspace(project.files);
  if (workspace === null) throw projectMissing(project);
  const ids = texts.length > 0
    ? catalogue.graph.sorted(choices.flatMap(({ find }) => find(catalogue)))
    : catalogue.graph.ids.filter((id) => isWanted(id, catalogue, otherwise));
  const stray = ids.find((id) => !workspace.graph.has(id));
  if (stray !== undefined) {
    throw new AludelError("revision-not-on-disk", `Revision "${stray}" is not on disk`, {
      revision: stray,
      notes: ["The database has it, perhaps from a branch that is not checked out"],
      next: [shell`aludel status`],
    });
  }
  return { project, workspace, ids, database };
}

function isWanted(
  id: RevisionId,
  { onDisk, applied, entries }: Catalogue,
  choice: DefaultChoice,
): boolean {
  if (!onDisk.has(id)) return false;
  return choice === "all" || !applied.has(id) || entries.get(id)?.up === null;
}

interface Choice {
  readonly needsApplied: boolean;
  readonly find: (catalogue: Catalogue) => readonly RevisionId[];
}

function parseChoice(text: string): Choice {
  return text.includes(":") ? rangeChoice(parseRange(text)) : refChoice(parseRef(text));
}

function rangeChoice(range: RefRange): Choice {
  return {
    needsApplied: rangeNeedsApplied(range),
    find: ({ graph, applied, onDisk }) => resolveRange(graph, range, { applied, onDisk }),
  };
}

function refChoice(ref: Ref): Choice {
  return {
    needsApplied: refNeedsApplied(ref),
    find: ({ graph, applied, onDisk }) =>
      resolveRef(graph, ref, { applied, onDisk, purpose: "look" }),
  };
}

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
    replay: openReplay(context, project, workspace),
  };
}
