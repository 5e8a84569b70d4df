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
 * The command line that runs, with the settings and the database that it has chosen. A command that it suggests must
 * choose the same, or it would act on another database.
 */
export interface Here {
  /** Its words, without the program. */
  readonly typed?: readonly string[];
  /** The value of `--config`, as it was given. */
  readonly config?: string | undefined;
  /** The value of `--database`. */
  readonly database?: string | undefined;
  /** The value of a variable that was read because `--database` was not given. */
  readonly variable?: string | undefined;
}

/** A next step, as every command prints it: `next: aludel upgrade head -d other.db`, to paste in the working folder. */
export function nextLine(step: NextStep, style: Style, here: Here): string {
  return `${style.cyan("next:")} ${stepLine(step, here)}`;
}

/** The same without the word. */
export function stepLine(step: NextStep, here: Here): string {
  return stepText(step, wordsAt(here));
}

/** A step in a JSON document. */
export function stepJson(
  step: NextStep,
  here: Here,
): { readonly command: string; readonly why?: string } | { readonly say: string } {
  if ("say" in step) return step;
  const command = commandLine(step, wordsAt(here));
  return step.why === undefined ? { command } : { command, why: step.why };
}

function wordsAt(here: Here): StepWords {
  // The typed words include their flags, but not a variable that may have been set for this command line only.
  const { variable: database } = here;
  return {
    words: (command) => wordsHere(command, here).map(redact),
    again: (step) =>
      wordsHere(["aludel", ...typedAgain(here.typed ?? [], step)], { database }).map(redact),
  };
}

/** The words that were typed, with a step's flags and its other word. */
function typedAgain(typed: readonly string[], { again, replace }: NextAgain): readonly string[] {
  const isFlag = (word: string) =>
    word === again[0] || (word === "--database" && again[0] === "-d");
  const words: string[] = [];
  for (let at = 0; at < typed.length; at++) {
    const word = typed[at]!;
    // A flag to be added may be there already, with another value.
    if (isFlag(word)) at += again.length - 1;
    else if (!isFlag(word.split("=")[0]!)) words.push(word);
  }
  if (replace === undefined) return insertFlags(words, again);
  const changed = replaceWord(typed, ...replace);
  return changed ?? insertFlags(words, again.length > 0 ? again : [replace[1]]);
}

/** Replaces the last word that is, or holds, the given one: "3f9c" in "3f9c+1" and in "base:3f9c". */
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

/** Flags go before "--". */
function insertFlags(words: readonly string[], flags: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end < 0 ? [...words, ...flags] : words.toSpliced(end, 0, ...flags);
}

/** Commands with `--database`, by their first word; a test compares them with the commands' own flags. */
const DATABASE_COMMANDS: ReadonlySet<string> = new Set(
  ("upgrade downgrade redo switch stamp backup restore current status history show diff schema edit seal blame bisect " +
    "verify lint locate prove import dev drop rebase protect report").split(" "),
);

/** Whether a command line, without "aludel", takes `--database`: `revision` does only to undo the draft it amends. */
export function takesDatabase(words: readonly string[]): boolean {
  const [name = ""] = words;
  return DATABASE_COMMANDS.has(name) || (name === "revision" && words.includes("--amend"));
}

/** Words after `aludel` that take no settings: commands that start without a project, and flags. */
const WITHOUT_PROJECT = /^(?:init|completions|help|-.*)?$/;
/** Flags of a command that looks at git and refuses a database. */
const IN_GIT = /^--(?:staged|since)(?:=|$)/;

/** The words of a command, with the settings and the database that it needs to mean the same from here. */
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
