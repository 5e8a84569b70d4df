import { AludelError } from "../../errors.ts";
import { closest } from "../../text/closest.ts";
import { type NextCommand, shell } from "../../text/next_step.ts";
import { COMMANDS, ELSEWHERE } from "../commands.ts";

/**
 * @param word The first word, which is no command.
 * @param args The words that follow.
 * @throws AludelError `usage`, always: with the sub-commands, with Aludel's word for it, or with the
 *   command whose name is closest.
 */
export function refuseUnknownCommand(word: string, args: readonly string[]): never {
  const names = Object.keys(COMMANDS);
  const subCommands = names.filter((name) => name.startsWith(`${word} `));
  if (subCommands.length > 0) {
    const second = args.find((arg) => !arg.startsWith("-"));
    throw new AludelError(
      "usage",
      second === undefined
        ? `"aludel ${word}" needs one more word`
        : `"${second}" is no command of "aludel ${word}"`,
      { next: subCommands.map((name) => shell`aludel ${name.split(" ")}`) },
    );
  }
  const instead = Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : undefined;
  if (instead !== undefined) {
    const isCommand = instead.startsWith("aludel ");
    throw new AludelError("usage", `Aludel has no command "${word}"`, {
      notes: isCommand ? [] : [instead],
      next: [isCommand ? lineOf(instead) : shell`aludel --help`],
    });
  }
  const similar = closest(word, [...names, ...Object.keys(ELSEWHERE)]);
  throw new AludelError("usage", `Aludel has no command "${word}"`, {
    notes: similar === undefined ? [] : [`Did you mean "${similar}"?`],
    next: [
      similar !== undefined && names.includes(similar)
        ? shell`aludel ${similar.split(" ")}`
        : shell`aludel --help`,
    ],
  });
}

/** A command line of the table below, whose only quotes hold a message together. */
function lineOf(line: string): NextCommand {
  return { command: (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', "")) };
}
