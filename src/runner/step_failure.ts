import { AludelError } from "../errors.ts";
import { again } from "../text/next_step.ts";
import { type UndeclaredLoss, undeclaredLoss } from "./loss/verdict.ts";
import type { CheckedStep } from "./request.ts";

/** The step that failed, for the caller that knows what becomes of the others. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";

  constructor(readonly step: CheckedStep, override readonly cause: unknown) {
    super(`step ${step.id}`, { cause });
  }
}

/** What shows which of several revisions it is. */
export const EACH =
  again`--transaction each # commit each revision by itself, which shows which one it is`;

/** The error of the steps that name what was lost; triggers and keys can take what none of them names. */
export function lossFailure(
  steps: readonly CheckedStep[],
  undeclared: readonly UndeclaredLoss[],
): Error {
  const naming = steps.filter(({ script }) =>
    undeclared.some(({ name }) => script.text.toLowerCase().includes(name.toLowerCase()))
  );
  const blamed = naming.length > 0 ? naming : steps;
  return blame(undeclaredLoss(blamed, undeclared), blamed);
}

/** The error as one of the only step that it can come from, if there is one. */
export function blame(error: AludelError, blamed: readonly CheckedStep[]): Error {
  return blamed.length === 1 ? new StepFailure(blamed[0]!, error) : error;
}
