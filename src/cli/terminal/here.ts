import { redact } from "../../project/workspace/target.ts";
import {
  commandLine,
  type NextAgain,
  type NextStep,
  stepText,
  type StepWords,
} from "../../text/next_step.ts";
import type { Style } from "./style.ts";

/**
 * The current command line, with the settings and the database that it chose. A suggested command must choose the same,
 * so that it does not act on another database.
 */
export interface Here {
  /** The words, without the program. */
  readonly typed?: readonly string[];
  /** The value of `--config`, as it was given. */
  readonly config?: string | undefined;
  /** The value of `--database`. */
  readonly database?: string | undefined;
  /** The value of the variable that was read because `--database` was not given. */
  readonly variable?: string | undefined;
}

/**
 * Formats a next step as every command prints it: `next: aludel upgrade head -d other.db`, to paste in the working
 * folder.
 */
export function nextLine(step: NextStep, style: Style, here: Here): string {
  return `${style.cyan("next:")} ${stepLine(step, here)}`;
}

/** Formats a next step without the word `next`. */
export function stepLine(step: NextStep, here: Here): string {
  return stepText(step, wordsAt(here));
}

/** A step for a JSON document. */
export function stepJson(
  step: NextStep,
  here: Here,
): { readonly command: string; readonly why?: string } | { readonly say: string } {
  if ("say" in step) return step;
  const command = commandLine(step, wordsAt(here));
  return step.why === undefined ? { command } : { command, why: step.why };
}

function wordsAt(here: Here): StepWords {
  // The typed words include their flags, but not a variable, which may be set only for this command line.
  const { variable: database } = here;
  return {
    words: (command) => wordsHere(command, here).map(redact),
    again: (step) =>
      wordsHere(["aludel", ...typedAgain(here.typed ?? [], step)], { database }).map(redact),
  };
}

/** The typed words, with a step's added flags and replaced word. */
function typedAgain(typed: readonly string[], { again, replace }: NextAgain): readonly string[] {
  const isFlag = (word: string) =>
    word === again[0] || (word === "--database" && again[0] === "-d");
  const words: string[] = [];
  for (let at = 0; at < typed.length; at++) {
    const word = typed[at]!;
    // The flag may already be there with another value.
    if (isFlag(word)) at += again.length - 1;
    else if (!isFlag(word.split("=")[0]!)) words.push(word);
  }
  if (replace === undefined) return insertFlags(words, again);
  const changed = replaceWord(typed, ...replace);
  return changed ?? insertFlags(words, again.length > 0 ? again : [replace[1]]);
}

/** Replaces the last word that is, or contains, the given one: "3f9c" in "3f9c+1" and in "base:3f9c". */
function replaceWord(
  words: readonly string[],
  word: string,
  by: string,
): readonly string[] | undefined {
  const exact = words.lastIndexOf(word);
  if (exact > 0) return words.with(exact, by);
  const escaped = word.replace(/[^0-9A-Za-z_]/g, "\\$&");
  const part = new RegExp(`(?<![0-9A-Za-z_])${escaped}${/\w$/.test(word) ? "(?!\\w)" : ""}`);
  const at = words.findLastIndex((each, index) => index > 0 && part.test(each));
  return at > 0 ? words.with(at, words[at]!.replace(part, () => by)) : undefined;
}

/** Inserts flags before "--". */
function insertFlags(words: readonly string[], flags: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end < 0 ? [...words, ...flags] : words.toSpliced(end, 0, ...flags);
}

/** Commands with `--database`, by their first word. A test compares the list with the commands' flags. */
const DATABASE_COMMANDS: ReadonlySet<string> = new Set(
  ("upgrade downgrade redo switch stamp backup restore current status history show diff schema edit seal blame bisect " +
    "verify lint locate prove import dev drop rebase protect report").split(" "),
);

/** Whether a command line, without "aludel", takes `--database`. `revision` does only for a draft that it amends. */
export function takesDatabase(words: readonly string[]): boolean {
  const [name = ""] = words;
  return DATABASE_COMMANDS.has(name) || (name === "revision" && words.includes("--amend"));
}

/** First words of command lines without settings: flags, and commands that do not need a project. */
const WITHOUT_PROJECT = /^(?:init|completions|help|-.*)?$/;
/** Flags of a command that reads git and refuses a database. */
const IN_GIT = /^--(?:staged|since)(?:=|$)/;

/** Adds the settings and the database to a command, so that it means the same from here. */
function wordsHere(
  words: readonly string[],
  { config, database: given, variable }: Here,
): readonly string[] {
  const name = words[1] ?? "";
  if (words[0] !== "aludel" || WITHOUT_PROJECT.test(name) || words.includes("--help")) return words;
  const database = given ?? variable;
  const has = (...flags: readonly string[]) =>
    words.some((word) => flags.some((flag) => word === flag || word.startsWith(`${flag}=`)));
  const added: string[] = [];
  if (database !== undefined && database.trim() !== "" && takesDatabase(words.slice(1))) {
    if (!has("-d", "--database") && !words.some((word) => IN_GIT.test(word))) {
      added.push("-d", database);
    }
  }
  // The letter is "--check-heads" to `current`.
  const letter = name === "current" ? "--config" : "-c";
  if (config !== undefined && !has(letter, "--config")) added.push(letter, config);
  return insertFlags(words, added);
}
