import { type Connection, SqlError } from "../../db/connection.ts";
import { findDamage } from "../../db/find_damage.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { CopySession } from "./copy_session.ts";
import {
  databaseBytes,
  placeNewDatabase,
  realPath,
  requireSpace,
  splitPath,
} from "./database_files.ts";
import { requireWritable } from "../database_access.ts";
import { copyFailed, headsOf, makeRestorePoint, requireFile } from "./make_restore_point.ts";
import { pruneRestorePoints, restoreFolderOf, type RestorePoint } from "./restore_points.ts";
import { openWorkFolder, removeLeftovers } from "./work_folder.ts";
import type { Target } from "../target.ts";
import { toSecond } from "../../runner/clock.ts";
import type { RunHost } from "../../runner/run_request.ts";
import { executePatiently } from "../../runner/write_lock.ts";
import { readLog } from "../../state/read_log.ts";
import { readState } from "../../state/read_state.ts";
import { ensureStateTables, hasStateTables } from "../../state/state_format.ts";
import { appendLog } from "../../state/write_state.ts";

/** What is put back, and where. */
export interface RestoreRequest {
  readonly target: Target;
  readonly point: RestorePoint;
  /** How many automatic restore points to keep. */
  readonly keptPoints: number;
}

/** What a restore did. */
export interface Restored {
  readonly point: RestorePoint;
  /** What the database held before; null where there was no database. */
  readonly kept: RestorePoint | null;
  /** Where the database stands now. */
  readonly heads: RestorePoint["heads"];
}

/**
 * Puts a restore point back: into the database's file, never by renaming over it, so that its owner, mode and links stay
 * and an application that has it open sees the change. One transaction: a crash leaves the old state or the new one.
 *
 * What the database held becomes a restore point first. Entries that its log has and the point's has not are carried
 * over, and `restore` is added to them.
 *
 * @throws {AludelError} `restore-point-damaged`; `copy-space`; `lock-timeout` while another process uses the database;
 *   `database-not-sqlite`, `database-corrupt`: what cannot be kept is not replaced; `restore-journal-left`.
 */
export async function restoreDatabase(request: RestoreRequest, host: RunHost): Promise<Restored> {
  const { target, point } = request;
  requireFile(target);
  requireWritable(target);
  const database = realPath(target.path);
  const folder = restoreFolderOf(database);
  const isThere = hasContent(database);
  // A copy to work on, one of what is replaced, and the journal.
  const needed = point.bytes + 2 * databaseBytes(database);
  await requireSpace(splitPath(database).folder, needed, `Restoring "${target.name}"`);
  await removeLeftovers(folder);
  using work = await openWorkFolder(folder);
  host.emit({ type: "temporary", path: work.path });
  const session = new CopySession(host, Math.max(point.bytes, databaseBytes(database)));
  try {
    const copy = `${work.path}/${point.file}`;
    await verifiedCopy(request, folder, copy, session);
    const done = isThere
      ? await replaceContent(request, { database, copy, session, host })
      : await createAnew(request, { database, copy, host });
    pruneRestorePoints(database, request.keptPoints, point.name);
    return done;
  } catch (error) {
    throw explained(error, target);
  } finally {
    await session.close();
  }
}

/** Copies the point, and makes sure that it is what was once copied, and sound. */
async function verifiedCopy(
  { target, point }: RestoreRequest,
  folder: string,
  copy: string,
  session: CopySession,
): Promise<void> {
  const damaged = (notes: readonly string[], cause?: unknown) =>
    new AludelError("restore-point-damaged", `Restore point "${point.name}" is damaged`, {
      notes,
      outcome: `Nothing was changed in "${target.name}"`,
      next: ["aludel backup list, to choose another one"],
      cause,
    });
  try {
    Deno.copyFileSync(`${folder}/${point.name}/${point.file}`, copy);
    if (Deno.build.os !== "windows") Deno.chmodSync(copy, 0o600);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw damaged([error.message], error);
  }
  const options = { what: `checking restore point ${point.name}`, of: point.bytes };
  if (await session.digest(copy, options) !== point.sha256) {
    throw damaged(["Its bytes are not the ones that were copied"]);
  }
  await using connection = await openDatabase({ kind: "file", path: copy }, {
    mode: "read",
    name: point.name,
  });
  const damage = await findDamage(connection);
  if (damage.length > 0) throw damaged(damage);
  // A newer Aludel's records are refused before anything is changed.
  await readState(connection);
}

interface Work {
  readonly database: string;
  /** The verified copy of the point, which becomes what is put back. */
  readonly copy: string;
  readonly host: RunHost;
}

async function replaceContent(
  request: RestoreRequest,
  { database, copy, session, host }: Work & { readonly session: CopySession },
): Promise<Restored> {
  const { target, point } = request;
  return await withDatabaseToItself(host, async (live) => {
    const kept = await makeRestorePoint(
      {
        database,
        name: target.name,
        kind: "restore",
        reason: `before restore of ${point.name}`,
        madeBy: host.appliedBy,
        guarded: true,
      },
      session,
      host,
    );
    const heads = await prepareCopy(copy, point, kept, live, host);
    await session.copy({ from: copy, to: database, guarded: "to" }, {
      what: `restoring "${target.name}"`,
      of: point.bytes,
      toEnd: true,
    });
    // Closes what reads the database: closing it ends the protection, and all is done.
    await session.close();
    return { point, kept, heads };
  });
}

