import type { RevisionId } from "../graph/revision.ts";
import { type Finding, findingOf } from "../project/finding.ts";
import type { TrialResult, TrialStage, TrialVerdict } from "../replay/trial.ts";

/** The verdict of a trial as plain data: it is sent between workers and kept in a cache. */
export type ProofVerdict =
  | Exclude<TrialVerdict, { readonly kind: "fails" }>
  | { readonly kind: "fails"; readonly stage: TrialStage; readonly finding: Finding };

/** What proving a revision has shown. */
export interface Proof extends Omit<TrialResult, "verdict"> {
  readonly id: RevisionId;
  readonly verdict: ProofVerdict;
}

/** The result of a trial as plain data. */
export function proofOf(id: RevisionId, { verdict, ...rest }: TrialResult): Proof {
  if (verdict.kind !== "fails") return { id, verdict, ...rest };
  const { stage, error } = verdict;
  const { revision, notes, ...finding } = findingOf(error);
  // A finding has no field for SQLite's own words.
  const words = error.sqlite === undefined ? [] : [`SQLite says: ${error.sqlite}`];
  return {
    id,
    verdict: {
      kind: "fails",
      stage,
      finding: {
        ...finding,
        revision: revision === "trial" ? id : revision ?? id,
        notes: [...words, ...notes],
      },
    },
    ...rest,
  };
}
