import { AludelError } from "../errors.ts";
import { parseRestorePoint, POINT_FILE, type RestorePoint } from "./restore_point.ts";

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

/** The path that a link leads to; the path itself where there is nothing yet. */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
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
