import type { BatchFailure } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";
import { BatchKeys } from "./foreign_keys.ts";
import { BatchLoss } from "./loss/batch_loss.ts";
import { forbiddenLoss } from "./policies.ts";
import type { CheckedStep } from "./request.ts";
import { failureInBatch } from "./run_script.ts";
import { blame, EACH, lossFailure, StepFailure } from "./step_failure.ts";

/**
 * Turns the failure of a batch at its COMMIT into the error of the step, loss or foreign key that caused it.
 * @param steps The steps of the batch.
 * @returns An error to throw; `error` itself if its cause is unknown.
 */
export function explainBatch(steps: readonly CheckedStep[], error: BatchFailure): unknown {
  const failure = failureInBatch(error);
  if (failure !== undefined) {
    const step = steps.find(({ id }) => id === failure.revision);
    return step === undefined ? failure : new StepFailure(step, failure);
  }
  if (error.origin instanceof BatchLoss && error.detail !== undefined) {
    const { undeclared, lost } = error.origin.explain(error.detail);
    return undeclared.length > 0
      ? lossFailure(steps, undeclared)
      : blame(forbiddenLoss(steps, lost), steps);
  }
  const isKeys = error.origin instanceof BatchKeys;
  if (!isKeys && !/FOREIGN KEY constraint failed/.test(error.sqlite)) return error;
  const [only, ...others] = steps;
  return new AludelError(
    "foreign-key-violations",
    "The rows would violate foreign keys that they did not violate before",
    {
      ...(others.length === 0 && only &&
        { revision: only.id, place: { file: only.script.file } }),
      ...(isKeys
        ? { notes: error.origin.explain(error.detail ?? "[]") }
        : { sqlite: error.sqlite }),
      next: [
        ...others.length > 0 ? [EACH] : [],
        say("Delete or correct the rows in the same revision"),
      ],
      cause: error,
    },
  );
}
