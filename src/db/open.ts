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
 * What a connection is for. `create` makes the file if there is none; `write` never does; `read` is
 * for looking: it makes neither file nor table, but it does put right what a crash left behind.
 */
export type OpenMode = "create" | "write" | "read";

/** How {@linkcode openNodeSqlite} opens a database. */
interface OpenOptions {
  /** A path, or `:memory:`. */
  readonly path: string;
  readonly mode: OpenMode;
  /** Whether `"text"` that names nothing is a string: https://sqlite.org/quirks.html#dblquote */
  readonly doubleQuotedStrings?: boolean;
  /** Only with mode `read`: the file is not written at all, not even to play back the journal of a crash. */
  readonly readOnly?: boolean;
  /** How long a statement waits for another connection's lock: 0, the default, not at all. */
  readonly busyTimeoutMs?: number;
  /** Loadable extensions, by path or name. */
  readonly extensions?: readonly string[];
  /** The application's functions. */
  readonly functions?: SqlFunctions | undefined;
  /** The database for messages; the path if it is left out. */
  readonly name?: string;
}

/**
 * Opens an SQLite database with node:sqlite, every setting explicit: foreign keys, recursive triggers
 * and legacy renames off, defensive on, integers read as `bigint`.
 *
 * TEXT with a NUL is cut at the NUL when read, and bytes that are not UTF-8 are read as U+FFFD: compare such
 * content inside SQL by `typeof(x)` and `hex(CAST(x AS BLOB))`. Binding such TEXT keeps all of it.
 *
 * @throws {AludelError} `database-missing`, `database-is-folder`, `database-unreadable`,
 * `database-not-sqlite`, `database-corrupt`, `database-readonly`, and in `read` mode `database-busy`. A
 * locked database opens in the other modes: waiting is the caller's.
 */
export function openNodeSqlite(options: OpenOptions): Connection {
  const { path, mode } = options;
  const name = options.name ?? path;
  if (path === ":memory:") return new NodeConnection(openNative(path, options), name);
  inspectFile(options, name);
  try {
    // "rw" makes no file, and SQLite itself falls back to reading if it may not write.
    const byPath = mode === "create" || options.readOnly === true;
    return probed(options, name, byPath ? path : fileUri(path, "mode=rw"));
  } catch (error) {
    // Deno takes a URI for a path when its permissions name folders.
    if (host.fault(error) === "not-capable") return openByPath(options, name);
    if (mode !== "read" || !isReadOnlyFolder(error) || hasLog(path)) {
      throw explained(error, options, name);
    }
  }
  // A database in WAL mode on a read-only medium: SQLite wants to make the -shm file there and cannot. With
  // no log beside it the file is all there is, and a process that cannot write can only read it as it is.
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

/** Opens and reads the first page, which recovers a hot journal and distinguishes a database from another file. */
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

/** Looks at the file before SQLite does, for errors that say what is wrong. */
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
 * SQLITE_READONLY_DIRECTORY and SQLITE_READONLY_CANTINIT, and SQLITE_CANTOPEN, which a whole file system that is mounted
 * read-only gives: https://sqlite.org/rescode.html. If it was the database that could not be opened, it cannot be the
 * second time either.
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

/** Where a database is. Servers will be a kind of their own. */
export type Location =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "memory" };

/**
 * Opens the database at a location.
 * @throws {AludelError} as {@linkcode openNodeSqlite}.
 */
export function openDatabase(
  location: Location,
  options: Omit<OpenOptions, "path">,
): Promise<Connection> {
  switch (location.kind) {
    case "file":
      return asPromise(() => openNodeSqlite({ ...options, path: location.path }));
    case "memory":
      return asPromise(() => openNodeSqlite({ ...options, path: ":memory:" }));
  }
}

/** What `make` gives or throws, as a promise: opening a server will take time. */
function asPromise<T>(make: () => T): Promise<T> {
  return Promise.resolve().then(make);
}
