import type { Command } from "./command.ts";
import type { Flag, Flags, FlagValue } from "./flag.ts";
import type { ParsedArguments } from "./parse_arguments.ts";

/**
 * The meaning of a command line without flags, which most are. Nothing is left to parse then, and Stricli, a fifth of
 * the time of a command that only looks, need not be loaded.
 *
 * @returns undefined where something is to be parsed, or to be refused: the parser knows the words for it.
 */
export function bareArguments(
  command: Command,
  flags: Flags,
  args: readonly string[],
): ParsedArguments | undefined {
  if (args.some((word) => word.startsWith("-"))) return undefined;
  const { positional } = command;
  const least = positional.filter((one) => !one.optional).length;
  const most = positional.some((one) => one.many) ? Infinity : positional.length;
  if (args.length < least || args.length > most) return undefined;
  const values = Object.entries(flags).map(([name, flag]) => [name, valueWithout(flag)]);
  return { flags: Object.fromEntries(values), args };
}

/** What a command receives for a flag that was not given. */
function valueWithout(flag: Flag): FlagValue<Flag> {
  switch (flag.kind) {
    case "switch":
      return false;
    case "list":
      return [];
    case "text":
    case "choice":
    case "number":
      return undefined;
  }
}
