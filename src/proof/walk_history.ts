import type { ScratchConnection, ScratchImage } from "../db/open_scratch.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Scratch } from "../project/scratch.ts";
import type { ReplayTree } from "./replay_tree.ts";

/** What walking needs. */
export interface WalkContext {
  readonly tree: ReplayTree;
  readonly scratch: Scratch;
}

/**
 * Runs revisions one after the other, as an upgrade of an empty database would, and shows the database after each.
 *
 * @param ids In topological order, with all that they need.
 * @param visit What it does to the database is seen by nobody else.
 * @throws {AludelError} `replay-failed`, and what `visit` throws.
 */
export async function walkHistory(
  ids: readonly RevisionId[],
  { tree, scratch }: WalkContext,
  visit: (id: RevisionId, connection: ScratchConnection) => Promise<void>,
): Promise<void> {
  let image: ScratchImage | undefined;
  for (const id of ids) {
    image = await tree.extend(image, [id]);
    await using connection = scratch.openImage(image);
    await visit(id, connection);
  }
}
