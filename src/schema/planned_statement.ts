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
  /** What it loses on purpose, for the runner that would otherwise roll it back: `allow-loss`. */
  readonly losses?: readonly PlannedLoss[];
  /** Values that only a person can choose, each standing as NULL before a `choose` directive. */
  readonly choice?: PlannedChoice;
}

/** An object whose rows, rowids or sequence a statement gives up, as the wanted schema asks. */
export interface PlannedLoss {
  readonly name: string;
  readonly reason: string;
}

/** Columns that need a value for the rows that are there. */
export interface PlannedChoice {
  /** Column names, as written. */
  readonly columns: readonly string[];
  /** The statement with values that merely fit the types, to try the rest of the plan with. */
  readonly trial: string;
}

/** The statements for a schema difference, in the order in which they run. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly statements: readonly PlannedStatement[];
  /** The oldest SQLite that can run them, such as `[3, 53]`; undefined: any that Aludel knows. */
  readonly sqlite: readonly number[] | undefined;
}