async function createAnew(
  { point, target }: RestoreRequest,
  { database, copy, host }: Work,
): Promise<Restored> {
  const heads = await prepareCopy(copy, point, null, undefined, host);
  placeNewDatabase(copy, database, target.name, point.mode);
  return { point, kept: null, heads };
}

/** Adds to the copy what the live log has since, and the restore itself. */
async function prepareCopy(
  copy: string,
  point: RestorePoint,
  kept: RestorePoint | null,
  live: Connection | undefined,
  host: RunHost,
): Promise<RestorePoint["heads"]> {
  await using connection = await openDatabase({ kind: "file", path: copy }, { mode: "write" });
  await connection.execute("BEGIN IMMEDIATE");
  const hasLog = live !== undefined && await hasStateTables(live);
  if (hasLog || await hasStateTables(connection)) {
    await ensureStateTables(connection);
    if (hasLog) await carryLog(live, connection);
    await appendLog(connection, {
      at: toSecond(host.clock.now()),
      by: host.appliedBy,
      event: "restore",
      revision: null,
      details: { point: point.name, ...(kept && { kept: kept.name }) },
    });
  }
  await connection.execute("COMMIT");
  return headsOf((await readState(connection)).applied);
}

async function carryLog(live: Connection, copy: Connection): Promise<void> {
  const [newest] = await readLog(copy, { limit: 1 });
  // As they are: a newer Aludel may have written what this one does not know.
  const rows = await live.query(
    "SELECT entry, at, event, revision, details, logged_by FROM main.aludel_log WHERE entry > ? ORDER BY entry",
    [BigInt(newest?.entry ?? 0)],
  );
  for (const row of rows) {
    await copy.query(
      "INSERT INTO main.aludel_log (entry, at, event, revision, details, logged_by) VALUES (?, ?, ?, ?, ?, ?)",
      ["entry", "at", "event", "revision", "details", "logged_by"].map((name) => row[name] ?? null),
    );
  }
}

/** A log without its database does not count, nor does an empty file. */
function hasContent(database: string): boolean {
  try {
    return Deno.statSync(database).size > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What is damaged cannot be kept, so it is not replaced; out of the way it can be. */
function explained(thrown: unknown, target: Target): unknown {
  const error = thrown instanceof SqlError ? copyFailed(thrown, target.name) : thrown;
  if (!(error instanceof AludelError)) return error;
  if (error.code !== "database-corrupt" && error.code !== "database-not-sqlite") return error;
  const moved = `mv ${target.path} ${target.path}.damaged`;
  return error.with({ outcome: "Nothing was changed", next: [`${moved}, then aludel restore`] });
}

const TRIES = 10;

/**
 * Works while no other connection can read or write the database: under BEGIN EXCLUSIVE, with a rollback journal. A
 * database in WAL mode is taken out of it first, since there readers cannot be kept away, and put back afterwards.
 *
 * @throws {AludelError} `lock-timeout` while another process uses the database; in WAL mode having it open is enough.
 */
export async function withDatabaseToItself<T>(
  host: RunHost,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let wasLogged = false;
  try {
    await using connection = await host.connect({ doubleQuotedStrings: false });
    for (let tries = 1;; tries++) {
      wasLogged = await leaveLog(connection, host) || wasLogged;
      await executePatiently(connection, "BEGIN EXCLUSIVE", host);
      if (await journalMode(connection) !== "wal") break;
      await connection.execute("ROLLBACK");
      if (tries === TRIES) {
        throw new AludelError(
          "database-busy",
          `Another process keeps opening "${connection.name}"`,
          {
            next: ["Stop what uses the database, then give the same command again"],
          },
        );
      }
    }
    try {
      return await work(connection);
    } finally {
      if (connection.inTransaction()) await connection.execute("ROLLBACK");
    }
  } catch (error) {
    throw error instanceof AludelError && error.code === "lock-timeout"
      ? error.with({
        outcome: "Nothing was changed",
        notes: [...error.notes, "To be replaced, a database must not be in use"],
        next: ["Stop what uses the database, then give the same command again"],
      })
      : error;
  } finally {
    if (wasLogged) await returnToLog(host);
  }
}

/** @returns Whether the database was in WAL mode. */
async function leaveLog(connection: Connection, host: RunHost): Promise<boolean> {
  if (await journalMode(connection) !== "wal") return false;
  await executePatiently(connection, "PRAGMA main.journal_mode = DELETE", host);
  return true;
}

/** As well as it can: whoever opened the database meanwhile may have done it already. */
async function returnToLog(host: RunHost): Promise<void> {
  await using connection = await host.connect({ doubleQuotedStrings: false });
  await executePatiently(connection, "PRAGMA main.journal_mode = WAL", host);
}

async function journalMode(connection: Connection): Promise<unknown> {
  const [row] = await connection.query("PRAGMA main.journal_mode");
  return row?.["journal_mode"];
}
