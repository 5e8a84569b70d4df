import type { Command } from "../arguments/command.ts";
import { LEADING_FLAGS } from "../arguments/command_line.ts";
import { COMMANDS } from "../commands.ts";
import { allFlags, DATABASE_FLAG, type Flags, longName, SHARED_FLAGS } from "../arguments/flag.ts";
import {
  type Candidates,
  type CompletionRequest,
  type CompletionRuntime,
  NOTHING,
  valueCandidates,
} from "./candidates.ts";
import { Scan } from "./scan.ts";

/**
 * Finds the candidates for the last word of a command line.
 *
 * @param words The words after `aludel`, up to the cursor. The last one, which may be empty, is being typed.
 * @param runtime The working folder, and the variables that may name the database.
 * @throws The errors of a broken project, for which the caller offers nothing.
 */
export async function complete(
  words: readonly string[],
  runtime: CompletionRuntime,
): Promise<Candidates> {
  const typed = words.at(-1) ?? "";
  const found = await candidates(words.slice(0, -1), typed, runtime);
  return { ...found, words: found.words.filter(({ value }) => value.startsWith(typed)) };
}

async function candidates(
  before: readonly string[],
  typed: string,
  runtime: CompletionRuntime,
): Promise<Candidates> {
  const leading: Flags = { ...SHARED_FLAGS, ...DATABASE_FLAG };
  const first = new Scan(leading);
  let at = 0;
  for (; at < before.length; at++) {
    if (first.pending === undefined && !before[at]!.startsWith("-")) break;
    first.see(before[at]!);
  }
  if (at === before.length) {
    return first.valueOf(typed, {
      runtime,
      config: first.config,
      database: undefined,
      command: "",
    }) ??
      (typed.startsWith("-") ? leadingFlags() : commandWords([]));
  }
  const rest = before.slice(at);
  if (rest[0] === "help") return commandWords(rest.slice(1));
  const name = commandName(rest);
  if (name === undefined) return commandWords(rest);
  // "backup" is a command, and also the first word of "backup list".
  const more = rest.length === 1 ? commandWords(rest).words : [];
  const { command } = await COMMANDS[name]!.load();
  const scan = new Scan(allFlags(command.flags));
  for (const word of rest.slice(name.split(" ").length)) scan.see(word);
  const request = {
    runtime,
    config: scan.config ?? first.config,
    database: scan.database ?? first.database,
    command: name,
  };
  const inCommand = withinCommand(command, scan, typed, request);
  return { ...inCommand, words: [...more, ...inCommand.words] };
}

function withinCommand(
  command: Command,
  scan: Scan,
  typed: string,
  request: CompletionRequest,
): Candidates {
  const value = scan.valueOf(typed, request);
  if (value !== undefined) return value;
  if (typed.startsWith("-") && !scan.ended && !/^-\d/.test(typed)) {
    const flags = scan.unused();
    // "-" may also be the beginning of "-1".
    if (typed !== "-") return { words: flags, paths: "none" };
    const { words } = positional(command, scan.count, typed, request);
    return { words: [...flags, ...words], paths: "none" };
  }
  return positional(command, scan.count, typed, request);
}

function positional(
  command: Command,
  index: number,
  typed: string,
  request: CompletionRequest,
): Candidates {
  const last = command.positional.at(-1);
  const parameter = command.positional[index] ?? (last?.many ? last : undefined);
  if (parameter === undefined) return NOTHING;
  const isRange = parameter.name === "REF" && typed.includes(":");
  return valueCandidates(isRange ? "A:B" : parameter.name, typed, request);
}

/** The longest name of a command at the start of the words. */
function commandName(words: readonly string[]): string | undefined {
  return [words.slice(0, 2).join(" "), words[0]!].find((name) => Object.hasOwn(COMMANDS, name));
}

/** The words that may follow an incomplete name of a command. */
function commandWords(before: readonly string[]): Candidates {
  const found = new Map<string, string>();
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    const parts = name.split(" ");
    const next = parts[before.length];
    if (next === undefined || before.some((word, i) => word !== parts[i])) continue;
    const isWhole = parts.length === before.length + 1;
    if (isWhole || !found.has(next)) found.set(next, isWhole ? summary : "");
  }
  return {
    words: Array.from(found, ([value, description]) => ({ value, description })),
    paths: "none",
  };
}

function leadingFlags(): Candidates {
  const named = { ...SHARED_FLAGS, ...DATABASE_FLAG } as Flags;
  const words = Object.entries(named)
    .filter(([name]) => LEADING_FLAGS.has(longName(name)))
    .map(([name, { help }]) => ({ value: longName(name), description: help }));
  return {
    words: [
      ...words,
      { value: "--help", description: "list the commands" },
      { value: "--version", description: "print the release" },
    ],
    paths: "none",
  };
}
