import { foldName } from "./identifier.ts";

const PREFIX = "aludel_";

/** Whether a name of a table, index, view or trigger is one that Aludel keeps for its own. */
export function isStateName(name: string): boolean {
  return name.length >= PREFIX.length && foldName(name.slice(0, PREFIX.length)) === PREFIX;
}
