import type { Connection } from "../../db/connection.ts";
import type { Ref } from "../../graph/ref.ts";
import { resolveRefs } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";
import {
  resolveDestination,
  stampBaseRoute,
  type StampRoute,
  stampRoute,
} from "../../graph/route.ts";
import type { RunHost } from "../../runner/request.ts";
import {
  type MarkedStamp,
  runStamp,
  type StampOutcome,
  type StampRequest,
  type TextPair,
} from "../../runner/run_stamp.ts";
import { patiently } from "../../runner/write_lock.ts";
import {
  ABSENT_MARK,
  type AppliedRevision,
  type AppliedTexts,
  readAppliedIds,
  readState,
  readTexts,
  type StateMark,
} from "../../state/state.ts";
import { type Catalogue, joinCatalogue } from "../workspace/catalogue.ts";
import type { DatabaseAccess } from "../workspace/database_access.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { recordSquashes } from "./record_squashes.ts";
import { RevisionTexts } from "../workspace/revision_texts.ts";
import { checkMigration, type MigrationContext, refuseForeign } from "./migration.ts";

/** The texts with which a revision ran, from the database's record; undefined if it has none. */
export async function readAppliedTexts(
  access: DatabaseAccess,
  id: RevisionId,
): Promise<AppliedTexts | undefined> {
  const connection = await access.look();
  if (connection === null) return undefined;
  try {
    return await readTexts(connection, id);
  } finally {
    await connection.close();
  }
}

/** The goal of a stamp. */
export interface StampGoalRequest {
  readonly refs: readonly Ref[];
  /** Whether to erase all records first, for example because they name unknown revisions. */
  readonly purge: boolean;
  /** Whether records of another project may stay beside the new ones. */
  readonly foreign?: boolean;
}

/** A stamp that was resolved and checked, but has changed nothing. */
export interface PlannedStamp extends MarkedStamp {
  /** The present records; empty if all are erased first. */
  readonly start: readonly RevisionId[];
  /** The revisions on disk, if the database must first record a squash. */
  readonly squashed: Workspace | null;
  /** All revisions on disk and in the records. */
  readonly graph: RevisionGraph;
  readonly replan: (connection: Connection) => Promise<MarkedStamp>;
}

/** The revisions to record as current, resolved once; or a branch to forget. */
type StampGoal =
  | { readonly kind: "at"; readonly ids: readonly RevisionId[] }
  | { readonly kind: "forget-branch"; readonly branch: RevisionId };

/** The records before a stamp. */
interface Records {
  /** The records for resolving refs and the route; empty if all are erased first. */
  readonly seen: readonly AppliedRevision[];
  readonly erased: readonly RevisionId[];
  readonly mark: StateMark;
}

const NO_RECORDS: Records = { seen: [], erased: [], mark: ABSENT_MARK };

/**
 * Resolves and checks a stamp: the revisions to record must be on disk and readable.
 *
 * @throws {AludelError} The errors of resolving and checking, `database-busy`, `lock-timeout`.
 */
export async function planStamp(
  context: MigrationContext,
  request: StampGoalRequest,
): Promise<PlannedStamp> {
  const records = await lookAtRecords(context, request.purge);
  const catalogue = joinCatalogue(context.workspace, records.seen);
  refuseForeign(context, request, catalogue);
  const goal = resolveStampGoal(catalogue, request.refs);
  return {
    start: [...catalogue.applied],
    squashed: catalogue.past.length > 0 ? context.workspace : null,
    graph: catalogue.graph,
    ...await checkStamp(context, records, goal, request),
    replan: async (connection) =>
      await checkStamp(context, await readRecords(connection, request.purge), goal, request),
  };
}

/**
 * Changes the records as planned.
 *
 * @param baseline Given if the stamp adopts an existing database.
 * @throws {AludelError} As {@linkcode runStamp}.
 */
