import type { Connection } from "../db/connection.ts";
import type { AludelError } from "../errors.ts";
import { hasStateTables } from "../state/state_format.ts";
import { appendLog } from "../state/write_state.ts";
import type { CheckedStep } from "./checked_route.ts";
import { toSecond } from "./clock.ts";
import type { RunHost } from "./run_request.ts";

/**
 * Writes a failed step into the log, in a transaction of its own after the rollback. As well as it can: a
 * database that is full, read-only or locked has no room for it, and the first error is the one that matters.
 * A database that has no tables of ours gets none for a failure.
 */
export async function logFailure(
  open: () => Promise<Connection>,
  host: RunHost,
  step: CheckedStep | undefined,
  error: AludelError,
): Promise<void> {
  try {
    const connection = await open();
    if (connection.inTransaction() || !await hasStateTables(connection)) return;
    await connection.execute("BEGIN IMMEDIATE");
    try {
      await appendLog(connection, {
        at: toSecond(host.clock.now()),
        by: host.appliedBy,
        event: "failure",
        revision: step?.id ?? null,
        details: {
          code: error.code,
          message: error.message,
          ...(step && { direction: step.direction }),
          ...(error.sqlite !== undefined && { sqlite: error.sqlite }),
        },
      });
      await connection.execute("COMMIT");
    } catch {
      if (connection.inTransaction()) await connection.execute("ROLLBACK");
    }
  } catch {
    // Best effort, see above.
  }
}
