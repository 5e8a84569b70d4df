import type { RefRange } from "../graph/ref.ts";
import { resolveEnds } from "../graph/resolve_range.ts";
import type { RevisionId } from "../graph/revision.ts";
import { stampRoute } from "../graph/route.ts";
import type { CheckedStamp } from "../runner/run_stamp.ts";
import { joinCatalogue } from "./catalogue.ts";
import { assumedRecords, checkOffline, type OfflineContext } from "./offline.ts";
import { pairsOnDisk, settledAt } from "./stamp.ts";

/** A stamp between two revisions of the disk, made without a database. */
export interface OfflineStamp {
  readonly stamp: CheckedStamp;
  /** What a database must have applied for the stamp to fit. */
  readonly start: readonly RevisionId[];
  /** Every revision of the disk. */
  readonly known: readonly RevisionId[];
}

/**
 * What a database that stands at the first end of a range must record to stand at the second, for `stamp A:B --sql`. The
 * second end may be under the first.
 *
 * @throws {AludelError} What resolving and checking throw.
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
    known: graph.ids,
  };
}
