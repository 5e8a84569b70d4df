import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { ReplayTree } from "../replay/tree.ts";
import { renamesOf } from "../runner/table_fates.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import type { Change } from "../schema/model/change.ts";
import type { Schema } from "../schema/model/model.ts";

/** What a revision does to the schema. */
export interface RevisionChanges {
  readonly id: RevisionId;
  /** The schema after it; null if it cannot be replayed. Objects that no revision changed are the same ones. */
  readonly schema: Schema | null;
  readonly changes: readonly Change[];
  /** Why it cannot be replayed. */
  readonly failure: AludelError | null;
}

/**
 * Replays a revision, and compares the schemas around it. Renames are followed if its statements make them.
 * An error of ours is part of the result: others may still be shown.
 */
export async function changesOf(id: RevisionId, tree: ReplayTree): Promise<RevisionChanges> {
  try {
    const before = await schemaAt(tree.before(id), tree);
    const schema = await schemaAt(tree.at([id]), tree);
    const renames = renamesOf(tree.scriptOf(id));
    return { id, schema, changes: compareSchemas(before, schema, { renames }), failure: null };
  } catch (error) {
    if (!(error instanceof AludelError)) throw error;
    return { id, schema: null, changes: [], failure: error };
  }
}

async function schemaAt(
  opening: ReturnType<ReplayTree["at"]>,
  tree: ReplayTree,
): Promise<Schema> {
  await using connection = await opening;
  return await tree.schemaOf(connection);
}
