import type { Row } from "../db/connection.ts";
import { type NextStep, shell } from "../text/next_step.ts";

/** A folder of another tool's project. Paths are relative to it, with `/`. */
export interface ForeignFolder {
  /** A file's text with its line ends as they are; null if there is no such file. */
  read(path: string): string | null;
  /** The names in a folder, sorted; empty if there is no such folder. The folder itself is `""`. */
  list(path: string): readonly ForeignEntry[];
}

/** One name in a {@linkcode ForeignFolder}. */
export interface ForeignEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** The SQL of one direction of a foreign migration. */
export interface ForeignScript {
  /** The file for messages. */
  readonly file: string;
  /** Without the tool's own markers; comments stay. Each line has the number that it has in the file, if it can. */
  readonly text: string;
  /** Whether the tool runs it in a transaction. */
  readonly transaction: boolean;
}

/** One migration as another tool sees it. */
export interface ForeignRevision {
  /** What the tool's records call it, and unique among the files: `20240101120000`, `0001_users.sql`. */
  readonly key: string;
  /** A readable name: `create users`. */
  readonly message: string;
  /** The keys of the migrations that come directly before it. */
  readonly parents: readonly string[];
  /** The keys of others that must be applied before it; left out if there are none. */
  readonly dependsOn?: readonly string[];
  /** Its names for a branch; left out if there are none. */
  readonly labels?: readonly string[];
  /** Earlier ones that it stands for: a database that has all of them has it. */
  readonly replaces?: readonly string[];
  /** UTC to the second; null if the tool does not say. */
  readonly created: string | null;
  /** The time in the tool's own records, in milliseconds, if it tells what is applied by time alone. */
  readonly recordedTime?: number;
  readonly up: ForeignScript;
  /** null if the tool has no way back for it. */
  readonly down: ForeignScript | null;
  /** Why there is no down, if it is not for want of one in the tool. */
  readonly noDown?: string;
  /**
   * The checksums that the tool would record for the file as it is now, in the tool's own notation. Several if
   * releases of the tool differ; empty if it records none.
   */
  readonly checksums: readonly string[];
}

/** The migrations of a project that another tool manages. */
export interface ForeignHistory {
  /** In the order in which the tool runs them. */
  readonly revisions: readonly ForeignRevision[];
  /** Facts that a person should know: files that were passed over, settings that were not understood. */
  readonly notices: readonly string[];
  /**
   * Whether the SQL was made by us from what each migration did, so that the tool's files say nothing of it. What an
   * earlier import made is then left as it is.
   */
  readonly isMade?: boolean;
}

/** What the database says that the tool has applied. */
export interface ForeignState {
  /** The name of the tool's table. */
  readonly table: string;
  readonly applied: readonly ForeignRecord[];
  /** Why the state cannot be taken over: a migration that failed half-way. */
  readonly fault: string | null;
}

/** One record of the tool's table. */
export interface ForeignRecord {
  readonly key: string;
  /** The checksum that was recorded; null if there is none. */
  readonly checksum: string | null;
}

/** Runs one query on the database. It fails if the table does not exist. */
export type ForeignQuery = (sql: string) => Promise<readonly Row[]>;

/** Where a tool's files were found. */
export interface ForeignPlace {
  /** The folder with the migrations, relative to the project. */
  readonly folder: string;
  /** The tool's table in the database, without quotes. */
  readonly table: string;
}

/** What is known of another tool besides its files. */
export interface ForeignRecords {
  /** The word on the command line: `golang-migrate`. */
  readonly name: string;
  /** For sentences: `Drizzle Kit`. */
  readonly title: string;
  /** The table of its records if nothing says otherwise. */
  readonly table: string;
  /** The command that applies what is pending. */
  readonly apply: string;
  /** What the tool does if a file that was applied has changed. `ignores` also holds if it keeps no checksums. */
  readonly onEdit: "refuses" | "ignores";
  /** Reads the tool's records, oldest first. Throws as `query` does if the table is not there. */
  state(query: ForeignQuery, place: ForeignPlace, history: ForeignHistory): Promise<ForeignState>;
}

/** How another tool keeps its migrations as SQL files. */
export interface ForeignTool extends ForeignRecords {
  /** Looks for the tool's files in a project. @returns Every place that fits, the likeliest first. */
  find(project: ForeignFolder): readonly ForeignPlace[];
  /**
   * Reads the migrations.
   * @throws {ForeignFault} A file that the tool itself would refuse, or that needs more than SQL.
   */
  read(project: ForeignFolder, place: ForeignPlace): ForeignHistory;
}

