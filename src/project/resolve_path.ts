/** A path of Windows with a drive, `C:\x` or `C:/x`: it looks like a URL with a scheme of one letter. */
const DRIVE = /^[A-Za-z]:[\\/]/;

/**
 * Whether a path leads to the same place from every folder: `/x`, `C:\x`, `\\server\share`. On Windows `\x` and `C:x`
 * as well: they are seen from a drive, and only the system knows where that stands.
 */
export function isAbsolutePath(path: string, os = Deno.build.os): boolean {
  if (os === "windows" && /^(?:\\|[A-Za-z]:)/.test(path)) return true;
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
