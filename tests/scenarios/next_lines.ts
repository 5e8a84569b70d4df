import { splitCommandLine } from "../../src/cli/arguments/command_line.ts";
import {
  findCommand,
  normalArguments,
  readArguments,
} from "../../src/cli/arguments/typed_command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { takesDatabase } from "../../src/cli/terminal/here.ts";

/**
 * Says what is wrong with the suggestions that a command printed: each one is advice, which begins with a capital, or a line
 * that a shell can run as it is, in which our own parser understands every `aludel`, on the same database and settings.
 *
 * @param typed What was typed after `aludel`.
 * @param output What was printed.
 */
export async function faultOfNextLines(
  typed: readonly string[],
  output: string,
): Promise<string | undefined> {
  const choice = await choiceOf(typed);
  for (const [, line = ""] of output.matchAll(/^ *next: (.*)$/gm)) {
    if (/^\p{Lu}/u.test(line)) {
      if (/`(?:aludel|git|--[a-z])/.test(line)) return `advice that holds a command: ${line}`;
      continue;
    }
    const fault = await faultOfLine(line, choice);
    if (fault !== undefined) return `${fault}: ${line}`;
  }
  return undefined;
}

/** What a command line chose: what its suggestions must choose too. */
interface Choice {
  readonly config: string | undefined;
  readonly database: string | undefined;
}

async function choiceOf(typed: readonly string[]): Promise<Choice> {
  try {
    const understood = await understand(typed);
    const { config, database } = understood?.flags as Partial<Choice> ?? {};
    return { config, database: database?.trim() === "" ? undefined : database };
  } catch {
    return { config: undefined, database: undefined }; // a usage error
  }
}

async function faultOfLine(line: string, choice: Choice): Promise<string | undefined> {
  const [command = "", comment = ""] = line.split("   # ");
  // Zsh reads a comment as words: nothing in it may mean something to a shell.
  if (/['`$!;&|<>(){}*?\\[\]~]/.test(comment)) return "a comment that a shell reads";
  const commands = shellWords(command);
  if (commands === undefined) return "quotes that do not match";
  for (const [program, ...args] of commands) {
    if (program !== "aludel") continue;
    try {
      const understood = await understand(args);
      if (understood === undefined) continue;
      const { flags, name } = understood;
      if (choice.config !== flags["config"] && name !== "init") return "other settings";
      const inGit = flags["staged"] === true || flags["since"] !== undefined;
      if (choice.database === undefined || inGit) continue;
      const words = [...name.split(" "), ...(flags["amend"] === true ? ["--amend"] : [])];
      if (takesDatabase(words) && flags["database"] === undefined) {
        return "no --database";
      }
    } catch (error) {
      return `not understood (${error instanceof Error ? error.message : error})`;
    }
  }
  return undefined;
}

/** A command line as the program reads it; undefined if it asks for help only. @throws {AludelError} `usage`. */
async function understand(words: readonly string[]) {
  const line = splitCommandLine(words);
  if (line.help || line.release || line.command === undefined) return undefined;
  const found = findCommand(line.command, line.args);
  if (found === undefined) throw new Error("no such command");
  const { command } = await COMMANDS[found.name]!.load();
  const normal = normalArguments(command, found.args);
  if (normal.help) return undefined;
  return { name: found.name, ...await readArguments(command, normal) };
}

/** The words of each command between `&&`, as a POSIX shell splits them, without an output file; undefined if a quote is not closed. */
export function shellWords(line: string): string[][] | undefined {
  const commands: string[][] = [[]];
  const token = /\s+|&&|>|\$'((?:[^'\\]|\\.)*)'|'([^']*)'|"([^"]*)"|\\(.)|([^\s'"\\>&]+)/gy;
  let word: string | undefined;
  let redirected = false;
  let end = 0;
  const endWord = () => {
    if (word === undefined) return;
    if (!redirected) commands.at(-1)!.push(word);
    redirected = false;
    word = undefined;
  };
  for (const match of line.matchAll(token)) {
    end = match.index + match[0].length;
    const part = match.slice(1).find((group) => group !== undefined);
    if (part !== undefined) {
      word = (word ?? "") + part;
      continue;
    }
    endWord();
    if (match[0] === "&&") commands.push([]);
    else if (match[0] === ">") redirected = true;
  }
  endWord();
  return end === line.length ? commands : undefined;
}
