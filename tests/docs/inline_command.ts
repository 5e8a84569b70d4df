import { COMMANDS } from "../../src/cli/commands.ts";
import { allFlags, longName, takesValue } from "../../src/cli/arguments/flag.ts";

/** A command line of Aludel in running text. */
export interface InlineCommand {
  /** As it is written. */
  readonly written: string;
  /** The words to type after `aludel`. */
  readonly args: readonly string[];
}

/** The code spans of a text, without those of its blocks, each with its line. */
export function codeSpans(markdown: string): { readonly span: string; readonly line: number }[] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ""));
  return Array.from(prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g), ({ 1: span = "", index }) => ({
    span: span.replace(/\s+/g, " "),
    line: prose.slice(0, index).split("\n").length,
  }));
}

/** Whether the span is a command line of Aludel: it says so, or begins with a command and has a flag. */
export function isInlineCommand(span: string): boolean {
  if (/^aludel [^\d]/.test(span)) return true;
  return /^[a-z]+ (?:[a-z]+ )?.*(?<!\S)--?[a-z]/.test(span) && commandOf(span.split(" ")) !== "";
}

/**
 * What to type to see whether the command line is understood. A command that is only named gets the arguments that
 * it needs, a revision its message, a flag at the end its value; COMMAND stands for any, and what follows a pipe is the
 * shell's.
 */
export async function inlineCommand(written: string): Promise<InlineCommand> {
  const text = written.replace(/^aludel /, "").replace(/ [|>#] .*/, "").replace(" [OPTIONS]", "");
  const args = Array.from(
    text.matchAll(/"([^"]*)"|\S+/g),
    ([word, quoted]) => quoted ?? (word === "COMMAND" ? "history" : word),
  );
  const name = commandOf(args);
  if (name === "") return { written, args };
  const { command } = await COMMANDS[name]!.load();
  const last = Object.entries(allFlags(command.flags)).find(([key, flag]) =>
    takesValue(flag) && [longName(key), `-${flag.alias}`].includes(args.at(-1)!)
  );
  const needed = command.positional.filter(({ optional }) => !optional)
    .map(({ name }) => name === "FORMAT" ? "sql" : "head");
  const [flag, value] = NEEDED_FLAGS[name] ?? [];
  // dev watches for as long as it is left alone.
  if (name === "dev" && !args.includes("--stop") && !args.includes("--once")) args.push("--once");
  const unsaid = flag === undefined || args.includes(flag) ? [] : [flag, value!];
  const missing = args.join(" ") === name ? [...needed, ...unsaid] : unsaid;
  return { written, args: [...args, ...(last === undefined ? [] : ["app.db"]), ...missing] };
}

/** Flags that a command needs. */
const NEEDED_FLAGS: Readonly<Record<string, readonly [flag: string, value: string]>> = {
  revision: ["-m", "MSG"],
  export: ["--out", "exported"],
  rebase: ["--onto", "base"],
};

/** The command that the words begin with, "" where they begin with none. */
export function commandOf(words: readonly string[]): string {
  const [first = "", second] = words;
  return [`${first} ${second}`, first].find((name) => Object.hasOwn(COMMANDS, name)) ?? "";
}
