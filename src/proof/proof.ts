import type { RevisionId } from "../graph/revision.ts";
import { type Finding, findingOf } from "../finding.ts";
import {
  type Filling,
  ROWS,
  trial as tryRevision,
  type TrialResult,
  type TrialStage,
  type TrialVerdict,
} from "../replay/trial.ts";
import type { ReplayTree } from "../replay/tree.ts";
import { say } from "../text/next_step.ts";

/** The verdict of a trial as plain data: it is sent between workers and kept in a cache. */
export type ProofVerdict =
  | Exclude<TrialVerdict, { readonly kind: "fails" }>
  | { readonly kind: "fails"; readonly stage: TrialStage; readonly finding: Finding };

/** The result of proving a revision. */
export interface Proof extends Omit<TrialResult, "verdict"> {
  readonly id: RevisionId;
  readonly verdict: ProofVerdict;
}

/** Converts the result of a trial to plain data. */
function proofOf(id: RevisionId, { verdict, ...rest }: TrialResult): Proof {
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

/**
 * Proves a revision. On a database made by the revisions under it, filled by its seed.sql or with generated rows, it
 * runs the up, the queries of assert.sql and the down, compares the schema and the content with those before, and runs
 * the up again. Everything runs as in an upgrade or downgrade, with every guard of the runner.
 */
export async function proveRevision(id: RevisionId, tree: ReplayTree): Promise<Proof> {
  const trial = async (rows: Filling) => proofOf(id, await tryRevision(id, tree, rows));
  const proof = await trial(ROWS);
  const { verdict } = proof;
  const isAboutRows = verdict.kind === "fails" && ABOUT_ROWS.has(verdict.finding.code) &&
    (verdict.stage === "up" || verdict.stage === "down");
  if (!isAboutRows || tree.sourceOf(id).seed !== null) return proof;
  const words = [verdict.finding.message, ...verdict.finding.notes].join("; ");
  if (verdict.stage === "up") {
    const rest = `since awkward ones made it fail (${words}); ` +
      "a seed.sql with rows as your application writes them would tell whether that can happen";
    const fillings = [
      [
        "free",
        `Rows that down.sql picks were left out, because they made up.sql fail (${words})`,
      ],
      [
        "fitting",
        `Rows that its new constraints forbid were left out, because they made it fail (${words})`,
      ],
      ["plain", `Plain rows were tried, ${rest}`],
      [1, `One row in each table was tried, ${rest}`],
    ] as const;
    let untried: Proof | undefined;
    // Applications may never write rows like the generated ones, so others are tried, and fewer.
    for (const [filling, notice] of fillings) {
      const other = withNotice(await trial(filling), notice);
      if (other.verdict.kind === "untried") untried ??= other;
      else if (other.verdict.kind !== "fails") return other;
    }
    if (untried !== undefined) return untried;
  }
  const empty = await trial(0);
  if (empty.verdict.kind === "fails" && empty.verdict.stage === verdict.stage) return empty;
  const { finding } = verdict;
  return {
    ...proof,
    verdict: {
      ...verdict,
      finding: {
        ...finding,
        notes: [...finding.notes, "It works on tables without rows"],
        next: [
          ...finding.next,
          say(
            "If such rows cannot occur, put rows that can into a seed.sql beside up.sql",
          ),
        ],
      },
    },
  };
}

const ABOUT_ROWS: ReadonlySet<string> = new Set(["sql-failed", "foreign-key-violations"]);

function withNotice(proof: Proof, notice: string): Proof {
  return { ...proof, notices: [...proof.notices, notice] };
}
