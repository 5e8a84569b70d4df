import { type FolderEntry, host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { TextHash } from "../../manifest/manifest.ts";
import { shell } from "../../text/next_step.ts";
import { oneLine, visible } from "../../text/visible.ts";
import type { CopySession } from "./copy_session.ts";
import { realPath } from "./database_files.ts";

/** What made a restore point: a run that loses something, `backup`, or `restore`, which keeps the old content. */
export type RestorePointKind = "run" | "backup" | "restore";

/** A state of a database that can be restored, as described by `point.json` in its folder. */
export interface RestorePoint {
  /** The name of its folder: `2026-11-23_101500`. */
  readonly name: string;
  readonly kind: RestorePointKind;
  /** `database`: a copy of the database. `rows`: only the rows that a run has deleted or changed. */
  readonly holds: "database" | "rows";
  /** Increases with each restore point of the database, so that the order does not depend on the clock. */
  readonly sequence: number;
  /** UTC to the second. */
  readonly created: string;
  readonly reason: string;
  /** The name of its file: for a copy, that of the database. */
  readonly file: string;
  /** The heads of the database, with their lineages; empty if there are no records. */
  readonly heads: readonly { readonly id: RevisionId; readonly lineage: TextHash }[];
  readonly bytes: number;
  /** The hash of the file, in hex. */
  readonly sha256: string;
  /** The database's permissions; null if the system has none. */
  readonly mode: number | null;
  /** Such as `aludel 0.1.0`. */
  readonly madeBy: string;
}

/** The name of the file that describes a restore point. */
export const POINT_FILE = "point.json";

/** The prefix of folders that are being made or removed. */
export const WORK_PREFIX = ".work-";

/** The format of each kind of content: an older Aludel must not read rows as a copy of the database. */
const FORMATS = { database: 1, rows: 2 } as const;

const DIGEST = /^[0-9a-f]{64}$/;
/** Aludel names the folders. A file has the name of its database, which may be any. */
const FOLDER_NAME = /^[\w-]+$/;
const FILE_NAME = host.os === "windows" ? /^[^/\\]+$/ : /^[^/]+$/;

/** The text of `point.json`. */
export function formatRestorePoint(point: RestorePoint): string {
  return `${JSON.stringify({ format: FORMATS[point.holds], ...point }, null, 2)}\n`;
}

/**
 * Reads the text of `point.json`; undefined if this Aludel cannot use it. Other programs may have written it: its names
 * must be inside the folder, and its texts may contain anything.
 */
export function parseRestorePoint(text: string): RestorePoint | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  // Older restore points lack these two. They are copies, and precede all others.
  const { format, holds = "database", sequence = 0, ...rest } = value as Readonly<
    Record<string, unknown>
  >;
  const point = { holds, sequence, ...rest } as unknown as RestorePoint;
  const isPoint = (holds === "database" || holds === "rows") && format === FORMATS[holds] &&
    isText(point.name) && FOLDER_NAME.test(point.name) &&
    isText(point.file) && FILE_NAME.test(point.file) && !/^\.\.?$|\0/.test(point.file) &&
    [point.created, point.reason, point.madeBy].every(isText) &&
    ["run", "backup", "restore"].includes(point.kind) &&
    isCount(point.sequence) && isCount(point.bytes) &&
    Array.isArray(point.heads) &&
    point.heads.every((head) => isText(head?.id) && isText(head?.lineage)) &&
    (point.mode === null || isCount(point.mode)) &&
    isText(point.sha256) && DIGEST.test(point.sha256);
  return isPoint ? point : undefined;
}

/** A text of `point.json` for a person: on one line, without control characters. `--json` has it unchanged. */
export function plainText(text: string): string {
  return oneLine(visible(text));
}

