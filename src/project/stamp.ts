import type { Ref } from "../graph/ref.ts";
import { resolveDestination } from "../graph/destination.ts";
import { resolveRefs } from "../graph/resolve_ref.ts";
import type { RevisionId } from "../graph/revision.ts";
import { stampBaseRoute, type StampRoute, stampRoute } from "../graph/route.ts";
import type { CheckedUp } from "../runner/checked_route.ts";
import type { RunHost } from "../runner/run_request.ts";
import { type CheckedStamp, runStamp } from "../runner/run_stamp.ts";
import type { AppliedRevision } from "../state/applied_revision.ts";
import type { State } from "../state/read_state.ts";
import { type Catalogue, joinCatalogue } from "./catalogue.ts";
import { checkRoute } from "./check_route.ts";
import { lookAtState } from "./look_at_state.ts";
import { type MigrationContext, StoredTexts } from "./migration.ts";

/** What a user asks `stamp` for. */
export interface StampGoalRequest {
  readonly refs: readonly Ref[];
  /** Erase all records first: the way out when they name revisions that nothing knows. */
  readonly purge: boolean;
}

/** A stamp that is resolved and checked, and has touched nothing. */
export interface PlannedStamp {
  readonly state: State;
  readonly stamp: CheckedStamp;
  readonly replan: (state: State) => Promise<CheckedStamp>;
}

/** The revisions that the database shall stand at, resolved once; or a branch to be forgotten. */
type StampGoal =
  | { readonly kind: "at"; readonly ids: readonly RevisionId[] }
  | { readonly kind: "forget-branch"; readonly branch: RevisionId };

/**
 * Resolves and checks a stamp: what is recorded as applied must be on disk and readable.
 * @throws {AludelError} What resolving and checking throw.
 */
export async function planStamp(
  context: MigrationContext,
  request: StampGoalRequest,
): Promise<PlannedStamp> {
  const state = await lookAtState(context.access);
  const recordsOf = ({ applied }: State): readonly AppliedRevision[] =>
    request.purge ? [] : applied;
  const catalogue = joinCatalogue(context.workspace, recordsOf(state));
  const goal = resolveStampGoal(catalogue, request.refs);
  const replan = async (moved: State): Promise<CheckedStamp> => {
    const { add, remove } = await check(
      context,
      joinCatalogue(context.workspace, recordsOf(moved)),
      goal,
    );
    const erased = request.purge ? moved.applied.map((record) => record.id) : remove;
    return { add, remove: erased, purge: request.purge };
  };
  return { state, stamp: await replan(state), replan };
}

/** Changes the records as planned. @throws {AludelError} As {@linkcode runStamp}. */
export async function stamp(planned: PlannedStamp, host: RunHost): Promise<CheckedStamp> {
  return await runStamp({ host, assumed: planned.state, ...planned });
}

function resolveStampGoal({ graph, applied, onDisk }: Catalogue, refs: readonly Ref[]): StampGoal {
  const [only] = refs;
  if (refs.length === 1 && only !== undefined && only.branch !== null) {
    const destination = resolveDestination(graph, only, { applied, onDisk });
    if (destination.kind === "base" && destination.branch !== null) {
      return { kind: "forget-branch", branch: destination.branch };
    }
  }
  return { kind: "at", ids: resolveRefs(graph, refs, { applied, onDisk, purpose: "look" }) };
}

async function check(
  context: MigrationContext,
  catalogue: Catalogue,
  goal: StampGoal,
): Promise<{ readonly add: readonly CheckedUp[]; readonly remove: readonly RevisionId[] }> {
  const { graph, applied } = catalogue;
  const route: StampRoute = goal.kind === "at"
    ? stampRoute(graph, applied, goal.ids)
    : stampBaseRoute(graph, applied, goal.branch);
  await using stored = new StoredTexts(context.access);
  const { steps } = await checkRoute(route.add.map((id) => ({ direction: "up", id })), {
    catalogue,
    files: context.workspace?.files ?? null,
    digest: context.digest,
    sealedTexts: context.sealedTexts,
    drafts: context.drafts,
    sqliteVersion: context.sqliteVersion,
    storedTexts: (id) => stored.read(id),
    downFrom: "database",
    records: "lenient",
  });
  return { add: steps.filter((step) => step.direction === "up"), remove: route.remove };
}
