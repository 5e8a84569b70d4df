import { host, type OpenFile } from "../../host/mod.ts";
import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { say, shell } from "../../text/next_step.ts";
import { flushFolder, pathExists, splitPath } from "../workspace/files.ts";
import { megabytes } from "../../text/layout.ts";

/** Additional space for the file system's own bookkeeping, in bytes. */
const SLACK_BYTES = 256 * 1024;
/** Smaller copies are not checked: that takes longer than copying, and a copy that does not fit is undone. */
const ASK_FROM_BYTES = 1024 * 1024;

/**
 * Makes sure that a disk has enough space, before anything is changed.
 *
 * @param folder A folder on the disk. It need not exist if its parent does.
 * @param bytes The number of bytes to write.
 * @param what For the message: `A restore point of "app.db"`.
 * @throws {AludelError} `copy-space`.
 */
export function requireSpace(folder: string, bytes: number, what: string): void {
  if (bytes < ASK_FROM_BYTES) return;
  const free = freeBytes(folder) ?? freeBytes(splitPath(folder).folder);
  const needed = bytes + SLACK_BYTES;
  if (free === undefined || free >= needed) return;
  throw new AludelError(
    "copy-space",
    `${what} needs ${megabytes(needed)}, and the disk has ${megabytes(free)} left`,
    {
      notes: [`It would be written to "${folder}"`],
      next: [
        say("Free some space, or remove restore points that are not needed"),
        shell`aludel backup list # see how large they are`,
      ],
    },
  );
}

function freeBytes(folder: string): number | undefined {
  try {
    return host.files.freeBytes(folder);
  } catch {
    // The system does not tell. If there is not enough space, copying will fail.
    return undefined;
  }
}

/** The size of a database on disk in bytes, including its write-ahead log; 0 if it does not exist. */
export function databaseBytes(path: string): number {
  return fileBytes(path) + fileBytes(`${path}-wal`);
}

/** The size of a file in bytes; 0 if it does not exist. */
export function fileBytes(path: string): number {
  try {
    return host.files.stat(path).size;
  } catch {
    return 0;
  }
}

/** The path that a link leads to; the path itself if nothing exists there. */
export function realPath(path: string): string {
  try {
    return host.files.realPath(path);
  } catch {
    return path;
  }
}

/** Whether a database and the folder of its restore points, which may be a link, are on one disk. */
export function isSameDisk(database: string, folder: string): boolean {
  try {
    return host.files.stat(folder).device === host.files.stat(splitPath(database).folder).device;
  } catch {
    // The folder does not exist yet, and will be created beside the database.
    return true;
  }
}

/** The length of an SQLite file's header, whose counters and version numbers differ between copies. */
const HEADER_BYTES = 100;
const CHUNK_BYTES = 1024 * 1024;

/** Whether two database files have the same pages, except for the header. Neither file may be open. */
export function sameContent(one: string, other: string): boolean {
  using a = host.files.open(one, { read: true });
  using b = host.files.open(other, { read: true });
  const { size } = a.stat();
  if (size !== b.stat().size) return false;
  const [left, right] = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES)];
  for (let at = HEADER_BYTES; at < size; at += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, size - at);
    readFully(a, at, left.subarray(0, length));
    readFully(b, at, right.subarray(0, length));
    for (let index = 0; index < length; index++) {
      if (left[index] !== right[index]) return false;
    }
  }
  return true;
}

function readFully(file: OpenFile, from: number, into: Uint8Array): void {
  for (let done = 0; done < into.length;) {
    const count = file.readAt(from + done, into.subarray(done));
    if (count === null) throw new Error("The file became shorter while it was read");
    done += count;
  }
}

/** Creates an empty file that only its owner may read and write, whatever the umask. */
export function createPrivate(path: string): void {
  host.files.open(path, { write: true, createNew: true, mode: 0o600 }).close();
}

/** A file's permissions; null if the system has none. */
export function modeOf(path: string): number | null {
  if (host.os === "windows") return null;
  const { mode } = host.files.stat(path);
  return mode === null ? null : mode & 0o777;
}

/**
 * Moves a finished database to a path at which there is no database.
 *
 * @param name The database for messages.
 * @param mode The permissions that it gets; null if the system has none.
 * @throws {AludelError} `restore-journal-left` if the journal or log of an earlier database is beside the path: SQLite
 *   would play it back into the new one.
 */
export function placeNewDatabase(
  file: string,
  path: string,
  name: string,
  mode: number | null,
): void {
  const left = ["-wal", "-journal"].map((suffix) => path + suffix).filter(pathExists);
  if (left.length > 0) {
    throw new AludelError("restore-journal-left", `"${name}" is missing, but its journal is left`, {
      notes: left,
      outcome: "Nothing was changed",
      next: left.map((each) => shell`mv ${each} ${`${each}.old`}`),
    });
  }
  if (mode !== null && host.os !== "windows") host.files.setMode(file, mode);
  // To SQLite, an empty file is an empty database. It is removed because a link would fail.
  if (pathExists(path)) host.files.remove(path);
  // Unlike a rename, a link does not replace a file that another process has created.
  host.files.link(file, path);
  host.files.remove(file);
  flushFolder(splitPath(path).folder);
}

/** The number of messages about damage to show. */
const MOST_DAMAGE = 10;

/** Rows that violate a constraint that was added or altered later. That is a matter of the application and not damage. */
const CONTENT =
  /^(?:NULL value in |CHECK constraint failed in |(?:NUMERIC|TEXT|non-INT|non-REAL|non-NUMERIC|non-TEXT|non-BLOB) value in )/;

/**
 * Looks for damage in the whole database: https://sqlite.org/pragma.html#pragma_integrity_check
 *
 * @returns At most ten messages of SQLite; none if there is no damage, or if SQLite cannot look because the schema needs
 *   something that only the application has, such as a collation.
 */
export async function findDamage(connection: Connection): Promise<readonly string[]> {
  try {
    const rows = await connection.query(`PRAGMA main.integrity_check(${MOST_DAMAGE * 10})`);
    return rows
      .map((row) => String(row["integrity_check"]))
      .filter((line) => line !== "ok" && !CONTENT.test(line))
      .slice(0, MOST_DAMAGE);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.resultCode === 11 || error.resultCode === 26 ? [error.sqlite] : [];
  }
}
