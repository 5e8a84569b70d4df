/** Migrations that are programs. Only their tool can run them, one step after the other. */
import { AludelError } from "../../errors.ts";
import { quoteName } from "../../sql/identifier.ts";
import { toSecond } from "../../text/layout.ts";
import { say, shell } from "../../text/next_step.ts";
import {
  type ForeignFolder,
  type ForeignHistory,
  type ForeignPlace,
  type ForeignQuery,
  type ForeignRecords,
  type ForeignState,
  messageOf,
  timeOfDigits,
} from "../foreign.ts";

/** One migration of such a tool. */
export interface Step {
  /** Its name on the tool's command line and in the tool's records. */
  readonly rev: string;
  readonly message: string;
  /** The steps that it follows; null if the tool runs all steps in one line. */
  readonly parents: readonly string[] | null;
  /** Other steps that must come before it. */
  readonly dependsOn: readonly string[];
  readonly labels: readonly string[];
  /** UTC to the second; null if the tool does not say. */
  readonly created: string | null;
  /** The file for messages; null if it is unknown. */
  readonly file: string | null;
  /** Earlier steps that it replaces: if a database has all of them, it has this one. */
  readonly replaces: readonly string[];
}

/** A program to run in the tool's folder. */
export interface ToolCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** The name for messages. */
  readonly name: string;
  /** Environment variables, besides those that redirect its connections. */
  readonly env?: Readonly<Record<string, string>>;
  readonly rawArguments?: boolean;
}

/** The commands that list and take the steps of one project. */
export interface StepCommands {
  /** The command that prints the steps; null if the files are enough. */
  readonly list: ToolCommand | null;
  /** Reads the steps. @param printed The output of the command; empty if there is no command. */
  read(printed: string, project: ForeignFolder): readonly Step[];
  /** The command that brings a database to a step. @param scratch The path of the scratch file. */
  run(rev: string, scratch: string): ToolCommand;
  /** Whether {@linkcode run} takes only that step, and not the steps before it. */
  readonly takesOne: boolean;
}

/** A tool whose migrations are programs. */
export interface StepTool extends ForeignRecords {
  /** Looks for the tool's settings. @returns The folders that have them, the most probable first. */
  find(project: ForeignFolder): readonly ForeignPlace[];
  /**
   * Makes the commands for a project.
   * @param root The absolute path of the place.
   * @throws {AludelError} `import-tool` if the tool is not installed.
   */
  commands(root: string, place: ForeignPlace): StepCommands;
}

/** Makes a step from its name. The default of the message comes from the name: `0001_create_users.js`. */
export function plainStep(rev: string, message = ""): Step {
  const digits = /^(\d{14})(?=\D|$)/.exec(rev)?.[1];
  return {
    rev,
    message: message || messageOf(rev.replace(/\.[cm]?[jt]s$/, "").replace(/^[\d.]+[_-]/, "")),
    parents: null,
    dependsOn: [],
    labels: [],
    created: digits === undefined ? null : timeOfDigits(digits),
    file: null,
    replaces: [],
  };
}

/**
 * Reads the steps that a program printed, one per line: either a JSON object with `rev` and, if known, `message`,
 * `parents`, `dependsOn`, `labels`, `created`, `file` and `replaces`; or text whose first word is the name. If there
 * are lines of JSON, other lines are ignored.
 * @throws {AludelError} `import-replay` if a line of JSON cannot be read.
 */
export function readSteps(printed: string): readonly Step[] {
  const lines = printed.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  const objects = lines.filter((line) => line.startsWith("{"));
  if (objects.length === 0) {
    return lines.map((line) => {
      const [rev = "", ...words] = line.split(/\s+/);
      return plainStep(rev, words.join(" "));
    });
  }
  return objects.map((line) => {
    const value = parseLine(line);
    const rev = String(value["rev"] ?? "");
    if (rev === "") throw unreadable(line);
    const plain = plainStep(rev, String(value["message"] ?? ""));
    const created = value["created"];
    return {
      ...plain,
      parents: "parents" in value ? texts(value["parents"]) : null,
      dependsOn: texts(value["dependsOn"]),
      labels: texts(value["labels"]),
      created: typeof created === "string" ? timeOf(created) : plain.created,
      file: typeof value["file"] === "string" ? value["file"] : null,
      replaces: texts(value["replaces"]),
    };
  });
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line);
  } catch {
    throw unreadable(line);
  }
}

function unreadable(line: string): AludelError {
  return new AludelError("import-replay", "A line of the steps cannot be read", {
    notes: [line.slice(0, 200)],
    outcome: "Nothing was written",
    next: [say('Print one step a line: its name, or JSON such as {"rev": "3f9c", "message": "…"}')],
  });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function timeOf(text: string): string | null {
  const time = Date.parse(/Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
  return Number.isNaN(time) ? null : toSecond(new Date(time));
}

/**
 * Orders steps so that each one comes after those that it needs, and early steps come as early as possible. So a second
 * import extends the line of the first, and applied steps come before others.
 *
 * @param early Tests for early steps, the earliest first.
 * @throws {AludelError} `import-replay` if a step needs one that does not exist, or itself.
 */
export function orderSteps(
  steps: readonly Step[],
  early: readonly ((rev: string) => boolean)[],
): readonly Step[] {
  const byRev = new Map(steps.map((step) => [step.rev, step]));
  const ordered = new Map<string, Step>();
  const open = new Set<string>();
  const visit = (step: Step) => {
    if (ordered.has(step.rev)) return;
    if (open.has(step.rev)) throw impossible(step, step.rev);
    open.add(step.rev);
    for (const rev of [...step.parents ?? [], ...step.dependsOn]) {
      const before = byRev.get(rev);
      if (before === undefined) throw impossible(step, rev);
      visit(before);
    }
    ordered.set(step.rev, step);
  };
  for (const isEarly of early) for (const step of steps) if (isEarly(step.rev)) visit(step);
  for (const step of steps) visit(step);
  return [...ordered.values()];
}

function impossible({ rev }: Step, other: string): AludelError {
  return new AludelError(
    "import-replay",
    rev === other
      ? `Step "${rev}" follows itself`
      : `Step "${rev}" follows "${other}", which is not there`,
    { outcome: "Nothing was written", next: [shell`aludel import --baseline`] },
  );
}

/**
 * Returns a reader for the records of a tool with a row for each step.
 * @param column The column with the step's name.
 */
export function stateOfRows(column: string): ForeignRecords["state"] {
  return async (query: ForeignQuery, { table }: ForeignPlace) => {
    const rows = await query(`SELECT "${column}" AS rev FROM ${quoteName(table)}`);
    return recorded(table, rows.map(({ rev }) => String(rev)));
  };
}

/** Adds to the recorded steps all steps before them, for a tool that records only the last ones. */
export function withAncestors(
  { revisions }: ForeignHistory,
  keys: readonly string[],
): readonly string[] {
  const byKey = new Map(revisions.map((revision) => [revision.key, revision]));
  const found = new Set<string>();
  const visit = (key: string) => {
    if (found.has(key)) return;
    found.add(key);
    const revision = byKey.get(key);
    for (const before of [...revision?.parents ?? [], ...revision?.dependsOn ?? []]) visit(before);
  };
  for (const key of keys) visit(key);
  return [
    ...revisions.map(({ key }) => key).filter((key) => found.has(key)),
    ...[...found].filter((key) => !byKey.has(key)),
  ];
}

/** Makes a state without a fault. @param keys The applied steps. */
export function recorded(table: string, keys: readonly string[]): ForeignState {
  return { table, applied: keys.map((key) => ({ key, checksum: null })), fault: null };
}
