import { AludelError } from "../errors.ts";

/** What a ref is for. An upgrade refuses `-N` and a downgrade `+N`, because they lead the other way. */
export type RefPurpose = "upgrade" | "downgrade" | "look";

/**
 * Checks the direction of a walk from what is applied.
 * @throws {AludelError} `ref-wrong-direction`
 */
export function refuseOtherDirection(text: string, steps: number, purpose: RefPurpose): void {
  const direction = steps > 0 ? "upgrade" : "downgrade";
  if (purpose === "look" || purpose === direction || steps === 0) return;
  throw new AludelError(
    "ref-wrong-direction",
    `"${text}" leads ${steps > 0 ? "up" : "down"}, and the command is ${purpose}`,
    { next: [`aludel ${direction} ${text}`] },
  );
}

/** The next step of an error that asks for one of several refs. */
export function suggestRef(purpose: RefPurpose, text: string): string {
  return purpose === "look" ? `say which: ${text}` : `aludel ${purpose} ${text}`;
}
