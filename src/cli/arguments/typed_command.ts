import { AludelError } from "../../errors.ts";
import { closest } from "../../text/closest.ts";
import { type NextCommand, shell } from "../../text/next_step.ts";
import { COMMANDS, ELSEWHERE } from "../commands.ts";
import type { Command } from "./command.ts";
import { type NormalArguments, normaliseArguments } from "./command_line.ts";
import { allFlags, type Flag, type Flags, type FlagValue, longName, takesValue } from "./flag.ts";
import type { ParsedArguments } from "./parse_arguments.ts";

/** A command's full name, and the words that follow it. */
export interface FoundCommand {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Finds the command with the longest name at the start of the words. A name may be abbreviated if it stays unique.
 *
 * @returns undefined if there is none.
 * @throws {AludelError} `usage` if several commands begin so.
 */
export function findCommand(first: string, args: readonly string[]): FoundCommand | undefined {
  // Flags before the command are joined with their values; a flag after it, such as "-m", may be followed by one.
  const second = args.findIndex((word) => !/^--(?:[a-z]+=|json$|quiet$)/.test(word));
  const names = Object.keys(COMMANDS);
  const firsts = new Set(names.map((name) => name.split(" ")[0]!));
  const head = Object.hasOwn(ELSEWHERE, first) && !firsts.has(first)
    ? first
    : completed(first, [...firsts], "");
  const rest = names.filter((name) => name.startsWith(`${head} `))
    .map((name) => name.slice(head.length + 1));
  const tail = completed(args[second] ?? "", rest, `${head} `);
  if (rest.includes(tail)) return { name: `${head} ${tail}`, args: args.toSpliced(second, 1) };
  return Object.hasOwn(COMMANDS, head) ? { name: head, args } : undefined;
}

/** Completes a word if it is the beginning of exactly one word of the list. */
function completed(word: string, words: readonly string[], before: string): string {
  if (word === "" || words.includes(word)) return word;
  const meant = words.filter((one) => one.startsWith(word));
  if (meant.length < 2) return meant[0] ?? word;
  throw new AludelError("usage", `"${before}${word}" is the beginning of ${listed(meant)}`, {
    next: meant.map((one) => shell`aludel ${`${before}${one}`.split(" ")} --help`),
  });
}

/** Normalises a command's arguments, and completes the names of its flags. */
export function normalArguments(command: Command, args: readonly string[]): NormalArguments {
  const valued = new Map<string, boolean>();
  for (const [name, flag] of Object.entries(allFlags(command.flags))) {
    valued.set(longName(name), takesValue(flag));
    if (flag.alias !== undefined) valued.set(`-${flag.alias}`, takesValue(flag));
  }
  const names = [...valued.keys(), "--help"].filter((name) => name.startsWith("--"));
  return normaliseArguments(args, (flag) => valued.get(flag), (flag) => {
    if (flag === "--" || names.includes(flag)) return flag;
    const meant = names.filter((name) => name.startsWith(flag));
    if (meant.length < 2) return meant[0] ?? flag;
    throw new AludelError("usage", `"${flag}" is the beginning of ${listed(meant)}`, {
      next: [shell`aludel ${command.name.split(" ")} --help`],
    });
  });
}

/** Parses a command's arguments. @throws {AludelError} `usage`. */
export async function readArguments(
  command: Command,
  { args }: NormalArguments,
): Promise<ParsedArguments> {
  const flags = allFlags(command.flags);
  return bareArguments(command, flags, args) ??
    await (await import("./parse_arguments.ts")).parseArguments(command, flags, args);
}

/**
 * Reads a command line without flags, as most are. Nothing must be parsed then, so Stricli is not loaded, which takes a
 * fifth of the time of a quick command.
 *
 * @returns undefined if the parser is needed, also for its error messages.
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

/** The value of a flag that was not given. */
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

function listed(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}

/**
 * @param word The first word, which is not a command.
 * @param args The words that follow.
 * @throws AludelError `usage`, always: it lists the sub-commands, or names Aludel's equivalent or the closest command.
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

/** Splits a command line of the table into words. Its only quotes are around messages. */
function lineOf(line: string): NextCommand {
  return { command: (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', "")) };
}
