import { readRestoreFolder } from "./restore_folder.ts";

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
