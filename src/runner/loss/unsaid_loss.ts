import { AludelError } from "../../errors.ts";
import { displayName } from "../../sql/identifier.ts";
import { again, say } from "../../text/next_step.ts";
import type { CheckedStep } from "../request.ts";
import type { UnsaidLoss } from "./verdict.ts";

/**
 * The error of a loss that no statement says.
 * @param steps The steps that can have caused it; not empty.
 */
export function unsaidLoss(
  steps: readonly CheckedStep[],
  losses: readonly UnsaidLoss[],
): AludelError {
  const [name, ...others] = new Set(losses.map((loss) => displayName(loss.name)));
  const [only, ...more] = steps;
  const who = more.length === 0
    ? `Revision "${only!.id}" loses`
    : `The revisions ${steps.map(({ id }) => id).join(", ")} lose`;
  return new AludelError(
    "data-loss",
    `${who} what no statement of ${more.length === 0 ? "it" : "them"} drops`,
    {
      ...(more.length === 0 && { revision: only!.id, place: { file: only!.script.file } }),
      notes: losses.map((loss) => loss.fact),
      next: [
        ...(more.length > 0
          ? [again`--transaction each # commit revision by revision, to see which one it is`]
          : []),
        say("Create again what is missing, or copy it, in the same script"),
        say(
          `Or say in the script that the loss is intended: -- aludel: allow-loss=${name} REASON${
            others.length > 0 ? `, and a line each for ${others.join(", ")}` : ""
          }`,
        ),
      ],
    },
  );
}
