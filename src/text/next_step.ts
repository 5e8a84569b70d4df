import { oneLine } from "./visible.ts";

/**
 * What to do next, as data. The code that throws an error or reports a finding gives the words of a command, and the
 * command line renders them, with quotes and the flags that were typed. Nothing below `src/cli` does either.
 */

/** A command that can be run as it is. */
export interface NextCommand {
  /** Its words, unquoted, as a program receives them. The first one is the program. */
  readonly command: readonly string[];
  /** The file that its output goes to. */
  readonly into?: string;
  /** The command to run after this one has succeeded. */
  readonly then?: NextCommand;
  /** What it does, such as "undo this": a comment behind the command. */
  readonly why?: string;
}

/** Advice that is not a command. */
export interface NextAdvice {
  /** A sentence without a period. */
  readonly say: string;
}

/** The command that was typed, with a change. */
export interface NextAgain {
  /** Flags to add. They replace the same flags with other values. */
  readonly again: readonly string[];
  /** A word of it, such as a ref, and its replacement, which is added if the command lacks the word and `again` is empty. */
  readonly replace?: readonly [word: string, by: string];
  /** What it does. */
  readonly why?: string;
}

/** One thing to do next. */
export type NextStep = NextCommand | NextAgain | NextAdvice;

/** Advice that is not a command. */
export function say(text: string): NextAdvice {
  return { say: text };
}

/**
 * The command of a template, split at the spaces of its own text and never inside a value:
 *
 * ```ts
 * shell`aludel restore ${name} # undo this`
 * shell`aludel schema heads > ${file} && git add -- ${file}`
 * ```
 *
 * In the template's own text, double quotes hold a word together, `>` names the file for the output, `&&` begins
 * the next command, and `#` what the command is for. A list as a value is that many words.
 */
export function shell(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): NextCommand {
  const commands: { words: string[]; into?: string }[] = [{ words: [] }];
  let why: string | undefined;
  let word: string | undefined;
  let quoted = false;
  let redirected = false;
  const endWord = () => {
    if (word === undefined) return;
    const last = commands.at(-1)!;
    if (redirected) last.into = word;
    else last.words.push(word);
    redirected = false;
    word = undefined;
  };
  texts.forEach((text, index) => {
    for (const part of why === undefined ? text.split(/(&&|[ "#>])/) : [text]) {
      if (part === "") continue;
      if (why !== undefined) why += part;
      else if (part === '"') {
        quoted = !quoted;
        word ??= "";
      } else if (quoted) word = (word ?? "") + part;
      else if (part === " ") endWord();
      else if (part === "#" && word === undefined) why = "";
      else if (part === ">" && word === undefined) redirected = true;
      else if (part === "&&") commands.push({ words: [] });
      else word = (word ?? "") + part;
    }
    if (index === values.length) return;
    const value = values[index]!;
    if (why !== undefined) why += [value].flat().join(" ");
    else if (typeof value === "string" || typeof value === "number") word = `${word ?? ""}${value}`;
    else commands.at(-1)!.words.push(...value);
  });
  endWord();
  const chained = commands.reduceRight<NextCommand | undefined>(
    (then, { words, into }) => ({
      command: words,
      ...(into !== undefined && { into }),
      ...(then && { then }),
    }),
    undefined,
  )!;
  return why === undefined ? chained : { ...chained, why: why.trim() };
}

/** Commands that run one after the other while they succeed, with the purpose of the last one. */
export function inOrder(commands: readonly NextCommand[]): NextCommand {
  const why = commands.at(-1)?.why;
  const chain = commands.map(({ command }): NextCommand => ({ command })).reduceRight(
    (then, { command }) => ({ command, then }),
  );
  return why === undefined ? chain : { ...chain, why };
}

/** The same command again, with the flags of the template: `` again`--resume skip # go on after it` ``. */
export function again(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): NextAgain {
  const { command, why } = shell(texts, ...values);
  return { again: command, ...(why !== undefined && { why }) };
}

/** The same command again on another database, which may have been named by a flag, by an argument or not at all. */
export function elsewhere(name: string, by: string, why?: string): NextAgain {
  return { ...instead(name, by, why), again: ["-d", by] };
}

/** The same command again, with one word replaced. */
export function instead(word: string, by: string, why?: string): NextAgain {
  return { again: [], replace: [word, by], ...(why !== undefined && { why }) };
}

/** Renders commands for the command line that was typed. */
export interface StepWords {
  /** Completes a command's words for the command line that was typed. */
  readonly words: (command: readonly string[]) => readonly string[];
  /** The words of the command that was typed, with the change. */
  readonly again: (step: NextAgain) => readonly string[];
}

/**
 * A step as one line to paste: `aludel restore NAME   # undo this`.
 *
 * @param where The command line that was typed. Without it, words are not completed, and the same command again is
 *   described in a sentence.
 */
export function stepText(step: NextStep, where?: StepWords): string {
  if ("say" in step) return oneLine(step.say);
  if ("again" in step && where === undefined) return againSentence(step);
  const line = commandLine(step, where);
  return step.why === undefined ? line : `${line}   # ${oneLine(step.why)}`;
}

/** A command's line without its purpose. */
export function commandLine(step: NextCommand | NextAgain, where?: StepWords): string {
  if ("again" in step) return (where?.again(step) ?? []).map(typedWord).join(" ");
  const line = (where?.words(step.command) ?? step.command).map(typedWord).join(" ");
  const written = step.into === undefined ? line : `${line} > ${typedWord(step.into)}`;
  return step.then === undefined ? written : `${written} && ${commandLine(step.then, where)}`;
}

function againSentence({ again, replace, why }: NextAgain): string {
  const change = replace !== undefined
    ? `Use "${replace[1]}" instead of "${replace[0]}"`
    : again.length === 0
    ? "Run it again"
    : `Run it again with ${again.map(typedWord).join(" ")}`;
  return why === undefined ? change : `${change}, to ${why}`;
}

const encoder = new TextEncoder();

/**
 * A word as it is typed in a POSIX shell: in quotes if it contains characters with a meaning. If these are only spaces,
 * the quotes are double, which the shells of Windows understand too. Characters that a terminal does not show are
 * escaped in `$'…'`, as in POSIX.1-2024 and in older shells.
 */
export function typedWord(word: string): string {
  if (/^[0-9A-Za-z_@%+:,./-][0-9A-Za-z_@%+=:,./-]*$/.test(word)) return word;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(word)) return `$'${escaped(word)}'`;
  if (/^[0-9A-Za-z_@%+=:,./ -]*$/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function escaped(word: string): string {
  return word.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}'\\]/gu, (character) => {
    if (character === "'" || character === "\\") return `\\${character}`;
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    return [...encoder.encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
      .join("");
  });
}
