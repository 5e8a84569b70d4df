import { libraryVersion } from "../../db/node_connection.ts";
import { AludelError } from "../../errors.ts";
import type { RefRange } from "../../graph/ref.ts";
import { resolveEnds, resolveRange } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import {
  downgradeRoute,
  resolveDestination,
  type Route,
  stampRoute,
  upgradeRoute,
} from "../../graph/route.ts";
import { type CheckedRoute } from "../../runner/request.ts";
import type { CheckedStamp } from "../../runner/run_stamp.ts";
import type { AppliedRevision } from "../../state/state.ts";
import { shell } from "../../text/next_step.ts";
import { type Catalogue, joinCatalogue } from "../workspace/catalogue.ts";
import { RevisionTexts } from "../workspace/revision_texts.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { checkRoute } from "./check_route.ts";
import type { MigrationContext } from "./migration.ts";
import { pairsOnDisk, settledAt } from "./stamp.ts";
import { toSecond } from "../../text/layout.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";

/** The files for a route without a database. */
export type OfflineContext = Omit<MigrationContext, "access" | "workspace"> & {
  readonly workspace: Workspace;
};

/** A route between two revisions on disk, made without a database. */
export interface OfflineRoute {
  /** The revisions that a database must have applied before the route. */
  readonly start: readonly RevisionId[];
  readonly route: CheckedRoute;
}

/**
 * The route from one end of a range to the other, for `--sql A:B`. A and all revisions under it are assumed to be applied
 * with their present files.
 *
 * @throws {AludelError} The errors of resolving and checking; `ref-syntax` for a downgrade without a lower end.
 */
export async function planOffline(
  context: OfflineContext,
  range: RefRange,
  direction: "upgrade" | "downgrade",
): Promise<OfflineRoute> {
  const { start, makeRoute } = ends(context, range, direction);
  const assumed = assumedRecords(context, start);
  const catalogue = joinCatalogue(context.workspace, assumed);
  const route = await checkOffline(context, makeRoute(catalogue), catalogue);
  return { start: assumed.map((record) => record.id), route };
}

/** Checks a route for a database with the catalogue's records. @throws {AludelError} As {@linkcode checkRoute}. */
async function checkOffline(
  context: OfflineContext,
  route: Route,
  catalogue: Catalogue,
): Promise<CheckedRoute> {
  return await checkRoute(route, {
    catalogue,
    files: context.workspace.files,
    sealedTexts: context.sealedTexts,
    drafts: context.drafts,
    sqliteVersion: libraryVersion(),
    storedTexts: () => Promise.resolve(undefined),
    downFrom: "disk",
    records: "lenient",
  });
}

/** The records of a database that is at some revisions and ran their present files. */
function assumedRecords(
  context: OfflineContext,
  ids: readonly RevisionId[],
): readonly AppliedRevision[] {
  const { graph } = context.workspace;
  return graph.sorted(graph.ancestors(ids, "all")).map((id) => assumedRecord(context, id));
}

function ends(
  { workspace }: { readonly workspace: Workspace },
  range: RefRange,
  direction: "upgrade" | "downgrade",
): {
  readonly start: readonly RevisionId[];
  readonly makeRoute: (catalogue: Catalogue) => Route;
} {
  const { graph } = workspace;
  const none = new Set<RevisionId>();
  if (direction === "upgrade") {
    resolveRange(graph, range, { applied: none }); // Refuses ends without a path between them.
    const { from, to } = resolveEnds(graph, range, { applied: none });
    return { start: from, makeRoute: ({ applied }) => upgradeRoute(graph, applied, to) };
  }
  const { from, to } = range;
  if (from === null || to === null) {
    throw new AludelError(
      "ref-syntax",
      "A downgrade without a database needs both ends of the range",
      {
        next: [shell`aludel downgrade --sql head:base`],
      },
    );
  }
  const start = resolveEnds(graph, { from: null, to: from }, { applied: none }).to;
  return {
    start,
    makeRoute: ({ applied }) =>
      downgradeRoute(graph, applied, resolveDestination(graph, to, { applied })),
  };
}

/** The record of a database that ran the revision's present files. */
function assumedRecord(
  { workspace }: OfflineContext,
  id: RevisionId,
): AppliedRevision {
  const entry = workspace.entries.get(id)!;
  const hashes = new RevisionTexts(workspace.files, entry).hashes;
  if (hashes === undefined) {
    throw new AludelError("revision-file-missing", `Revision "${id}" has no up.sql`, {
      revision: id,
      next: [shell`aludel verify --fix # write again what the database stored`],
    });
  }
  const { parents, dependsOn, labels, message } = entry;
  return {
    id,
    parents,
    dependsOn,
    labels,
    message,
    ...hashes,
    lineage: hashes.up,
    kind: "stamped",
    appliedAt: toSecond(new Date(0)),
    durationMs: 0,
    appliedBy: "",
  };
}

/** A stamp between two revisions on disk, made without a database. */
export interface OfflineStamp {
  readonly stamp: CheckedStamp;
  /** The revisions that a database must have applied before the stamp. */
  readonly start: readonly RevisionId[];
  /** All revisions on disk. */
  readonly graph: RevisionGraph;
}

/**
 * The records that lead a database from the first end of a range to the second, for `stamp A:B --sql`. The
 * second end may precede the first.
 *
 * @throws {AludelError} The errors of resolving and checking.
 */
export async function planOfflineStamp(
  context: OfflineContext,
  range: RefRange,
): Promise<OfflineStamp> {
  const { graph } = context.workspace;
  const { from, to } = resolveEnds(graph, range, { applied: new Set<RevisionId>() });
  const catalogue = joinCatalogue(context.workspace, assumedRecords(context, from));
  const { add, remove } = stampRoute(graph, catalogue.applied, to);
  const { steps } = await checkOffline(
    context,
    add.map((id) => ({ direction: "up", id })),
    catalogue,
  );
  return {
    stamp: {
      add: steps.filter((step) => step.direction === "up"),
      remove,
      purge: false,
      settles: settledAt(graph, to),
      onDisk: pairsOnDisk(catalogue, remove, context),
    },
    start: [...catalogue.applied],
    graph,
  };
}
