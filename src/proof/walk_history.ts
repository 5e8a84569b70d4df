import type { ScratchConnection } from "../db/open_scratch.ts";
import type { RevisionId } from "../graph/revision.ts";
import { commitsOnItsWay, replayScript } from "../project/replay.ts";
import type { Scratch } from "../project/scratch.ts";
import type { Script } from "../sql/script.ts";
import type { ReplayTree } from "./replay_tree.ts";

/** What walking needs. */
export interface WalkContext {
  readonly tree: ReplayTree;
  readonly scratch: Scratch;
}

/**
 * Runs revisions one after the other, as an upgrade of an empty database would, and shows the database after each.
 *
 * All of it happens on one database: a copy for each revision would make the work grow with the square of the history.
 *
 * @param ids In topological order, with all that they need.
 * @param visit What it does to the database is undone.
 * @throws {AludelError} `replay-failed`, and what `visit` throws.
 */
export async function walkHistory(
  ids: readonly RevisionId[],
  { tree, scratch }: WalkContext,
  visit: (id: RevisionId, connection: ScratchConnection) => Promise<void>,
): Promise<void> {
  let connection = scratch.openImage(undefined);
  try {
    for (const id of ids) {
      connection = await runNext(connection, id, tree.scriptOf(id), scratch);
      await connection.execute("BEGIN");
      await visit(id, connection);
      await connection.execute("ROLLBACK");
    }
  } finally {
    await connection.close();
  }
}

/** Runs a revision's up; on a database like the one given where a function was missing that is there now. */
async function runNext(
  connection: ScratchConnection,
  id: RevisionId,
  script: Script,
  scratch: Scratch,
): Promise<ScratchConnection> {
  const before = commitsOnItsWay(script) ? connection.image() : undefined;
  for (;;) {
    try {
      await connection.execute("BEGIN");
      await replayScript(connection, id, script);
      await connection.execute("COMMIT");
      return connection;
    } catch (error) {
      if (!scratch.learns(error)) throw error;
      if (before === undefined) {
        await connection.execute("ROLLBACK");
        scratch.equip(connection);
      } else {
        await connection.close();
        connection = scratch.openImage(before);
      }
    }
  }
}
