/** A path of Windows with a drive, `C:\x` or `C:/x`: it looks like a URL with a scheme of one letter. */
const DRIVE = /^[A-Za-z]:[\\/]/;

/** Whether a path says all of where it leads: `/x`, `C:\x`, `\\server\share`. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith("/") || path.startsWith("\\\\") || DRIVE.test(path);
}

/**
 * A path as seen from a folder. Absolute paths are kept, and `./` is dropped; `..` is left to the
 * system, which knows about links. (`node:path` would do it too, and costs milliseconds to load.)
 */
export function resolvePath(path: string, folder: string): string {
  if (isAbsolutePath(path)) return path;
  const relative = path.replace(/^(?:\.[/\\]+)+/, "");
  if (relative === "." || relative === "") return folder;
  return /[/\\]$/.test(folder) ? `${folder}${relative}` : `${folder}/${relative}`;
}
