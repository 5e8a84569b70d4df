import { SqlError } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { ReplayTree } from "../replay/tree.ts";

/** The result, after a revision, of a query that should return no rows. */
export type BisectState =
  | { readonly kind: "holds" }
  | { readonly kind: "fails"; readonly rows: number }
  /** It cannot run because a table or column is missing. */
  | { readonly kind: "unknown"; readonly sqlite: string };

/** A revision that changes the kind of result. */
export interface BisectTurn {
  readonly revision: RevisionId;
  readonly state: BisectState;
}

/**
 * Runs a query after each revision.
 *
 * Linear, not binary: every earlier revision must run anyway.
 *
 * @param ids In topological order, with everything they need.
 * @param sql One query, which should return no rows.
 * @returns The revisions at which the result changes, and the first one.
 * @throws {AludelError} The errors of replaying.
 */
export async function bisect(
  ids: readonly RevisionId[],
  sql: string,
  tree: ReplayTree,
): Promise<readonly BisectTurn[]> {
  const turns: BisectTurn[] = [];
  await tree.walk(ids, async (revision, connection) => {
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
