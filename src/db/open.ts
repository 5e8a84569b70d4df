import { host } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { again, say, shell } from "../text/next_step.ts";
import { type Connection, SqlError, type SqlFunctions } from "./connection.ts";
import { NodeConnection, openNative } from "./node_connection.ts";
import { databaseError, databaseMissing } from "./sqlite_error.ts";

/**
 * A `file:` URI for a path, as SQLite reads it: https://sqlite.org/uri.html
 * @param query What follows the question mark.
 */
export function fileUri(path: string, query: string): string {
  const isWindows = host.os === "windows";
  const slashes = isWindows ? path.replaceAll("\\", "/") : path;
  const escaped = slashes.replace(/[%?#]/g, (character) => encodeURIComponent(character));
  const address = isWindows && /^[A-Za-z]:\//.test(escaped)
    ? `file:///${escaped}`
    : escaped.startsWith("/")
    ? `file://${escaped}`
    : `file:${escaped}`;
  return `${address}?${query}`;
}

/**
 * The purpose of a connection. `create` creates the file if it does not exist; `write` never does; `read`
 * changes nothing, except that it recovers from a crash.
 */
export type OpenMode = "create" | "write" | "read";

/** How {@linkcode openNodeSqlite} opens a database. */
interface OpenOptions {
  /** A path, or `:memory:`. */
  readonly path: string;
  readonly mode: OpenMode;
  /** Whether `"text"` that names nothing is a string: https://sqlite.org/quirks.html#dblquote */
  readonly doubleQuotedStrings?: boolean;
  /** Only with mode `read`: the file is not written at all, not even to recover from a crash. */
  readonly readOnly?: boolean;
  /** How long a statement waits for another connection's lock. By default, it does not wait. */
  readonly busyTimeoutMs?: number;
  /** Loadable extensions, by path or name. */
  readonly extensions?: readonly string[];
  /** The application's functions. */
  readonly functions?: SqlFunctions | undefined;
  /** The database for messages; by default its path. */
  readonly name?: string;
}

/**
 * Opens an SQLite database with node:sqlite, every setting explicit: foreign keys, recursive triggers
 * and legacy renames off, defensive on, integers read as `bigint`.
 *
 * TEXT is read up to its first NUL, and bytes that are not UTF-8 are read as U+FFFD. Compare such content in SQL,
 * by `typeof(x)` and `hex(CAST(x AS BLOB))`. Bound TEXT is not changed.
 *
 * @throws {AludelError} `database-missing`, `database-is-folder`, `database-unreadable`,
 * `database-not-sqlite`, `database-corrupt`, `database-readonly`, and in `read` mode `database-busy`. A
 * locked database can be opened in the other modes, and the caller waits for it.
 */
export function openNodeSqlite(options: OpenOptions): Connection {
  const { path, mode } = options;
  const name = options.name ?? path;
  if (path === ":memory:") return new NodeConnection(openNative(path, options), name);
  inspectFile(options, name);
  try {
    // "rw" does not create a file, and SQLite itself falls back to reading if it may not write.
    const byPath = mode === "create" || options.readOnly === true;
    return probed(options, name, byPath ? path : fileUri(path, "mode=rw"));
  } catch (error) {
    // If Deno's permissions are for folders, it takes a URI for a path.
    if (host.fault(error) === "not-capable") return openByPath(options, name);
    if (mode !== "read" || !isReadOnlyFolder(error) || hasLog(path)) {
      throw explained(error, options, name);
    }
  }
  // The database is in WAL mode on a read-only medium, where SQLite cannot create the -shm file. There is no log, so
  // the file alone is the whole database.
  try {
    return probed(options, name, fileUri(path, "mode=ro&immutable=1"));
  } catch (error) {
    throw explained(error, options, name);
  }
}

function openByPath(options: OpenOptions, name: string): Connection {
  try {
    return probed(options, name, options.path);
  } catch (error) {
    throw explained(error, options, name);
  }
}

/** Opens a database and reads its first page: that recovers a hot journal and fails if the file is not a database. */
function probed(options: OpenOptions, name: string, location: string): Connection {
  const connection = new NodeConnection(openNative(location, options), name);
  try {
    connection.probe();
    if (options.mode === "read") connection.refuseWrites();
    return connection;
  } catch (error) {
    if (error instanceof SqlError && error.busy && options.mode !== "read") return connection;
    connection.release();
    throw error;
  }
}

/** Looks at the file before SQLite does, to give clearer errors. */
function inspectFile({ path, mode }: OpenOptions, name: string): void {
  let isDirectory: boolean;
  try {
    isDirectory = host.files.stat(path).isDirectory;
  } catch (error) {
    if (host.fault(error) !== "not-found") return;
    if (mode === "create") return refuseMissingFolder(path, name);
    throw databaseMissing(name);
  }
  if (isDirectory) {
    throw new AludelError("database-is-folder", `Database "${name}" is a folder, not a file`, {
      next: [again`-d ${`${path}/app.db`} # name a file in it`],
    });
  }
}

function refuseMissingFolder(path: string, name: string): void {
  // Only Windows separates folders with a backslash.
  const folder = (host.os === "windows" ? /^(.*)[/\\]/ : /^(.*)\//).exec(path)?.[1];
  if (!folder) return;
  try {
    host.files.stat(folder);
  } catch (error) {
    if (host.fault(error) !== "not-found") return;
    throw new AludelError("database-folder-missing", `Folder "${folder}" does not exist`, {
      notes: [`Database "${name}" would be created in it`],
      next: [shell`mkdir -p ${folder}`],
    });
  }
}

/**
 * SQLITE_READONLY_DIRECTORY, SQLITE_READONLY_CANTINIT, and SQLITE_CANTOPEN, which a file system that is mounted
 * read-only gives: https://sqlite.org/rescode.html. If the database itself cannot be opened, the second try fails too.
 */
function isReadOnlyFolder(error: unknown): boolean {
  const code = ((error as SqlError).cause as { readonly errcode?: unknown } | undefined)?.errcode;
  return code === 1544 || code === 1288 || code === 14;
}

function hasLog(path: string): boolean {
  try {
    return host.files.stat(`${path}-wal`).size > 0;
  } catch {
    return false;
  }
}

function explained(error: unknown, options: OpenOptions, name: string): unknown {
  if (host.fault(error) === "not-capable") {
    return new AludelError("database-unreadable", `Database "${name}" cannot be read`, {
      notes: [error instanceof Error ? error.message : String(error)],
      next: [say("Run the program with read and write permission for the database's folder")],
      cause: error,
    });
  }
  if (!(error instanceof SqlError)) return error;
  const explanation = databaseError(error, name);
  if (explanation === undefined) return error;
  if (options.mode !== "read" || explanation.code !== "database-readonly") return explanation;
  return explanation.with({
    notes: ["A write was interrupted, and its journal must be played back before anything is read"],
  });
}

/**
 * {@linkcode openNodeSqlite} as a promise, for callers that wait for a lock or open servers too.
 * @throws {AludelError} as {@linkcode openNodeSqlite}.
 */
// deno-lint-ignore require-await -- opening a server takes time, opening a file does not
export async function openDatabase(options: OpenOptions): Promise<Connection> {
  return openNodeSqlite(options);
}
