import type { RevisionId } from "../graph/revision.ts";
import type { Finding } from "../project/finding.ts";

/**
 * What running a revision up, down and up again has shown.
 *
 * `exact`: the down gives back schema, rows, rowids and sequences · `lossy`: it gives back the schema, and not all
 * data · `one-way`: it has no down, and its up works · `fails`: something does not work, or the schema is another.
 */
export type ProofVerdict =
  | { readonly kind: "exact" }
  | { readonly kind: "lossy"; readonly losses: readonly string[] }
  | { readonly kind: "one-way" }
  | { readonly kind: "fails"; readonly stage: ProofStage; readonly finding: Finding };

/** Where a proof can fail: `schema` after the down, `again` when the up is run a second time. */
export type ProofStage = "before" | "seed" | "up" | "assert" | "down" | "schema" | "again";

/** A verdict with what else is worth knowing. Plain data: it is sent between workers and kept in a cache. */
export interface Proof {
  readonly id: RevisionId;
  readonly verdict: ProofVerdict;
  /** How many rows there were to lose. */
  readonly rows: number;
  /** What could not be tried, a sentence each. */
  readonly notices: readonly string[];
}
