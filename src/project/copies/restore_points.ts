import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { TextHash } from "../../manifest/manifest.ts";
import { realPath } from "./database_files.ts";

/** What a restore point was made for: a run that takes something away, `backup`, or the state that `restore` replaced. */
export type RestorePointKind = "run" | "backup" | "restore";

/** A copy of a whole database to go back to, as `point.json` in its folder describes it. */
export interface RestorePoint {
  /** The name of its folder: `2026-11-23_101500`. */
  readonly name: string;
  readonly kind: RestorePointKind;
  /** UTC to the second. */
  readonly created: string;
  readonly reason: string;
  /** The copy's file name: the same as the database's. */
  readonly file: string;
  /** Where the database stood, with the lineages; empty without records. */
  readonly heads: readonly { readonly id: RevisionId; readonly lineage: TextHash }[];
  readonly bytes: number;
  /** Of the copy's bytes, in hex. */
  readonly sha256: string;
  /** The original's permissions; null where the system has none. */
  readonly mode: number | null;
  /** Such as `aludel 0.1.0`. */
  readonly madeBy: string;
}

/** The name of the file that describes a restore point. */
export const POINT_FILE = "point.json";

const FORMAT = 1;

/** The text of `point.json`. */
export function formatRestorePoint(point: RestorePoint): string {
  return `${JSON.stringify({ format: FORMAT, ...point }, null, 2)}\n`;
}

/** Reads the text of `point.json`; undefined where it is none that this Aludel can use. */
export function parseRestorePoint(text: string): RestorePoint | undefined {
  let value: Partial<Record<"format" | keyof RestorePoint, unknown>>;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isPoint = typeof value === "object" && value !== null && value.format === FORMAT &&
    ["name", "created", "reason", "file", "madeBy"].every((key) =>
      typeof value[key as keyof RestorePoint] === "string"
    ) &&
    ["run", "backup", "restore"].includes(value.kind as string) &&
    typeof value.bytes === "number" && Array.isArray(value.heads) &&
    (value.mode === null || typeof value.mode === "number") &&
    /^[0-9a-f]{64}$/.test(String(value.sha256)) && !/[/\\]/.test(value.file as string);
  if (!isPoint) return undefined;
  const { format: _, ...point } = value;
  return point as unknown as RestorePoint;
}

/** The restore points of one database: a folder beside it. */
export interface RestoreFolder {
  readonly path: string;
  /** Oldest first. */
  readonly points: readonly RestorePoint[];
  /** Names in the folder that are no restore points, or damaged ones. */
  readonly strangers: readonly string[];
}

/** What the names of folders in the making begin with. */
export const WORK_PREFIX = ".work-";

/** The folder of a database's restore points. Beside the file that a symbolic link leads to, so on its disk. */
export function restoreFolderOf(database: string): string {
  return `${realPath(database)}.restore`;
}

/** Reads which restore points there are. Opens none of the copies. */
export function readRestoreFolder(database: string): RestoreFolder {
  const path = restoreFolderOf(database);
  const points: RestorePoint[] = [];
  const strangers: string[] = [];
  for (const name of namesIn(path)) {
    if (name.startsWith(WORK_PREFIX)) continue;
    const point = readPoint(`${path}/${name}`);
    if (point?.name === name) points.push(point);
    else strangers.push(name);
  }
  return { path, points: points.sort(byTime), strangers: strangers.sort() };
}

/**
 * Finds the restore point that a user means: its name or the beginning of it; the newest without one.
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
      {
        next: ["aludel backup, to make one"],
      },
    );
  }
  const exact = points.find((point) => point.name === text);
  const found = exact ? [exact] : points.filter((point) => point.name.startsWith(text));
  if (found.length === 1) return found[0]!;
  const notes = (found.length > 0 ? found : points).map((point) =>
    `${point.name}  ${point.reason}`
  );
  throw found.length === 0
    ? new AludelError("restore-point-missing", `There is no restore point "${text}"`, {
      notes,
      next: ["aludel backup list"],
    })
    : new AludelError(
      "restore-point-ambiguous",
      `${found.length} restore points begin with "${text}"`,
      { notes, next: [`aludel restore ${found.at(-1)!.name}`] },
    );
}

function byTime(a: RestorePoint, b: RestorePoint): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  // Within a second the names count on: "…_2", "…_10".
  return a.name.length - b.name.length || (a.name < b.name ? -1 : 1);
}

function namesIn(path: string): readonly string[] {
  try {
    return [...Deno.readDirSync(path)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function readPoint(folder: string): RestorePoint | undefined {
  try {
    return parseRestorePoint(Deno.readTextFileSync(`${folder}/${POINT_FILE}`));
  } catch {
    return undefined;
  }
}

/**
 * Removes the oldest restore points beyond a number. Those that `backup` made stay: they were asked for.
 * @param spare One that stays in any case.
 */
export function pruneRestorePoints(database: string, kept: number, spare?: string): void {
  const { path, points } = readRestoreFolder(database);
  const automatic = points.filter((point) => point.kind !== "backup");
  for (const point of automatic.slice(0, Math.max(automatic.length - kept, 0))) {
    if (point.name !== spare) removeRestorePoint(path, point.name);
  }
}

/** Removes a restore point with its folder. A failure is left for the next time: nothing depends on it. */
export function removeRestorePoint(restoreFolder: string, name: string): void {
  try {
    // Its description first, so that half a removal is no restore point.
    Deno.removeSync(`${restoreFolder}/${name}/point.json`);
    Deno.removeSync(`${restoreFolder}/${name}`, { recursive: true });
    Deno.removeSync(restoreFolder);
  } catch {
    // The folder is not empty, which is the usual case.
  }
}
