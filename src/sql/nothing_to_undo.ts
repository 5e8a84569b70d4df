import type { Statement } from "./script.ts";

/** They tidy up, or only look: the schema and the rows are the same afterwards. */
const TIDYING: ReadonlySet<string> = new Set(["ANALYZE", "EXPLAIN", "REINDEX", "SELECT", "VACUUM"]);

/** Whether a script does nothing that a down would have to undo. */
export function leavesNothingToUndo(statements: readonly Statement[]): boolean {
  return statements.every(({ verb }) => TIDYING.has(verb));
}
