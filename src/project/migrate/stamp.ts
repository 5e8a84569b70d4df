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

/** The texts that a revision ran with, from the database's own record; undefined if it has none. */
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

/** What a user asks `stamp` for. */
export interface StampGoalRequest {
  readonly refs: readonly Ref[];
  /** Erase all records first: the way out when they name revisions that nothing knows. */
  readonly purge: boolean;
  /** Whether records of another project may stay beside the new ones. */
  readonly foreign?: boolean;
}

/** A stamp that is resolved and checked, and has touched nothing. */
export interface PlannedStamp extends MarkedStamp {
  /** What is recorded as applied now; nothing if all is erased first. */
  readonly start: readonly RevisionId[];
  /** The revisions on disk, if the database has to record a squash first. */
  readonly squashed: Workspace | null;
  /** Every revision of the disk and the records. */
  readonly graph: RevisionGraph;
  readonly replan: (connection: Connection) => Promise<MarkedStamp>;
}

/** The revisions that the database is to be at, resolved once; or a branch to forget. */
type StampGoal =
  | { readonly kind: "at"; readonly ids: readonly RevisionId[] }
  | { readonly kind: "forget-branch"; readonly branch: RevisionId };

/** The records that a stamp starts from. */
interface Records {
  /** What the refs and the route are resolved on: nothing if all is erased first. */
  readonly seen: readonly AppliedRevision[];
  readonly erased: readonly RevisionId[];
  readonly mark: StateMark;
}

const NO_RECORDS: Records = { seen: [], erased: [], mark: ABSENT_MARK };

/**
 * Resolves and checks a stamp: what is recorded as applied must be on disk and readable.
 *
 * @throws {AludelError} What resolving and checking throw, `database-busy`, `lock-timeout`.
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
 * @param baseline Given if that takes over a database that was there before.
 * @throws {AludelError} As {@linkcode runStamp}.
 */
export async function stamp(
  planned: PlannedStamp,
  host: RunHost,
  baseline?: StampRequest["baseline"],
): Promise<StampOutcome> {
  const { add, remove } = planned.stamp;
  // A database is not created in order to say nothing.
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

/** What is to be erased need not be readable. */
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

/** The revisions among these that are on disk, with the hashes that they are sealed with, or that a draft has now. */
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

/** Which revisions a stamp settles; an unknown one cannot be resumed, so it is settled too. */
function settledBy(graph: RevisionGraph, goal: StampGoal): (id: RevisionId) => boolean {
  if (goal.kind === "at") return settledAt(graph, goal.ids);
  const spoken = graph.lineageOf(goal.branch);
  return (id) => spoken.has(id) || !graph.has(id);
}

/** The same for a stamp at these revisions: everything under them and everything that follows them. */
export function settledAt(
  graph: RevisionGraph,
  ids: readonly RevisionId[],
): (id: RevisionId) => boolean {
  if (ids.length === 0) return () => true;
  const spoken = new Set([...graph.ancestors(ids, "all"), ...graph.descendants(ids, "all")]);
  return (id) => spoken.has(id) || !graph.has(id);
}
