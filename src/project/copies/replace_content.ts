import { host } from "../../host/mod.ts";
import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import type { RunHost } from "../../runner/request.ts";
import { executePatiently, patiently } from "../../runner/write_lock.ts";
import { say, shell } from "../../text/next_step.ts";
import type { CopySession } from "./copy_session.ts";

/** How often a database is taken again after somebody else was quicker. */
const TRIES = 10;

/** Where new content comes from and where it goes. */
export interface Replacement {
  /** The database's real path. */
  readonly database: string;
  /** The file whose content it gets. */
  readonly copy: string;
  /** The database for messages. */
  readonly name: string;
  /** How large the copy is, roughly. */
  readonly bytes: number;
  /**
   * Keeps what is there and makes the copy ready. Called with the database locked for writing, by the connection that it
   * is given; again if another process wrote before the copy could begin.
   * @param guarded Whether nobody can read the database either.
   */
  readonly prepare: (live: Connection, guarded: boolean) => Promise<void>;
  /** Takes back what `prepare` kept. */
  readonly undo: () => void;
}

/**
 * Replaces what a database holds, in one transaction of its own file: owner, mode, links and inode stay, and a crash
 * leaves the old content or the new. Nobody can write between `prepare` and the new content.
 *
 * In WAL mode others may go on reading: they see the old content until they begin a new transaction. Without a log, or if
 * the page sizes differ, the database must be free of readers for a moment.
 *
 * @throws {AludelError} `lock-timeout`, `database-busy`, `interrupted`, and what `prepare` throws.
 * @throws {SqlError} What SQLite refused. The content may have been replaced nevertheless.
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
    // Somebody may have changed the mode before the lock was there.
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
 * In WAL mode a copy into the database is a transaction beside its readers. It takes the write lock itself, so ours has to
 * go first: a writer that comes in between is noticed before anything is final, and all begins again.
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

/** SQLite cannot change the page size in WAL mode: https://sqlite.org/c3ref/backup_finish.html#sqlite3backupstep */
async function canReplaceInLog(live: Connection, copy: string): Promise<boolean> {
  if (await journalMode(live) !== "wal") return false;
  const [row] = await live.query("PRAGMA main.page_size");
  return Number(row?.["page_size"]) === pageSizeOf(copy) &&
    host.files.stat(copy).size > pageSizeOf(copy);
}

/** From the header, https://sqlite.org/fileformat.html#page_size */
function pageSizeOf(file: string): number {
  using handle = host.files.open(file, { read: true });
  const header = new Uint8Array(18);
  handle.read(header);
  const size = new DataView(header.buffer).getUint16(16);
  return size === 1 ? 65_536 : size;
}

/**
 * Works while no other connection can read or write the database: under BEGIN EXCLUSIVE, with a rollback journal. A
 * database in WAL mode is taken out of it first, since readers cannot be kept away there, and put back afterwards.
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
      // Closes what reads the database: closing it ends the protection, and all is done.
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

/** A failure changes nothing of what was done: it is told, and the database is good in either mode. */
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
