/**
 * What to do next, as data: what throws an error or tells a finding gives the words of a command, and the command line
 * renders them with what is needed where they are typed. Nobody below `src/cli` quotes a word or repeats a flag.
 */

/** A command that can be run as it is. */
export interface NextCommand {
  /** Its words as a program receives them, unquoted. The first one is the program. */
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
  readonly say: string;
}

/** One thing to do next. */
export type NextStep = NextCommand | NextAdvice;

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

/**
 * A step as one line to paste: `aludel restore NAME   # undo this`.
 *
 * @param words What each command's words become where they are typed; as they are, if left out.
 */
export function stepText(
  step: AnyStep,
  words: (command: readonly string[]) => readonly string[] = (command) => command,
): string {
  if (typeof step === "string") return step;
  if ("say" in step) return step.say;
  const line = commandLine(step, words);
  return step.why === undefined ? line : `${line}   # ${step.why}`;
}

/** A command's line without what it is for. */
export function commandLine(
  step: NextCommand,
  words: (command: readonly string[]) => readonly string[] = (command) => command,
): string {
  const line = words(step.command).map(typedWord).join(" ");
  const written = step.into === undefined ? line : `${line} > ${typedWord(step.into)}`;
  return step.then === undefined ? written : `${written} && ${commandLine(step.then, words)}`;
}

const encoder = new TextEncoder();

/**
 * A word as it is typed in a POSIX shell: in quotes if it holds anything that a shell would read. A word with spaces only
 * is in double quotes, which the shells of Windows read too; one with characters that a terminal does not show is in
 * `$'…'`, as POSIX.1-2024 and the shells before it have it.
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

/** What an error may still hold: a text is advice that is printed as it is. */
export type AnyStep = NextStep | string;