/** The heads for a person; `base` if there are none. */
export function headsText(heads: RestorePoint["heads"]): string {
  return heads.map(({ id }) => plainText(id)).join(", ") || "base";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The folder of a database's restore points. */
export interface RestoreFolder {
  readonly path: string;
  /** Oldest first. */
  readonly points: readonly RestorePoint[];
  /** Other names in the folder, including damaged restore points. */
  readonly others: readonly string[];
}

/** The path of the folder of a database's restore points. It is beside the real file, also if the path is a link. */
export function restoreFolderOf(database: string): string {
  return `${realPath(database)}.restore`;
}

/** Lists the restore points of a database, without opening their copies. */
export function readRestoreFolder(database: string): RestoreFolder {
  return readPointsIn(restoreFolderOf(database));
}

/** {@linkcode readRestoreFolder} by the path of the folder. @throws {AludelError} `restore-folder-taken`. */
export function readPointsIn(path: string): RestoreFolder {
  const points: RestorePoint[] = [];
  const others: string[] = [];
  for (const { name, isDirectory } of entriesOf(path)) {
    if (name.startsWith(WORK_PREFIX)) continue;
    // A link was not made by Aludel.
    const point = isDirectory ? readPoint(`${path}/${name}`) : undefined;
    if (point?.name === name) points.push(point);
    else others.push(name);
  }
  return { path, points: points.sort(bySequence), others: others.sort() };
}

/**
 * Finds a restore point by its name or the beginning of its name; without a name, the newest.
 * @throws {AludelError} `restore-point-missing`, `restore-point-ambiguous`.
 */
export function findRestorePoint(folder: RestoreFolder, text: string | undefined): RestorePoint {
  const { points } = folder;
  const newest = points.at(-1);
  if (text === undefined) {
    if (newest !== undefined) return newest;
    throw new AludelError(
      "restore-point-missing",
      `There is no restore point in "${folder.path}"`,
      { next: [shell`aludel backup # make one`] },
    );
  }
  const exact = points.find((point) => point.name === text);
  const found = exact ? [exact] : points.filter((point) => point.name.startsWith(text));
  if (found.length === 1) return found[0]!;
  const notes = (found.length > 0 ? found : points).map((point) =>
    `${point.name}  ${plainText(point.reason)}`
  );
  throw found.length === 0
    ? new AludelError("restore-point-missing", `There is no restore point "${text}"`, {
      notes,
      next: [shell`aludel backup list`],
    })
    : new AludelError(
      "restore-point-ambiguous",
      `${found.length} restore points begin with "${text}"`,
      { notes, next: [shell`aludel restore ${found.at(-1)!.name}`] },
    );
}

/**
 * Copies the file of a restore point and compares the copy with the checksum.
 * @param outcome For the error: what was done so far.
 * @throws {AludelError} `restore-point-damaged`; as {@linkcode CopySession.digest}.
 */
export async function copyPoint(
  point: RestorePoint,
  { folder, copy, session }: {
    readonly folder: string;
    readonly copy: string;
    readonly session: CopySession;
  },
  outcome: string,
): Promise<void> {
  const source = `${folder}/${point.name}/${point.file}`;
  try {
    if (!host.files.lstat(source).isFile) throw new Error(`"${source}" is not a file`);
    host.files.copy(source, copy);
    if (host.os !== "windows") host.files.setMode(copy, 0o600);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw damagedPoint(point, [error.message], outcome, error);
  }
  const options = { what: `checking restore point ${point.name}`, of: point.bytes };
  if (await session.digest(copy, options) !== point.sha256) {
    throw damagedPoint(point, ["Its checksum differs from that of the original copy"], outcome);
  }
}

/** The error for a restore point that cannot be used. */
export function damagedPoint(
  point: RestorePoint,
  notes: readonly string[],
  outcome: string,
  cause?: unknown,
): AludelError {
  return new AludelError("restore-point-damaged", `Restore point "${point.name}" is damaged`, {
    notes,
    outcome,
    next: [shell`aludel backup list # choose another one`],
    cause,
  });
}

/**
 * Removes the oldest automatic restore points beyond a number. Those of `backup` stay.
 * @param spared The names of those that stay in any case, such as those of the same run.
 */
export function pruneRestorePoints(
  database: string,
  kept: number,
  spared: ReadonlySet<string>,
): void {
  const { path, points } = readRestoreFolder(database);
  const automatic = points.filter((point) => point.kind !== "backup");
  for (const point of automatic.slice(0, Math.max(automatic.length - kept, 0))) {
    if (!spared.has(point.name)) removeRestorePoint(path, point);
  }
}

/**
 * Removes a restore point: Aludel's files in its folder, and the folder itself if it contains nothing else. A failure is
 * ignored, because nothing depends on it.
 */
export function removeRestorePoint(
  restoreFolder: string,
  { name, file }: Pick<RestorePoint, "name" | "file">,
): void {
  const folder = `${restoreFolder}/${name}`;
  const ours = new Set([POINT_FILE, ...["", "-journal", "-wal", "-shm"].map((end) => file + end)]);
  try {
    const names = [...host.files.list(folder)].map((entry) => entry.name);
    if (names.every((each) => ours.has(each))) {
      // One rename, so that a crash leaves a whole restore point, or a folder that the next command removes.
      const removed = `${restoreFolder}/${WORK_PREFIX}${crypto.randomUUID().slice(0, 8)}`;
      host.files.rename(folder, removed);
      host.files.remove(removed, { recursive: true });
    } else {
      for (const each of names.filter((each) => ours.has(each))) {
        host.files.remove(`${folder}/${each}`);
      }
    }
  } catch {
    // Another process has removed it, or the system refuses it.
  }
}

/** Compares by sequence number; if two are equal, or older than these numbers, by time and name. */
function bySequence(a: RestorePoint, b: RestorePoint): number {
  if (a.sequence !== b.sequence) return a.sequence - b.sequence;
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  // Names of the same second are numbered: "…_2", "…_10".
  return a.name.length - b.name.length || (a.name < b.name ? -1 : 1);
}

function entriesOf(path: string): readonly FolderEntry[] {
  try {
    return host.files.list(path);
  } catch (error) {
    if (host.fault(error) === "not-found") return [];
    if (host.fault(error) === "not-folder") throw folderTaken(path);
    throw error;
  }
}

/** The error for a file at the path of the folder: Aludel did not make it, and does not change it. */
export function folderTaken(path: string): AludelError {
  return new AludelError("restore-folder-taken", `"${path}" is not a folder`, {
    notes: ["Restore points of the database are kept in a folder of that name"],
    outcome: "Nothing was changed",
    next: [shell`mv ${path} ${`${path}.old`}`],
  });
}

function readPoint(folder: string): RestorePoint | undefined {
  try {
    return parseRestorePoint(host.files.readText(`${folder}/${POINT_FILE}`));
  } catch {
    return undefined;
  }
}