export async function stamp(
  planned: PlannedStamp,
  host: RunHost,
  baseline?: StampRequest["baseline"],
): Promise<StampOutcome> {
  const { add, remove } = planned.stamp;
  // Without records to write, no database is created.
  if (planned.mark === ABSENT_MARK && add.length + remove.length === 0) {
    return { stamp: planned.stamp, kept: null };
  }
  if (planned.squashed === null) return await runStamp({ host, baseline, ...planned });
  await recordSquashes(planned.squashed, host);
  await using connection = await host.connect({ doubleQuotedStrings: false });
  const marked = await patiently(connection.name, host, () => planned.replan(connection));
  return await runStamp({ host, baseline, replan: planned.replan, ...marked });
}

async function lookAtRecords({ access }: MigrationContext, purge: boolean): Promise<Records> {
  const connection = await access.look();
  if (connection === null) return NO_RECORDS;
  try {
    return await readRecords(connection, purge);
  } finally {
    await connection.close();
  }
}

/** Reads the records. If all of them will be erased, they need not be readable. */
async function readRecords(connection: Connection, purge: boolean): Promise<Records> {
  if (purge) {
    const { ids, mark } = await readAppliedIds(connection);
    return { seen: [], erased: ids, mark };
  }
  const { applied, mark } = await readState(connection);
  return { seen: applied, erased: [], mark };
}

function resolveStampGoal({ graph, applied, onDisk }: Catalogue, refs: readonly Ref[]): StampGoal {
  const ids = resolveRefs(graph, refs, { applied, onDisk, purpose: "look" });
  const [only] = refs;
  if (ids.length === 0 && refs.length === 1 && only !== undefined) {
    const destination = resolveDestination(graph, only, { applied, onDisk });
    if (destination.kind === "base" && destination.branch !== null) {
      return { kind: "forget-branch", branch: destination.branch };
    }
  }
  return { kind: "at", ids };
}

async function checkStamp(
  context: MigrationContext,
  records: Records,
  goal: StampGoal,
  request: StampGoalRequest,
): Promise<MarkedStamp> {
  const { purge } = request;
  const catalogue = joinCatalogue(context.workspace, records.seen);
  refuseForeign(context, request, catalogue);
  const { graph, applied } = catalogue;
  const route: StampRoute = goal.kind === "at"
    ? stampRoute(graph, applied, goal.ids)
    : stampBaseRoute(graph, applied, goal.branch);
  const { steps } = await checkMigration(
    context,
    route.add.map((id) => ({ direction: "up", id })),
    { catalogue, downFrom: "database", records: "lenient" },
  );
  const add = steps.filter((step) => step.direction === "up");
  const remove = purge ? records.erased : route.remove;
  return {
    mark: records.mark,
    stamp: {
      add,
      remove,
      purge,
      settles: settledBy(graph, goal),
      onDisk: pairsOnDisk(catalogue, remove, context),
    },
  };
}

/** The revisions that are on disk, with the hashes in the manifest, or those of a draft's files. */
export function pairsOnDisk(
  { entries }: Pick<Catalogue, "entries">,
  ids: readonly RevisionId[],
  { workspace }: Pick<MigrationContext, "workspace">,
): readonly TextPair[] {
  return ids.flatMap((id) => {
    const entry = entries.get(id);
    if (entry === undefined || workspace === null) return [];
    const { up, down } = entry.up === null
      ? new RevisionTexts(workspace.files, entry).hashes ?? { up: null, down: null }
      : entry;
    return up === null || down === null ? [] : [{ id, up, down }];
  });
}

/** The revisions whose interrupted scripts a stamp settles. It includes unknown ones, which cannot be resumed. */
function settledBy(graph: RevisionGraph, goal: StampGoal): (id: RevisionId) => boolean {
  if (goal.kind === "at") return settledAt(graph, goal.ids);
  const spoken = graph.lineageOf(goal.branch);
  return (id) => spoken.has(id) || !graph.has(id);
}

/** The same for a stamp at some revisions: these, and all that precede or follow them. */
export function settledAt(
  graph: RevisionGraph,
  ids: readonly RevisionId[],
): (id: RevisionId) => boolean {
  if (ids.length === 0) return () => true;
  const spoken = new Set([...graph.ancestors(ids, "all"), ...graph.descendants(ids, "all")]);
  return (id) => spoken.has(id) || !graph.has(id);
}
