/** Migrations that are programs: only their tool can run them, one step after the other. */
import { AludelError } from "../../errors.ts";
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
  /** What the tool calls it, on its command line and in its records. */
  readonly rev: string;
  readonly message: string;
  /** The steps that it follows; null if the tool has them in one line. */
  readonly parents: readonly string[] | null;
  /** Steps that must come before it besides. */
  readonly dependsOn: readonly string[];
  readonly labels: readonly string[];
  /** UTC to the second; null if the tool does not say. */
  readonly created: string | null;
  /** The file for messages; null if it is not known. */
  readonly file: string | null;
  /** Earlier steps that it stands for: a database that has all of them has it. */
  readonly replaces: readonly string[];
}

/** A program to run in the tool's folder. */
export interface ToolCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** What to call it in messages. */
  readonly name: string;
  /** Besides what leads its connections to the scratch file. */
  readonly env?: Readonly<Record<string, string>>;
  readonly rawArguments?: boolean;
}

/** How the steps of one project are listed and taken. */
export interface StepCommands {
  /** Prints the steps; null if the files alone tell. */
  readonly list: ToolCommand | null;
  /** @param printed What the command wrote to stdout; empty if there is none. */
  read(printed: string, project: ForeignFolder): readonly Step[];
  /** Takes a database to a step. @param scratch The scratch file. */
  run(rev: string, scratch: string): ToolCommand;
  /** Whether {@linkcode run} takes that step alone, and not what comes before it. */
  readonly takesOne: boolean;
}

/** A tool whose migrations are programs. */
export interface StepTool extends ForeignRecords {
  /** Looks for the tool's settings. @returns The folders that hold them, the likeliest first. */
  find(project: ForeignFolder): readonly ForeignPlace[];
  /**
   * @param root The absolute path of the place.
   * @throws {AludelError} `import-tool` if the tool is not installed.
   */
  commands(root: string, place: ForeignPlace): StepCommands;
}

/** A step with nothing but its name, which often says what it does: `0001_create_users.js`. */
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
 * The steps that a program printed: a line of JSON for each with `rev`, and `message`, `parents`, `dependsOn`, `labels`,
 * `created`, `file`, `replaces` as far as it knows them; or a line of text, whose first word is the name. Lines of text
 * beside lines of JSON are the program's talk.
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
  return Number.isNaN(time) ? null : new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * Steps in an order in which each comes after those that it needs, and the early ones as early as that allows. So a second
 * import adds to the line of the first, and what a database has is not behind what it lacks.
 *
 * @param early Tells early steps, the earliest first.
 * @throws {AludelError} `import-replay` for a step that needs one that is not there, or itself.
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

/** The records of a tool that keeps a row for each step. @param column The column with its name. */
export function stateOfRows(column: string): ForeignRecords["state"] {
  return async (query: ForeignQuery, { table }: ForeignPlace) => {
    const rows = await query(`SELECT "${column}" AS rev FROM "${table.replaceAll('"', '""')}"`);
    return recorded(table, rows.map(({ rev }) => String(rev)));
  };
}

/** What counts as applied if some steps are recorded: all that come before them, too. */
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

/** A state without a fault. */
export function recorded(table: string, keys: readonly string[]): ForeignState {
  return { table, applied: keys.map((key) => ({ key, checksum: null })), fault: null };
}
