import { AludelError } from "../../errors.ts";
import { closest } from "../../text/closest.ts";
import { excerpt } from "../../text/layout.ts";
import { shell } from "../../text/next_step.ts";

/** The command line, split at the command's name. */
export interface CommandLine {
  /** The first word that is not a flag, if there is one. */
  readonly command: string | undefined;
  /** The words after the name, preceded by the flags before it. */
  readonly args: readonly string[];
  readonly help: boolean;
  readonly release: boolean;
}

/** Flags that are allowed before the command, as in Alembic, and whether a value follows. */
const LEADING: Readonly<Record<string, boolean>> = {
  "-c": true,
  "--config": true,
  "-d": true,
  "--database": true,
  "-q": false,
  "--quiet": false,
  "--json": false,
};

/** The same flags in their long form. */
export const LEADING_FLAGS: ReadonlySet<string> = new Set(
  Object.keys(LEADING).filter((flag) => flag.startsWith("--")),
);

/** Alembic's global flags that Aludel does not have, with the reason. */
const ALEMBIC_ONLY: Readonly<Record<string, string>> = {
  "-n": 'Settings have no sections: choose a database with "--database NAME"',
  "--name": 'Settings have no sections: choose a database with "--database NAME"',
  "-x": "There is no env.py that could read it: revisions are plain SQL",
  "--raiseerr": "Every error already says all that is known; a bug prints its stack",
};

/**
 * Finds the command among the arguments. Flags before it are moved behind it, in their long form, so that
 * a command's own letters cannot change their meaning.
 *
 * @throws AludelError `usage` for a flag that is not known before a command.
 */
export function splitCommandLine(words: readonly string[]): CommandLine {
  const args = withoutComment(words);
  const moved: string[] = [];
  let help = false;
  let release = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith("-") || arg === "-") {
      return { command: arg, args: [...moved, ...args.slice(i + 1)], help, release };
    }
    const at = arg.indexOf("=");
    const flag = at < 0 ? arg : arg.slice(0, at);
    const valued = LEADING[flag];
    if (flag === "--help" || flag === "-h") help = true;
    else if (flag === "--version" || flag === "-V") release = true;
    else if (valued === undefined) throw unknownFlag(flag);
    else if (!valued) moved.push(longForm(flag));
    else {
      const value = at < 0 ? args[++i] : arg.slice(at + 1);
      if (value === undefined) {
        throw new AludelError("usage", `A value is missing after "${flag}"`, {
          next: [shell`aludel --help`],
        });
      }
      moved.push(`${longForm(flag)}=${value}`);
    }
  }
  return { command: undefined, args: moved, help, release };
}

/**
 * Removes the comment of a pasted line, which zsh passes on: `aludel restore NAME # undo this`. A flag's value may be
 * "#".
 */
function withoutComment(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, index) => word === "#" && !words[index - 1]?.startsWith("-"));
  return at < 1 ? words : words.slice(0, at);
}

function longForm(flag: string): string {
  return flag === "-c"
    ? "--config"
    : flag === "-d"
    ? "--database"
    : flag === "-q"
    ? "--quiet"
    : flag;
}

function unknownFlag(flag: string): AludelError {
  const similar = closest(flag, [...LEADING_FLAGS, "--help", "--version"]);
  const reason = ALEMBIC_ONLY[flag] ?? (similar && `Did you mean "${similar}"?`);
  return new AludelError("usage", `Unknown flag "${excerpt(flag)}" before the command`, {
    notes: [reason ?? 'The flags of a command follow its name: "aludel history -v"'],
    next: [shell`aludel --help`],
  });
}

/** The arguments of a command in the one spelling that the parser understands. */
export interface NormalArguments {
  readonly args: readonly string[];
  /** Whether `--help` or `-h` was given. It is not in `args`. */
  readonly help: boolean;
  /** Whether `--json` was given. */
  readonly json: boolean;
}

/**
 * Normalises the spellings that Alembic accepts: `-r-3:current`, `-m"text"`, `-vi`, `--head=`.
 * `downgrade -1` and `-r -3:current` need no change, because no flag is a digit. Words after `--` are kept.
 *
 * @param args The words after the command's name.
 * @param takesValue Whether a value follows a flag, written `--name` or `-n`; undefined for a flag that the command
 *   does not have, which is passed on so that the parser reports it.
 * @param fullName The full name of an abbreviated flag `--name`; the same text if there is none.
 */
export function normaliseArguments(
  args: readonly string[],
  takesValue: (flag: string) => boolean | undefined,
  fullName: (flag: string) => string = (flag) => flag,
): NormalArguments {
  const normal: string[] = [];
  let help = false;
  let json = false;
  const valueOf = (flag: string, value: string) => {
    // The parser's `flag=value` form allows neither an empty value nor a line break.
    if (value === "" || value.includes("\n")) normal.push(flag, value);
    else normal.push(`${flag}=${value}`);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      normal.push(...args.slice(i));
      break;
    }
    if (arg.startsWith("--")) {
      const [typed, value] = splitOnce(arg, "=");
      const flag = fullName(typed);
      if (value === undefined) {
        if (flag === "--help") {
          help = true;
          continue;
        }
        json ||= flag === "--json";
        normal.push(flag);
        i = passValue(args, i, takesValue(flag), normal);
      } else if (takesValue(flag) === true) valueOf(flag, value);
      else normal.push(`${flag}=${value}`);
    } else if (/^-[A-Za-z]/.test(arg)) {
      let rest = arg.slice(1);
      while (rest !== "") {
        const flag = "-" + rest[0];
        rest = rest.slice(1);
        const valued = takesValue(flag);
        if (valued === undefined && flag === "-h") {
          help = true;
        } else if (valued === undefined) {
          normal.push(flag + rest);
          rest = "";
        } else if (valued && rest !== "") {
          valueOf(flag, rest.startsWith("=") ? rest.slice(1) : rest);
          rest = "";
        } else {
          normal.push(flag);
          if (valued) i = passValue(args, i, valued, normal);
        }
      }
    } else normal.push(arg);
  }
  return { args: normal, help, json };
}

/** Passes on the value after a flag, so that it is not taken for a flag. Returns the new index. */
function passValue(
  args: readonly string[],
  index: number,
  valued: boolean | undefined,
  normal: string[],
): number {
  const next = args[index + 1];
  // A value cannot look like a flag: in `-m --json` the message was forgotten.
  if (!valued || next === undefined || /^--?[A-Za-z]|^--$/.test(next)) return index;
  normal.push(next);
  return index + 1;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
