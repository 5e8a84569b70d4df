import type { Row } from "../db/connection.ts";
import { type NextStep, shell } from "../text/next_step.ts";

/** The folder of another tool's project. Paths are relative to it, with `/`. */
export interface ForeignFolder {
  /** A file's text with its own line ends; null if there is no such file. */
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
  /** The SQL without the tool's markers, but with comments. If possible, lines have the same numbers as in the file. */
  readonly text: string;
  /** Whether the tool runs it in a transaction. */
  readonly transaction: boolean;
}

/** A migration of another tool. */
export interface ForeignRevision {
  /** The unique name in the tool's records: `20240101120000`, `0001_users.sql`. */
  readonly key: string;
  /** A readable name: `create users`. */
  readonly message: string;
  /** The keys of its direct predecessors. */
  readonly parents: readonly string[];
  /** The keys of others that must be applied before it, if there are any. */
  readonly dependsOn?: readonly string[];
  /** Its branch labels, if there are any. */
  readonly labels?: readonly string[];
  /** Earlier migrations that it replaces: if a database has all of them, it has this one. */
  readonly replaces?: readonly string[];
  /** UTC to the second; null if the tool does not say. */
  readonly created: string | null;
  /** The time in the tool's records, in milliseconds, if these identify migrations by time only. */
  readonly recordedTime?: number;
  readonly up: ForeignScript;
  /** null if the tool cannot undo it. */
  readonly down: ForeignScript | null;
  /** Why there is no down, if the tool has one. */
  readonly noDown?: string;
  /**
   * The checksums that releases of the tool would record for the present file, in the tool's own notation; empty if it
   * records none.
   */
  readonly checksums: readonly string[];
}

/** The migrations of a project that another tool manages. */
export interface ForeignHistory {
  /** In the order in which the tool runs them. */
  readonly revisions: readonly ForeignRevision[];
  /** What the user should know: ignored files, settings that were not understood. */
  readonly notices: readonly string[];
  /**
   * Whether the SQL was made from the effects of each migration, and is not in the tool's files. Revisions of an
   * earlier import are then not compared with it.
   */
  readonly isMade?: boolean;
}

/** The tool's records in the database. */
export interface ForeignState {
  /** The name of the tool's table. */
  readonly table: string;
  readonly applied: readonly ForeignRecord[];
  /** Why the state cannot be taken over, such as a migration that failed half-way. */
  readonly fault: string | null;
}

/** One record of the tool's table. */
export interface ForeignRecord {
  readonly key: string;
  /** The recorded checksum; null if there is none. */
  readonly checksum: string | null;
}

/** Records without checksums, from the rows of a tool's table. @param column The column with the key. */
export function recordsOf(rows: readonly Row[], column: string): readonly ForeignRecord[] {
  return rows.map((row) => ({ key: String(row[column]), checksum: null }));
}

/** Runs one query on the database. It fails if the table does not exist. */
export type ForeignQuery = (sql: string) => Promise<readonly Row[]>;

/** The place of a tool's files and records. */
export interface ForeignPlace {
  /** The folder with the migrations, relative to the project. */
  readonly folder: string;
  /** The tool's table in the database, without quotes. */
  readonly table: string;
}

/** Another tool, without its files. */
export interface ForeignRecords {
  /** The name on the command line: `golang-migrate`. */
  readonly name: string;
  /** For sentences: `Drizzle Kit`. */
  readonly title: string;
  /** The default table of its records. */
  readonly table: string;
  /** The command that applies pending migrations. */
  readonly apply: string;
  /** What the tool does if an applied file has changed: `ignores` also if it records no checksums. */
  readonly onEdit: "refuses" | "ignores";
  /** Reads the tool's records, oldest first. Throws like `query` if the table does not exist. */
  state(query: ForeignQuery, place: ForeignPlace, history: ForeignHistory): Promise<ForeignState>;
}

/** Another tool, whose migrations are SQL files. */
export interface ForeignTool extends ForeignRecords {
  /** Looks for the tool's files in a project. @returns Every matching place, the most probable first. */
  find(project: ForeignFolder): readonly ForeignPlace[];
  /**
   * Reads the migrations.
   * @throws {ForeignFault} The tool itself would refuse a file, or a file needs more than SQL.
   */
  read(project: ForeignFolder, place: ForeignPlace): ForeignHistory;
}

/** A tool, and the place of its files. */
export interface FoundTool<Tool extends ForeignRecords = ForeignRecords> {
  readonly tool: Tool;
  readonly place: ForeignPlace;
}

/** The error for a foreign file that cannot be taken over. The caller turns it into an AludelError. */
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

/** The step for a project whose migrations are not SQL. */
export const BASELINE: NextStep =
  shell`aludel import --baseline # take over the schema alone, as one revision`;

/** Joins the parts of a path inside a {@linkcode ForeignFolder}. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

/** Reads a file that was listed before. @throws {ForeignFault} It is missing. */
export function readListed(project: ForeignFolder, path: string): string {
  const text = project.read(path);
  if (text !== null) return text;
  throw new ForeignFault(path, "The file is missing or cannot be read", shell`ls -l ${path}`);
}

/** `20240131120000` as `2024-01-31T12:00:00Z`; null if the digits are not a time. */
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

/** The words of a file's name as a message: `create_users_table` becomes `create users table`. */
export function messageOf(slug: string): string {
  return slug.replace(/[_-]+/g, " ").trim();
}

/** Makes each revision the parent of the next one: most tools have no branches. */
export function inLine(
  revisions: readonly Omit<ForeignRevision, "parents">[],
): readonly ForeignRevision[] {
  return revisions.map((revision, index) => {
    const before = revisions[index - 1];
    return { ...revision, parents: before === undefined ? [] : [before.key] };
  });
}

/**
 * Whether the `Cargo.toml` of a folder, or of a folder above it, names a package: the file names alone match several
 * tools.
 */
export function isCrateWith(project: ForeignFolder, folder: string, name: string): boolean {
  const word = new RegExp(`^\\s*(?:"?${name}(?:[-_]\\w+)?"?\\s*[=.]|\\[.*\\.${name}\\])`, "m");
  const parts = folder === "" ? [] : folder.split("/");
  return [...parts, ""].some((_, index) =>
    word.test(project.read(joinPath(...parts.slice(0, parts.length - index), "Cargo.toml")) ?? "")
  );
}

/** A text with its own line ends, and with those of other systems. */
export function withAnyLineEnds(text: string): readonly string[] {
  const unix = text.replaceAll("\r\n", "\n");
  return [...new Set([text, unix, unix.replaceAll("\n", "\r\n")])];
}

/** A part of a file, after empty lines instead of the text before it, so that its lines keep their numbers. */
export function atItsLine(text: string, start: number, end: number | undefined): string {
  return text.slice(0, start).replace(/[^\n]+/g, "") + text.slice(start, end).trimEnd() + "\n";
}

/** Compares texts of digits by value: `9` comes before `10`. */
export function compareNumbers(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether a folder has revisions of Aludel. It may also have files of another tool. */
export function hasRevisions(project: ForeignFolder, folder: string): boolean {
  return /^\s*\{\s*"format"/.test(project.read(joinPath(folder, "manifest.json")) ?? "");
}

/**
 * The folders of a project that may contain migrations of another tool, itself first: up to a depth of three, without
 * hidden folders and folders of Aludel's revisions.
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
