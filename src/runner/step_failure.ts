import { AludelError } from "../errors.ts";
import { again } from "../text/next_step.ts";
import { type UndeclaredLoss, undeclaredLoss } from "./loss/verdict.ts";
import type { CheckedStep } from "./request.ts";

/** The failure of a step. The caller, who knows the other steps, makes the error to report. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";

  constructor(readonly step: CheckedStep, override readonly cause: unknown) {
    super(`step ${step.id}`, { cause });
  }
}

/** The next step if the error may come from any of several revisions. */
export const EACH =
  again`--transaction each # commit each revision by itself, which shows which one it is`;

/** Makes the error for an undeclared loss. It blames the steps that name the lost object, or all if none does. */
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

/** Makes the error a {@linkcode StepFailure} if only one step can have caused it. */
export function blame(error: AludelError, blamed: readonly CheckedStep[]): Error {
  return blamed.length === 1 ? new StepFailure(blamed[0]!, error) : error;
}
