import { AludelError } from "../errors.ts";
import { closest } from "../text/closest.ts";
import { excerpt } from "../text/excerpt.ts";

/** The command line, split where the command's name is. */
export interface CommandLine {
  /** The first word that is no flag; undefined where there is none. */
  readonly command: string | undefined;
  /** What follows the name, after the flags that stood before it. */
  readonly args: readonly string[];
  readonly help: boolean;
  readonly release: boolean;
}

/** Flags that may stand before the command, as in Alembic, with whether a value follows. */
const LEADING: Readonly<Record<string, boolean>> = {
  "-c": true,
  "--config": true,
  "-d": true,
  "--database": true,
  "-q": false,
  "--quiet": false,
  "--json": false,
};

/** The same as they are typed in full. */
export const LEADING_FLAGS: ReadonlySet<string> = new Set(
  Object.keys(LEADING).filter((flag) => flag.startsWith("--")),
);

/** Alembic's global flags that have no meaning here, with the reason. */
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
export function splitCommandLine(args: readonly string[]): CommandLine {
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
          next: ["aludel --help"],
        });
      }
      moved.push(`${longForm(flag)}=${value}`);
    }
  }
  return { command: undefined, args: moved, help, release };
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
    next: ["aludel --help"],
  });
}
