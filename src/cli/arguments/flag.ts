import { AludelError } from "../../errors.ts";
import { say } from "../../text/next_step.ts";

interface FlagBasics {
  /** The single letter after `-`. */
  readonly alias?: string;
  /** The description, one line in the help. */
  readonly help: string;
}

/** A flag without a value. */
export interface SwitchFlag extends FlagBasics {
  readonly kind: "switch";
}

/** A flag with a value. */
export interface TextFlag extends FlagBasics {
  readonly kind: "text";
  /** The value's name in the help: `MSG`. */
  readonly value: string;
}

/** A flag with a value that may be given several times. */
export interface ListFlag extends FlagBasics {
  readonly kind: "list";
  readonly value: string;
}

/** A flag with one of a few words as its value. */
export interface ChoiceFlag extends FlagBasics {
  readonly kind: "choice";
  readonly values: readonly string[];
}

/** A flag with a number of zero or more as its value. */
export interface NumberFlag extends FlagBasics {
  readonly kind: "number";
  readonly value: string;
}

/** A flag of any kind. */
export type Flag = SwitchFlag | TextFlag | ListFlag | ChoiceFlag | NumberFlag;

/** Flags by name in camel case: `branchLabel` is typed as `--branch-label`. */
export type Flags = Readonly<Record<string, Flag>>;

/** The value of a flag. If it was not given, a list is empty and any other is undefined. */
export type FlagValue<F extends Flag> = F extends SwitchFlag ? boolean
  : F extends ListFlag ? readonly string[]
  : F extends ChoiceFlag ? F["values"][number] | undefined
  : F extends NumberFlag ? number | undefined
  : string | undefined;

/** The values of all flags of a command, by name. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: FlagValue<F[K]> };

/**
 * The flags of every command. If a command uses the same letter, its own flag gets it: `current -c` is `--check-heads`.
 */
export const SHARED_FLAGS = {
  config: {
    kind: "text",
    alias: "c",
    value: "FILE",
    help: "settings file, or its folder (default: aludel.json here or in a folder above)",
  },
  json: { kind: "switch", help: "print one JSON document instead of text" },
  quiet: { kind: "switch", alias: "q", help: "print results and errors only" },
} as const satisfies Flags;

/** The flags of commands that read or write a database, and wait for others that write it. */
export const DATABASE_FLAG = {
  database: {
    kind: "text",
    alias: "d",
    value: "TARGET",
    help: "database: a name from the settings, a path or a URL",
  },
  lockTimeout: {
    kind: "number",
    value: "SECONDS",
    help: "how long to wait for another process (default: 60)",
  },
} as const satisfies Flags;

/** The flags of commands that undo a draft before they change it. */
export const UNDO_FLAGS = {
  ...DATABASE_FLAG,
  fromDisk: { kind: "switch", help: "undo with the down.sql on disk instead of the stored one" },
  restorePoints: {
    kind: "choice",
    values: ["hazard", "always", "never"],
    help: "when to copy the database before the undoing (default: hazard)",
  },
  resume: {
    kind: "choice",
    values: ["again", "skip"],
    help: "after an interrupted transaction=off script: run its statement again, or skip it",
  },
} as const satisfies Flags;

/** Formats `branchLabel` as it is typed: `--branch-label`. */
export function longName(name: string): string {
  return "--" + name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}

/** Whether a value follows a flag. */
export function takesValue(flag: Flag): boolean {
  return flag.kind !== "switch";
}

/** The command's flags, then the shared ones without the letters that the command uses. */
export function allFlags(own: Flags): Flags {
  const taken = new Set(Object.values(own).map((flag) => flag.alias));
  const shared = Object.entries(SHARED_FLAGS).map(([name, flag]: [string, Flag]) => {
    const { alias, ...rest } = flag;
    return [name, alias === undefined || taken.has(alias) ? rest : flag] as const;
  });
  return { ...own, ...Object.fromEntries(shared) };
}

/**
 * Refuses two of the flags that replace the run.
 * @throws {AludelError} `usage`.
 */
export function refuseSeveralModes(flags: {
  readonly sql: boolean;
  readonly dryRun: boolean;
  readonly rehearse?: boolean;
  readonly rehearseKeep?: string | undefined;
}): void {
  const [one, other] = [
    ...(flags.dryRun ? ["--dry-run"] : []),
    ...(flags.sql ? ["--sql"] : []),
    ...(flags.rehearse ? ["--rehearse"] : []),
    ...(flags.rehearseKeep !== undefined && !flags.rehearse ? ["--rehearse-keep"] : []),
  ];
  if (one === undefined || other === undefined) return;
  throw new AludelError("usage", `"${one}" and "${other}" exclude each other`, {
    next: [
      say(
        "Leave one of them out: --dry-run prints the route, --sql the statements, and --rehearse runs them on a copy",
      ),
    ],
  });
}

/** The flag of commands that can look for drift. */
export const DRIFT_FLAG = {
  drift: {
    kind: "switch",
    help: "also compare the database's schema with the one its revisions lead to",
  },
} as const;
