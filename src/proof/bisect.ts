import { SqlError } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import { type WalkContext, walkHistory } from "../replay/tree.ts";

/** What a query that should give no row says after a revision. */
export type BisectState =
  | { readonly kind: "holds" }
  | { readonly kind: "fails"; readonly rows: number }
  /** It cannot be asked, for want of a table or column. */
  | { readonly kind: "unknown"; readonly sqlite: string };

/** A revision after which the answer is of another kind than before it. */
export interface BisectTurn {
  readonly revision: RevisionId;
  readonly state: BisectState;
}

/**
 * Asks a query after each revision.
 *
 * Each is asked, and none guessed by halving: to be at a revision, all before it must be run anyway.
 *
 * @param ids In topological order, with all that they need.
 * @param sql One query, which should give no row.
 * @returns Where the answer turns, the first revision included.
 * @throws {AludelError} What replaying throws.
 */
export async function bisect(
  ids: readonly RevisionId[],
  sql: string,
  context: WalkContext,
): Promise<readonly BisectTurn[]> {
  const turns: BisectTurn[] = [];
  await walkHistory(ids, context, async (revision, connection) => {
    const state = await ask(() => connection.query(sql));
    if (turns.at(-1)?.state.kind !== state.kind) turns.push({ revision, state });
  });
  return turns;
}

async function ask(query: () => Promise<readonly unknown[]>): Promise<BisectState> {
  try {
    const rows = await query();
    return rows.length === 0 ? { kind: "holds" } : { kind: "fails", rows: rows.length };
  } catch (error) {
    if (error instanceof SqlError) return { kind: "unknown", sqlite: error.sqlite };
    throw error;
  }
}
