import { type AnyStep, commandLine, stepText } from "../../text/next_step.ts";
import type { Style } from "./style.ts";

/**
 * Which settings and database the command line that runs has chosen. A command that it suggests must choose the same,
 * or it would act on another database.
 */
export interface Here {
  /** The value of `--config`, as it was given. */
  readonly config?: string | undefined;
  /** The value of `--database`, or what stood for it in the environment. */
  readonly database?: string | undefined;
}

/** How every command says what to do next: `next: aludel upgrade head -d other.db`, to paste from the working folder. */
export function nextLine(step: AnyStep, style: Style, here: Here): string {
  return `${style.cyan("next:")} ${stepLine(step, here)}`;
}

/** The same without the word. */
export function stepLine(step: AnyStep, here: Here): string {
  return stepText(step, (words) => wordsHere(words, here));
}

/** A step in a JSON document. */
export function stepJson(
  step: AnyStep,
  here: Here,
): { readonly command: string; readonly why?: string } | { readonly say: string } {
  if (typeof step === "string") return { say: step };
  if ("say" in step) return step;
  const command = commandLine(step, (words) => wordsHere(words, here));
  return step.why === undefined ? { command } : { command, why: step.why };
}

/** Commands with `--database`, by their first word; a test compares them with the commands' own flags. */
export const DATABASE_COMMANDS: ReadonlySet<string> = new Set(
  ("upgrade downgrade redo switch stamp backup restore current status history show diff schema edit seal blame bisect " +
    "verify lint locate prove").split(" "),
);
/** What follows `aludel` and takes no settings: commands that begin without a project, and flags. */
const WITHOUT_PROJECT = /^(?:init|completions|help|-.*)?$/;
/** Flags of a command that looks at git and refuses a database. */
const IN_GIT = /^--(?:staged|since)(?:=|$)/;

/** The words of a command, with the settings and the database that it needs to mean the same from here. */
function wordsHere(words: readonly string[], { config, database }: Here): readonly string[] {
  const name = words[1] ?? "";
  if (words[0] !== "aludel" || WITHOUT_PROJECT.test(name) || words.includes("--help")) return words;
  const has = (...flags: readonly string[]) =>
    words.some((word) => flags.some((flag) => word === flag || word.startsWith(`${flag}=`)));
  const added: string[] = [];
  if (database !== undefined && database.trim() !== "" && DATABASE_COMMANDS.has(name)) {
    if (!has("-d", "--database") && !words.some((word) => IN_GIT.test(word))) {
      added.push("-d", database);
    }
  }
  // The letter is "--check-heads" to `current`.
  const letter = name === "current" ? "--config" : "-c";
  if (config !== undefined && !has(letter, "--config")) added.push(letter, config);
  const end = words.indexOf("--");
  return end < 0 ? [...words, ...added] : words.toSpliced(end, 0, ...added);
}
