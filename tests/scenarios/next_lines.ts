import { splitCommandLine } from "../../src/cli/arguments/command_line.ts";
import {
  findCommand,
  normalArguments,
  readArguments,
} from "../../src/cli/arguments/typed_command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { takesDatabase } from "../../src/cli/terminal/here.ts";
import { runInProcess } from "../fixtures/fake_runtime.ts";
import { TempFolder } from "../fixtures/temp_folder.ts";

/** Where a command was typed, to type its suggestions there too. */
export interface TypedIn {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Says what is wrong with the suggestions that a command printed: each one is advice, which begins with a capital, or a line
 * that a shell can run as it is, in which our own parser understands every `aludel`, on the same database and settings.
 * A real shell splits the line, and what only looks is run.
 *
 * @param typed What was typed after `aludel`.
 * @param output What was printed.
 * @param where Where it was typed; if it is left out, nothing is run.
 */
export async function faultOfNextLines(
  typed: readonly string[],
  output: string,
  where: TypedIn = {},
): Promise<string | undefined> {
  const choice = await choiceOf(typed);
  for (const [, line = ""] of output.matchAll(/^ *next: (.*)$/gm)) {
    if (/^\p{Lu}/u.test(line)) {
      if (/`(?:aludel|git|--[a-z])/.test(line)) return `advice that holds a command: ${line}`;
      continue;
    }
    const fault = await faultOfLine(line, choice, where);
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

async function faultOfLine(
  line: string,
  choice: Choice,
  where: TypedIn,
): Promise<string | undefined> {
  const [command = "", comment = ""] = line.split("   # ");
  // Zsh reads a comment as words: nothing in it may mean something to a shell.
  if (/['`$!;&|<>(){}*?\\[\]~]/.test(comment)) return "a comment that a shell reads";
  const known = shellWords(command);
  if (known === undefined) return "quotes that do not match";
  const commands = await splitByShell(line, known) ?? known;
  // Words in `$'…'` are known in quotes only.
  if (!line.includes("$'") && JSON.stringify(commands) !== JSON.stringify(known)) {
    return `a line that a shell reads as ${JSON.stringify(commands)}`;
  }
  for (const [program, ...args] of commands) {
    if (program !== "aludel") continue;
    try {
      const understood = await understand(args);
      if (understood === undefined) continue;
      const { flags, name } = understood;
      const ended = await runIfLooking(name, args, flags, where);
      if (ended !== undefined && (ended.code === 2 || ended.code === 70)) {
        return `exits with ${ended.code} (${ended.stderr.split("\n")[0]})`;
      }
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

/** Commands that change nothing and take no long time. `prove` and `bisect` do. */
const LOOKING: ReadonlySet<string> = new Set(
  "blame branches check current diff heads history lint locate schema show status verify".split(
    " ",
  ),
);
const CHANGING_FLAGS = ["fix", "stamp"];

/** Runs a command as it was suggested, without waiting for a lock that the test may hold; undefined if it does not only look. */
async function runIfLooking(
  name: string,
  args: readonly string[],
  flags: Readonly<Record<string, unknown>>,
  { cwd, env }: TypedIn,
) {
  if (cwd === undefined || !LOOKING.has(name)) return undefined;
  if (CHANGING_FLAGS.some((flag) => flags[flag] === true)) return undefined;
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    if (args[at] === "--lock-timeout") at++;
    else words.push(args[at]!);
  }
  const patience = "lockTimeout" in flags ? ["--lock-timeout", "0"] : [];
  return await runInProcess(insertBefore(words, patience), {
    cwd,
    env: (variable) => env?.[variable],
    monotonicMs: () => performance.now(),
  });
}

/** Flags go before "--". */
function insertBefore(words: readonly string[], flags: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end < 0 ? [...words, ...flags] : words.toSpliced(end, 0, ...flags);
}

const SHELLS: readonly string[] = Deno.build.os === "windows" ? [] : ["sh", "bash"];
const splitLines = new Map<string, Promise<string[][]>>();

/**
 * The words of each command of a line as a real shell splits them; undefined if there is no shell. The programs are functions
 * that print their words, so that nothing is run.
 *
 * @param commands The commands as {@linkcode shellWords} splits them: their names are what the functions are called.
 */
function splitByShell(
  line: string,
  commands: readonly string[][],
): Promise<string[][]> | undefined {
  // `$'…'` is in POSIX since 2024: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
  const shell = SHELLS[line.includes("$'") ? 1 : 0];
  const names = new Set(commands.map(([program = ""]) => program));
  // A special built-in, as "export" is, cannot be a function.
  const isFunction = (name: string) => /^[a-z0-9_]+$/.test(name) && name !== "export";
  if (shell === undefined || ![...names].every(isFunction)) {
    return undefined;
  }
  const known = splitLines.get(line);
  if (known !== undefined) return known;
  const split = shellSplit(shell, line, [...names]);
  splitLines.set(line, split);
  return split;
}

async function shellSplit(
  shell: string,
  line: string,
  names: readonly string[],
): Promise<string[][]> {
  using folder = new TempFolder();
  const functions = names.map((name) =>
    `${name}() { printf '%s\\0' ${name} "$@" >&3; printf '\\1\\0' >&3; }`
  );
  // Output goes to a file of the same name in a folder of its own.
  const written = />\s*(\S+)\s*(?:#|&&|$)/.exec(line)?.[1]?.replace(/^["']?\.?\//, "") ?? "";
  const below = written.includes("/") ? written.replace(/\/[^/]*$/, "") : "";
  if (below !== "") Deno.mkdirSync(`${folder.path}/${below}`, { recursive: true });
  const { stdout } = await new Deno.Command(shell, {
    args: ["-c", ["exec 3>&1", ...functions, line].join("\n")],
    cwd: folder.path,
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).split("\u0001\0").slice(0, -1)
    .map((words) => words.split("\0").slice(0, -1));
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
