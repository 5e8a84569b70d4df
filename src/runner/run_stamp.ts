import type { RevisionId } from "../graph/revision.ts";
import { readState, type State } from "../state/read_state.ts";
import { ensureStateTables } from "../state/state_format.ts";
import { appendLog, deleteRevision, insertRevision, purgeRevisions } from "../state/write_state.ts";
import type { CheckedUp } from "./checked_route.ts";
import { toSecond } from "./clock.ts";
import { lockedTransaction } from "./locked_transaction.ts";
import type { RunHost } from "./run_request.ts";

/** A change of records without running anything. */
export interface CheckedStamp {
  /** Parents first. Their scripts are not run; their texts are recorded, so that they can be undone later. */
  readonly add: readonly CheckedUp[];
  /** Children first. */
  readonly remove: readonly RevisionId[];
  /** Erase all records first, whatever they say. */
  readonly purge: boolean;
}

/** A checked stamp, and how to make it again. */
export interface StampRequest {
  readonly host: RunHost;
  /** The state that the stamp was made from. */
  readonly assumed: State;
  readonly stamp: CheckedStamp;
  /** Makes the stamp to the same revisions from another state; called when another process moved it. */
  readonly replan: (state: State) => Promise<CheckedStamp>;
}

/**
 * Changes the records, and only them, in one transaction behind the write lock.
 * @returns What was changed.
 * @throws {AludelError} `lock-timeout`, `interrupted`, and what `replan` throws.
 */
export async function runStamp(request: StampRequest): Promise<CheckedStamp> {
  const { host } = request;
  await using connection = await host.connect({ doubleQuotedStrings: false });
  let { stamp } = request;
  let { mark } = request.assumed;
  for (;;) {
    const outcome = await lockedTransaction(connection, host, mark, async () => {
      await ensureStateTables(connection);
      const appliedAt = toSecond(host.clock.now());
      if (stamp.purge) await purgeRevisions(connection);
      else for (const id of stamp.remove) await deleteRevision(connection, id);
      for (const { record, texts } of stamp.add) {
        const { appliedBy } = host;
        const row = { ...record, kind: "stamped", appliedAt, durationMs: 0, appliedBy } as const;
        await insertRevision(connection, row, texts);
      }
      await appendLog(connection, {
        at: appliedAt,
        by: host.appliedBy,
        event: "stamp",
        revision: null,
        details: {
          added: stamp.add.map((step) => step.id),
          removed: stamp.remove,
          purged: stamp.purge,
        },
      });
    });
    if (!outcome.moved) return stamp;
    const state = await readState(connection);
    stamp = await request.replan(state);
    mark = state.mark;
    host.emit({ type: "replanned", steps: stamp.add.length + stamp.remove.length });
  }
}
