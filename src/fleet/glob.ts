import { type FolderEntry, host } from "../host/mod.ts";
import { isAbsolutePath } from "../project/workspace/files.ts";

/** The files that SQLite keeps beside a database. */
const COMPANION = /-(?:journal|wal|shm)$/;

/** A folder of restore points, which are copies of databases. */
const RESTORE_FOLDER = /\.restore$/;

/**
 * Returns the sorted paths of the files that a pattern matches. They are relative if the pattern is.
 *
 * `*`, `?`, `[a-z]` and `{a,b}` match within a name, `**` matches any folders. As in a shell, a wildcard does not match
 * the dot at the beginning of a name. Symbolic links to files match, but `**` does not follow links to folders.
 * Journals, WAL files and restore points of databases are left out. A pattern without a wildcard is a path, whether or
 * not it exists.
 *
 * @param folder The absolute path that a relative pattern starts from.
 */
export function expandGlob(pattern: string, folder: string): string[] {
  const text = host.os === "windows" ? pattern.replaceAll("\\", "/") : pattern;
  const found = new Set<string>();
  for (const one of expandBraces(text)) {
    const root = isAbsolutePath(one) ? "" : `${folder.replace(/\/$/, "")}/`;
    walk("", one.replace(/^\.\/+/, "").split("/"), { root, found });
  }
  return [...found].sort();
}

/** Whether a text has a wildcard. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

interface Search {
  /** The prefix that makes a path absolute. */
  readonly root: string;
  readonly found: Set<string>;
}

/**
 * Finds the files below `base` that match the parts of a pattern.
 * @param base Empty, or a path that ends with a slash.
 */
function walk(base: string, [part, ...rest]: readonly string[], search: Search): void {
  if (part === undefined) return;
  const isLast = rest.length === 0;
  if (part === "**") {
    walk(base, isLast ? ["*"] : rest, search);
    for (const entry of entriesOf(base, search)) {
      if (!entry.isDirectory || entry.name.startsWith(".") || RESTORE_FOLDER.test(entry.name)) {
        continue;
      }
      walk(`${base}${entry.name}/`, [part, ...rest], search);
    }
    return;
  }
  if (!isGlob(part)) {
    if (isLast) search.found.add(base + part);
    else walk(`${base}${part}/`, rest, search);
    return;
  }
  const matches = matcher(part);
  const entries = entriesOf(base, search);
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    if (!matches(entry.name)) continue;
    const path = base + entry.name;
    if (!isLast) {
      if (isFolder(entry, search.root + path)) walk(`${path}/`, rest, search);
    } else if (!isCompanion(entry.name, names) && isFile(entry, search.root + path)) {
      search.found.add(path);
    }
  }
}

function isCompanion(name: string, names: ReadonlySet<string>): boolean {
  return COMPANION.test(name) && names.has(name.replace(COMPANION, ""));
}

/** The entries of a folder; none if it does not exist or cannot be listed. */
function entriesOf(base: string, { root }: Search): readonly FolderEntry[] {
  try {
    return [...host.files.list(root + base || ".")];
  } catch {
    return [];
  }
}

function isFolder(entry: FolderEntry, path: string): boolean {
  return entry.isSymlink ? statOf(path)?.isDirectory === true : entry.isDirectory;
}

function isFile(entry: FolderEntry, path: string): boolean {
  return entry.isSymlink ? statOf(path)?.isFile === true : entry.isFile;
}

function statOf(path: string) {
  try {
    return host.files.stat(path);
  } catch {
    return undefined;
  }
}

/** Expands braces: `a{b,c}d` is `abd` and `acd`. Braces without a comma are literal. */
export function expandBraces(pattern: string): string[] {
  const braces = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (braces === null) return [pattern];
  const before = pattern.slice(0, braces.index);
  const after = pattern.slice(braces.index + braces[0].length);
  return braces[1]!.split(",").flatMap((choice) => expandBraces(before + choice + after));
}

/** Returns a function that tells whether a name matches a pattern, which has no slashes and braces. */
export function matcher(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[(!|\^)?([^\]]+)\]|[*?]|[\\^$.|+()[\]{}]/g, (all, not, set) => {
    if (all === "*") return ".*";
    if (all === "?") return ".";
    if (set === undefined) return `\\${all}`;
    return `[${not === undefined ? "" : "^"}${(set as string).replace(/[\\^[]/g, "\\$&")}]`;
  });
  const expression = new RegExp(`^${source}$`, "su");
  const takesDot = pattern.startsWith(".");
  return (name) => (takesDot || !name.startsWith(".")) && expression.test(name);
}
