import { host } from "../../host/mod.ts";
import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import type { RunHost } from "../../runner/request.ts";
import { executePatiently, patiently } from "../../runner/write_lock.ts";
import { say, shell } from "../../text/next_step.ts";
import type { CopySession } from "./copy_session.ts";

/** How often to try again after another process has written first. */
const TRIES = 10;

/** New content for a database. */
interface Replacement {
  /** The database's real path. */
  readonly database: string;
  /** The file with the new content. */
  readonly copy: string;
  /** The database for messages. */
  readonly name: string;
  /** The approximate size of the copy. */
  readonly bytes: number;
  /**
   * Keeps the old content and prepares the copy. It is called while `live` has locked the database for writing, and again
   * if another process has written before the copy could begin.
   * @param guarded Whether other connections cannot read the database either.
   */
  readonly prepare: (live: Connection, guarded: boolean) => Promise<void>;
  /** Removes what `prepare` has kept. */
  readonly undo: () => void;
}

/**
 * Replaces the content of a database in one transaction in its own file: owner, mode, links and inode stay, and a crash
 * leaves the old content or the new. No other process can write between `prepare` and the new content.
 *
 * In WAL mode other processes may go on reading: they see the old content until they begin a new transaction. Otherwise,
 * or if the page sizes differ, the database must have no readers for a moment.
 *
 * @throws {AludelError} `lock-timeout`, `database-busy`, `interrupted`, and the errors of `prepare`.
 * @throws {SqlError} The content may nevertheless have been replaced.
 */
export async function replaceContent(
  replacement: Replacement,
  session: CopySession,
  host: RunHost,
): Promise<void> {
  for (let tries = 1;; tries++) {
    const outcome = await replaceOnce(replacement, session, host);
    if (outcome === "done") return;
    replacement.undo();
    if (tries === TRIES) throw keepsWriting(replacement.name);
  }
}

async function replaceOnce(
  replacement: Replacement,
  session: CopySession,
  host: RunHost,
): Promise<"done" | "moved"> {
  await using live = await connectPatiently(replacement.name, host);
  const { name, copy } = replacement;
  if (await patiently(name, host, () => canReplaceInLog(live, copy))) {
    await executePatiently(live, "BEGIN IMMEDIATE", host);
    // Another process may have changed the mode before this one got the lock.
    if (await journalMode(live) === "wal") {
      return await replaceInLog(replacement, live, session, host);
    }
    await live.execute("ROLLBACK");
    return "moved";
  }
  await live.close();
  return await replaceAlone(replacement, session, host);
}

/**
 * Replaces the content in WAL mode, in a transaction beside the readers. The copy takes the write lock itself, so ours must
 * be released first. If another process writes in between, the copy notices it before it becomes final, and starts again.
 */
async function replaceInLog(
  { database, copy, name, bytes, prepare }: Replacement,
  live: Connection,
  session: CopySession,
  host: RunHost,
): Promise<"done" | "moved"> {
  await prepare(live, false);
  await session.watch(database);
  await live.execute("ROLLBACK");
  try {
    return await session.replace(
      { from: copy, to: database },
      { what: `restoring "${name}"`, of: bytes, lockTimeoutMs: host.lockTimeoutMs },
    );
  } catch (error) {
    throw error instanceof SqlError && error.busy ? keepsWriting(name) : error;
  }
}

/**
 * Whether the database is in WAL mode and the copy has its page size, which SQLite cannot change in that mode:
 * https://sqlite.org/c3ref/backup_finish.html#sqlite3backupstep
 */
async function canReplaceInLog(live: Connection, copy: string): Promise<boolean> {
  if (await journalMode(live) !== "wal") return false;
  const [row] = await live.query("PRAGMA main.page_size");
  return Number(row?.["page_size"]) === pageSizeOf(copy) &&
    host.files.stat(copy).size > pageSizeOf(copy);
}

/** The page size in the header: https://sqlite.org/fileformat.html#page_size */
function pageSizeOf(file: string): number {
  using handle = host.files.open(file, { read: true });
  const header = new Uint8Array(18);
  handle.read(header);
  const size = new DataView(header.buffer).getUint16(16);
  return size === 1 ? 65_536 : size;
}

/**
 * Replaces the content while no other connection can read or write the database: under BEGIN EXCLUSIVE, with a rollback
 * journal. That does not keep readers out in WAL mode, so the database leaves WAL mode and returns to it afterwards.
 */
async function replaceAlone(
  { database, copy, name, bytes, prepare }: Replacement,
  session: CopySession,
  host: RunHost,
): Promise<"done"> {
  let wasLogged = false;
  let isInLog = false;
  try {
    await using live = await connectPatiently(name, host);
    for (let tries = 1;; tries++) {
      isInLog = await patiently(name, host, () => journalMode(live)) === "wal";
      if (isInLog) {
        await executePatiently(live, "PRAGMA main.journal_mode = DELETE", host);
        wasLogged = true;
      }
      await executePatiently(live, "BEGIN EXCLUSIVE", host);
      if (await journalMode(live) !== "wal") break;
      await live.execute("ROLLBACK");
      if (tries === TRIES) throw keepsWriting(name);
    }
    try {
      await prepare(live, true);
      await session.copy({ from: copy, to: database, guarded: "to" }, {
        what: `restoring "${name}"`,
        of: bytes,
        toEnd: true,
      });
      // Closing releases all locks of this process on the database, so it comes last.
      await session.close();
      return "done";
    } finally {
      if (live.inTransaction()) await live.execute("ROLLBACK");
    }
  } catch (error) {
    throw isInLog && error instanceof AludelError && error.code === "lock-timeout"
      ? error.with({
        notes: [
          ...error.notes,
          "Its page size differs from that of the restore point, so it can be replaced only while no other process has it open",
        ],
        next: [say("Stop what uses the database, then run the same command again")],
      })
      : error;
  } finally {
    if (wasLogged) await returnToLog(database, name, host);
  }
}

async function connectPatiently(name: string, host: RunHost): Promise<Connection> {
  return await patiently(name, host, () => host.connect({ doubleQuotedStrings: false }));
}

/** Returns to WAL mode. A failure is only reported, because the content is complete in either mode. */
async function returnToLog(database: string, name: string, host: RunHost): Promise<void> {
  try {
    await using connection = await connectPatiently(name, host);
    await executePatiently(connection, "PRAGMA main.journal_mode = WAL", host);
  } catch (error) {
    if (!(error instanceof AludelError || error instanceof SqlError)) throw error;
    host.emit({
      type: "notice",
      code: "restore-journal-mode",
      message: `"${name}" was in WAL mode and is in DELETE mode now`,
      notes: [error.message],
      next: [shell`sqlite3 ${database} "PRAGMA journal_mode = WAL"`],
    });
  }
}

async function journalMode(connection: Connection): Promise<unknown> {
  const [row] = await connection.query("PRAGMA main.journal_mode");
  return row?.["journal_mode"];
}

function keepsWriting(name: string): AludelError {
  return new AludelError("database-busy", `Other processes keep writing to "${name}"`, {
    next: [say("Stop what uses the database, then run the same command again")],
  });
}
