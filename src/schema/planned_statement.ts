import type { Change } from "./change.ts";

/**
 * What a statement costs on a table with rows.
 *
 * `metadata`: SQLite edits its schema text alone · `scan`: every row is read, or an index is built ·
 * `rewrite`: every row is written again.
 */
export type CostClass = "metadata" | "scan" | "rewrite";

/** A coded finding about a statement, such as `drop-column` losing data. */
export interface PlanHazard {
  readonly code: string;
  /** One sentence without a final period. */
  readonly message: string;
}

/** A statement that a plan wants to run. */
export interface PlannedStatement {
  /** Without the final `;`. */
  readonly sql: string;
  readonly cost: CostClass;
  /** What it does, in one line: goes above the statement as a comment. */
  readonly comment: string;
  readonly hazards: readonly PlanHazard[];
}

/** The statements for a schema difference, in the order in which they run. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly statements: readonly PlannedStatement[];
  /** The oldest SQLite that can run them, such as `[3, 53]`; undefined: any that Aludel knows. */
  readonly sqlite: readonly number[] | undefined;
}