/** A tool, and where its files are. */
export interface FoundTool<Tool extends ForeignRecords = ForeignRecords> {
  readonly tool: Tool;
  readonly place: ForeignPlace;
}

/** A foreign file that cannot be taken over as it is. The caller turns it into an AludelError. */
export class ForeignFault extends Error {
  override readonly name = "ForeignFault";

  /**
   * @param file The file, relative to the project.
   * @param fact A sentence without a period.
   * @param cure What to do about it.
   */
  constructor(readonly file: string, readonly fact: string, readonly cure: NextStep) {
    super(`${file}: ${fact}`);
  }
}

/** The way in for a project whose migrations are not SQL. */
export const BASELINE: NextStep =
  shell`aludel import --baseline # take over the schema alone, as one revision`;

/** Joins the parts of a path inside a {@linkcode ForeignFolder}. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

/** Reads a file that was listed a moment ago. @throws {ForeignFault} */
export function readListed(project: ForeignFolder, path: string): string {
  const text = project.read(path);
  if (text !== null) return text;
  throw new ForeignFault(path, "The file is missing or cannot be read", shell`ls -l ${path}`);
}

/** `20240131120000` as `2024-01-31T12:00:00Z`; null if the digits are no time. */
export function timeOfDigits(digits: string): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(digits);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, -1))
    ? text
    : null;
}

/** A file's own words as a message: `create_users_table` becomes `create users table`. */
export function messageOf(slug: string): string {
  return slug.replace(/[_-]+/g, " ").trim();
}

/** Gives each revision the one before it as its parent: most tools know no branches. */
export function inLine(
  revisions: readonly Omit<ForeignRevision, "parents">[],
): readonly ForeignRevision[] {
  return revisions.map((revision, index) => {
    const before = revisions[index - 1];
    return { ...revision, parents: before === undefined ? [] : [before.key] };
  });
}

/**
 * Whether the `Cargo.toml` of a folder, or of one above it, names a package: the names of migration files alone fit several
 * tools.
 */
export function isCrateWith(project: ForeignFolder, folder: string, name: string): boolean {
  const word = new RegExp(`^\\s*(?:"?${name}(?:[-_]\\w+)?"?\\s*[=.]|\\[.*\\.${name}\\])`, "m");
  const parts = folder === "" ? [] : folder.split("/");
  return [...parts, ""].some((_, index) =>
    word.test(project.read(joinPath(...parts.slice(0, parts.length - index), "Cargo.toml")) ?? "")
  );
}

/** A text with its own line ends, and as checkouts on other systems may have it. */
export function withAnyLineEnds(text: string): readonly string[] {
  const unix = text.replaceAll("\r\n", "\n");
  return [...new Set([text, unix, unix.replaceAll("\n", "\r\n")])];
}

/** A part of a file with as many empty lines before it as lines are before it in the file. */
export function atItsLine(text: string, start: number, end: number | undefined): string {
  return text.slice(0, start).replace(/[^\n]+/g, "") + text.slice(start, end).trimEnd() + "\n";
}

/** Orders runs of digits by their value, whatever their length: `9` before `10`. */
export function compareNumbers(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether a folder has revisions of Aludel's. Files of another tool may be beside them. */
export function hasRevisions(project: ForeignFolder, folder: string): boolean {
  return /^\s*\{\s*"format"/.test(project.read(joinPath(folder, "manifest.json")) ?? "");
}

/**
 * The folders of a project that may hold another tool's migrations, itself first: not deeper than three, none that is
 * hidden, and none of a revision of Aludel's.
 */
export function* foldersOf(project: ForeignFolder, below = "", depth = 3): Generator<string> {
  yield below;
  if (depth === 0 || hasRevisions(project, below)) return;
  for (const { name, isFolder } of project.list(below)) {
    if (isFolder && !name.startsWith(".") && !PASSED_OVER.has(name)) {
      yield* foldersOf(project, joinPath(below, name), depth - 1);
    }
  }
}

const PASSED_OVER: ReadonlySet<string> = new Set([
  "build",
  "dist",
  "node_modules",
  "target",
  "vendor",
  "venv",
]);
