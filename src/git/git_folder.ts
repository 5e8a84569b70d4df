/** A folder as git is asked for it. */
export interface GitFolder {
  /** Where git runs, absolute: it exists. */
  readonly cwd: string;
  /** The folder seen from there, with `/`; empty where it is that very folder. */
  readonly path: string;
}

/**
 * How git is asked for a folder that need not be in the working tree.
 *
 * Git runs in `cwd` where the folder lies below it. A hook must: git may have set `GIT_DIR` or a relative
 * `GIT_INDEX_FILE` for it, and both are understood from the folder in which the hook began.
 *
 * @param folder Absolute.
 * @param cwd The folder in which the program was started; the nearest existing one above `folder` if left out.
 */
export function gitFolder(folder: string, cwd?: string): GitFolder {
  const wanted = normal(folder);
  if (cwd !== undefined) {
    const path = pathBelow(wanted, normal(cwd));
    if (path !== undefined) return { cwd, path };
  }
  for (let at = wanted;;) {
    if (isFolder(at)) return { cwd: at, path: pathBelow(wanted, at) ?? "" };
    const parent = at.slice(0, at.lastIndexOf("/"));
    if (parent === "" || parent === at) return { cwd: "/", path: wanted.replace(/^\/+/, "") };
    at = parent;
  }
}

/** The path of something in the folder, seen from `cwd`. */
export function pathIn({ path }: GitFolder, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

function normal(path: string): string {
  const slashes = Deno.build.os === "windows" ? path.replaceAll("\\", "/") : path;
  return slashes.length > 1 ? slashes.replace(/\/+$/, "") : slashes;
}

function pathBelow(path: string, folder: string): string | undefined {
  if (path === folder) return "";
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
