import { AludelError } from "../errors.ts";
import { changePolicies, type Policy, type PolicyChange } from "../state/policies.ts";
import { readMark } from "../state/state.ts";
import { again, type NextStep, say, shell } from "../text/next_step.ts";
import { type DeclaredLoss, describeLoss } from "./loss/verdict.ts";
import type { CheckedStep, CheckedUp, RunHost } from "./request.ts";
import { toSecond } from "../text/layout.ts";
import { lockedTransaction } from "./write_lock.ts";

/**
 * Refuses steps that the policies of the database forbid.
 * @throws {AludelError} `policy-no-downgrade`, `policy-no-drafts`.
 */
export function refuseForbidden(
  policies: ReadonlySet<Policy>,
  steps: readonly CheckedStep[],
): void {
  const down = policies.has("no-downgrade") && steps.find(({ direction }) => direction === "down");
  if (down) {
    throw new AludelError("policy-no-downgrade", `This database forbids undoing "${down.id}"`, {
      revision: down.id,
      notes: ["Its policy no-downgrade is set: no down.sql runs on it"],
      next: [
        say(`Write a revision that takes back what "${down.id}" does`),
        takeBack("no-downgrade"),
      ],
    });
  }
  refuseDrafts(policies, steps.filter((step) => step.direction === "up"));
}

/**
 * Refuses drafts if the policies of the database forbid them.
 * @throws {AludelError} `policy-no-drafts`.
 */
export function refuseDrafts(policies: ReadonlySet<Policy>, ups: readonly CheckedUp[]): void {
  const draft = policies.has("no-drafts") && ups.find((step) => step.draft === true);
  if (!draft) return;
  throw new AludelError(
    "policy-no-drafts",
    `This database forbids drafts, and "${draft.id}" is one`,
    {
      revision: draft.id,
      notes: ["Its policy no-drafts is set: only sealed revisions run on it"],
      next: [shell`aludel seal ${draft.id}`, takeBack("no-drafts")],
    },
  );
}

/**
 * Makes the error for a declared loss in a database that forbids any loss.
 * @param steps The steps that ran. The error names the revision if there is only one.
 */
export function forbiddenLoss(
  steps: readonly CheckedStep[],
  { tables, objects }: DeclaredLoss,
): AludelError {
  const [only, ...others] = steps;
  return new AludelError("policy-no-loss", "This database forbids any loss", {
    ...(only && others.length === 0 && { revision: only.id, place: { file: only.script.file } }),
    notes: [
      ...tables.map(describeLoss),
      ...objects,
      "Its policy no-loss is set: a run that loses anything is rolled back",
    ],
    next: [
      ...(others.length > 0
        ? [again`--transaction each # commit revision by revision, to see which one it is`]
        : []),
      say("Keep what is lost in the same script, such as in another table"),
      takeBack("no-loss"),
    ],
  });
}

function takeBack(policy: Policy): NextStep {
  return shell`aludel protect ${`--${policy}`} --off # take the policy back`;
}

/**
 * Changes the policies of a database in one transaction.
 *
 * @returns The policies afterwards, and whether they changed.
 * @throws {AludelError} `lock-timeout`, `interrupted`, `policy-unknown`.
 */
export async function protect(
  host: RunHost,
  change: PolicyChange,
): Promise<{ readonly policies: readonly Policy[]; readonly changed: boolean }> {
  await using connection = await host.connect({ doubleQuotedStrings: false });
  for (;;) {
    const outcome = await lockedTransaction(
      connection,
      host,
      await readMark(connection),
      () => {
        const stamp = { at: toSecond(host.clock.now()), by: host.appliedBy };
        return changePolicies(connection, change, stamp);
      },
    );
    if (!outcome.moved) return outcome.result;
  }
}
