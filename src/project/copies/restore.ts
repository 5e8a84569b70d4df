import { splitPath } from "../workspace/files.ts";
import { host } from "../../host/mod.ts";
import { type Connection, SqlError } from "../../db/connection.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import type { Notice } from "../../finding.ts";
import { type RunHost } from "../../runner/request.ts";
import { patiently } from "../../runner/write_lock.ts";
import { readLog } from "../../state/log.ts";
import { readState } from "../../state/state.ts";
import { readPolicies, writePolicies } from "../../state/policies.ts";
import { ensureStateTables, hasStateTables } from "../../state/state_format.ts";
import { CARRY_LOG } from "../../state/statements.ts";
import { appendLog } from "../../state/write_state.ts";
import { shell } from "../../text/next_step.ts";
import { requireWritable } from "../workspace/database_access.ts";
import type { Target } from "../workspace/target.ts";
import { CopySession } from "./copy_session.ts";
import {
  createPrivate,
  databaseBytes,
  findDamage,
  isSameDisk,
  placeNewDatabase,
  realPath,
  requireSpace,
  sameContent,
} from "./database_files.ts";
import {
  copyFailed,
  headsOf,
  type MadePoint,
  makeRestorePoint,
  requireFile,
} from "./make_restore_point.ts";
import { countRows, type RowChange, rowChanges } from "./row_counts.ts";
import { replaceContent } from "./replace_content.ts";
import {
  copyPoint,
  damagedPoint,
  pruneRestorePoints,
  restoreFolderOf,
  type RestorePoint,
} from "./restore_points.ts";
import { prepareWorkFolder } from "./work_folder.ts";
import { toSecond } from "../../text/layout.ts";

/** A restore point, and the database to restore. */
export interface RestoreRequest {
  readonly target: Target;
  readonly point: RestorePoint;
  /** The number of automatic restore points to keep. */
  readonly keptPoints: number;
}

/** The result of a restore. */
export interface Restored {
  readonly point: RestorePoint;
  /** The restore point of the old content; null if there was no database. */
  readonly kept: RestorePoint | null;
  /** The heads of the database now. */
  readonly heads: RestorePoint["heads"];
}

/** What a restore would change. */
export interface RestorePreview {
  readonly point: RestorePoint;
  /** Tables that would have more or fewer rows, be created or dropped; null if there is no database. */
  readonly rows: readonly RowChange[] | null;
  /** The heads of the database now; null if there is no database. */
  readonly from: RestorePoint["heads"] | null;
  readonly heads: RestorePoint["heads"];
}

/**
 * Restores a database to a restore point. The content goes into the existing file, so that its owner, mode and links
 * stay, and an application that has it open sees the change. This is one transaction: a crash leaves the old state or
 * the new one.
 *
 * First, the old content becomes a restore point. Log entries that the restore point lacks are copied from the old
 * content, and an entry `restore` is added. A failure after the content was replaced is a notice, not an error.
 *
 * @throws {AludelError} `restore-point-damaged`, `restore-point-rows`; `copy-space`; `lock-timeout` while another process
 *   uses the database; `database-not-sqlite`, `database-corrupt` if the old content cannot be kept;
 *   `restore-journal-left`, `interrupted`.
 */
export async function restoreDatabase(request: RestoreRequest, host: RunHost): Promise<Restored> {
  const { target, point } = request;
  requireFile(target);
  requireWritable(target);
  requireCopy(point);
  const database = realPath(target.path);
  const folder = restoreFolderOf(database);
  requireRoom(database, folder, point.bytes, target.name);
  using work = await prepareWorkFolder(folder, host);
  const session = new CopySession(host, Math.max(point.bytes, databaseBytes(database)));
  const place: Place = {
    database,
    folder,
    copy: `${work.path}/copy`,
    work: work.path,
    session,
    host,
  };
  try {
    await verifiedCopy(request, place);
    const done = hasContent(database)
      ? await replaceDatabase(request, place)
      : await createAnew(request, place);
    const spared = new Set([point.name, ...(done.kept ? [done.kept.name] : [])]);
    pruneRestorePoints(database, request.keptPoints, spared);
    return done;
  } catch (error) {
    throw explained(error, target);
  } finally {
    await session.close();
  }
}

/**
 * Checks a restore point like {@linkcode restoreDatabase}, and compares it with the database, which stays unchanged.
 * @throws {AludelError} as {@linkcode restoreDatabase}.
 */
export async function previewRestore(
  request: Omit<RestoreRequest, "keptPoints">,
  host: RunHost,
): Promise<RestorePreview> {
  const { target, point } = request;
  requireFile(target);
  requireCopy(point);
  const database = realPath(target.path);
  const folder = restoreFolderOf(database);
  requireRoom(database, folder, point.bytes, target.name);
  using work = await prepareWorkFolder(folder, host);
  const session = new CopySession(host, point.bytes);
  const copy = `${work.path}/copy`;
  try {
    await verifiedCopy(request, { database, folder, copy, work: work.path, session, host });
  } finally {
    await session.close();
  }
  await using then = await openDatabase({ path: copy, mode: "read" });
  const { applied } = await readState(then);
  const heads = headsOf(applied);
  if (!hasContent(database)) return { point, rows: null, from: null, heads };
  await using now = await patiently(
    target.name,
    host,
    () => openDatabase({ path: database, mode: "read", name: target.name }),
  );
  const state = await readState(now);
  const rows = rowChanges(await countRows(now), await countRows(then));
  return { point, rows, from: headsOf(state.applied), heads };
}

/** @throws {AludelError} `restore-point-rows` for a point that holds rows alone. */
export function requireCopy({ name, holds }: RestorePoint): void {
  if (holds === "database") return;
  throw new AludelError("restore-point-rows", `Restore point "${name}" holds only lost rows`, {
    notes: ["It can put the rows back into the database, but not replace the database"],
    outcome: "Nothing was changed",
    next: [shell`aludel restore ${name} --rows`],
  });
}

/** Makes sure that there is space for a copy of the point, one of the old content, and the journal or log. */
function requireRoom(
  database: string,
  folder: string,
  bytes: number,
  name: string,
): void {
  const size = databaseBytes(database);
  const what = `Restoring "${name}"`;
  const journal = Math.max(bytes, size);
  if (isSameDisk(database, folder)) return requireSpace(folder, bytes + size + journal, what);
  requireSpace(folder, bytes + size, what);
  requireSpace(splitPath(database).folder, journal, what);
}

/** The places and services of a restore. */
export interface Place {
  /** The database's real path. */
  readonly database: string;
  /** The folder of its restore points. */
  readonly folder: string;
  /** The verified copy of the point, which becomes the new content. */
  readonly copy: string;
  /** The folder that the copy is in. */
  readonly work: string;
  readonly session: CopySession;
  readonly host: RunHost;
}

/** Copies the point, and makes sure that the copy is unchanged and not damaged. */
export async function verifiedCopy(
  { target, point }: Pick<RestoreRequest, "target" | "point">,
  { folder, copy, session }: Place,
): Promise<void> {
  await copyPoint(point, { folder, copy, session }, `Nothing was changed in "${target.name}"`);
  await using connection = await openDatabase({ path: copy, mode: "read", name: point.name });
  const damage = await findDamage(connection);
  if (damage.length > 0) {
    throw damagedPoint(point, damage, `Nothing was changed in "${target.name}"`);
  }
  // A newer Aludel's records are refused before anything is changed.
  await readState(connection);
}

async function replaceDatabase(request: RestoreRequest, place: Place): Promise<Restored> {
  const { target, point } = request;
  const { database, copy, session, host } = place;
  let kept: MadePoint | undefined;
  let heads: RestorePoint["heads"] = [];
  let isReady = false;
  const undo = () => {
    kept?.discard();
    kept = undefined;
  };
  try {
    await replaceContent(
      {
        database,
        copy,
        name: target.name,
        bytes: point.bytes,
        async prepare(live, guarded) {
          // An earlier try has already changed the copy's log.
          if (isReady) await copyPoint(point, place, "Nothing was changed");
          kept = await makeRestorePoint(
            {
              database,
              name: target.name,
              kind: "restore",
              reason: `before restore of ${point.name}`,
              madeBy: host.appliedBy,
              guarded,
            },
            session,
            host,
          );
          isReady = true;
          heads = await prepareCopy(copy, point, kept.point, live, host);
        },
        undo,
      },
      session,
      host,
    );
  } catch (error) {
    await session.close();
    if (kept === undefined) throw afterFailure(error, target.name, undefined);
    const found = await contentNow(place, `${kept.path}/${kept.point.file}`);
    if (found !== "new") {
      const failure = afterFailure(error, target.name, found === "old" ? undefined : kept);
      if (found === "old") undo();
      throw failure;
    }
    host.emit(restoredAfterAll(target, error));
  }
  return { point, kept: kept?.point ?? null, heads };
}

/** Whether the database has the old or the new content; undefined if neither, or if it cannot be read. */
async function contentNow(
  { database, copy, work, host }: Place,
  kept: string,
): Promise<"old" | "new" | undefined> {
  const now = `${work}/now`;
  const session = new CopySession(host, databaseBytes(database));
  try {
    // Opened to write, so that a journal is recovered.
    await using _ = await openDatabase({ path: database, mode: "write" });
    createPrivate(now);
    const options = { what: "looking at the database", of: databaseBytes(database) };
    await session.copy({ from: database, to: now }, options);
    return sameContent(now, copy) ? "new" : sameContent(now, kept) ? "old" : undefined;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  } finally {
    await session.close();
  }
}

/** @param kept The restore point of the old content, if the database may have changed. */
function afterFailure(error: unknown, name: string, kept: MadePoint | undefined): unknown {
  const known = error instanceof SqlError ? copyFailed(error, name) : error;
  if (!(known instanceof AludelError)) return known;
  if (kept === undefined) return known.with({ outcome: "Nothing was changed" });
  return known.with({
    outcome:
      `It is unknown whether the database was replaced; restore point ${kept.point.name} has its old content`,
    next: [shell`aludel status # see the revisions that it is at, before you restore again`],
  });
}

function restoredAfterAll({ name, path }: Target, error: unknown): Notice {
  return {
    type: "notice",
    code: "restore-error-after",
    message: `"${name}" is restored; the system refused something afterwards`,
    notes: [error instanceof Error ? error.message : String(error)],
    next: [shell`sqlite3 ${path} "PRAGMA integrity_check"`],
  };
}

async function createAnew({ point, target }: RestoreRequest, place: Place): Promise<Restored> {
  const { copy, database, host } = place;
  const heads = await prepareCopy(copy, point, null, undefined, host);
  placeNewDatabase(copy, database, target.name, point.mode);
  return { point, kept: null, heads };
}

/** Copies newer log entries and the policies of the database into the copy, and adds an entry for the restore. */
export async function prepareCopy(
  copy: string,
  point: RestorePoint,
  kept: RestorePoint | null,
  live: Connection | undefined,
  host: RunHost,
): Promise<RestorePoint["heads"]> {
  await using connection = await openDatabase({ path: copy, mode: "write" });
  await connection.execute("BEGIN IMMEDIATE");
  const hasLog = live !== undefined && await hasStateTables(live);
  if (hasLog || await hasStateTables(connection)) {
    await ensureStateTables(connection);
    if (hasLog) {
      await carryLog(live, connection);
      // A restore does not change the policies.
      await writePolicies(connection, await readPolicies(live));
    }
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
  // Entries are copied unchanged: a newer Aludel may have written kinds that this one does not know.
  const rows = await live.query(
    "SELECT entry, at, event, revision, details, logged_by FROM main.aludel_log WHERE entry > ? ORDER BY entry",
    [BigInt(newest?.entry ?? 0)],
  );
  for (const row of rows) {
    await CARRY_LOG.run(copy, row as Parameters<typeof CARRY_LOG.run>[1]);
  }
}

/** Whether there is a database that is not empty. */
function hasContent(database: string): boolean {
  try {
    return host.files.stat(database).size > 0;
  } catch (error) {
    if (host.fault(error) === "not-found") return false;
    throw error;
  }
}

/** Explains an error. A damaged database cannot be kept as a restore point, so the user must move it away first. */
function explained(thrown: unknown, target: Target): unknown {
  const error = thrown instanceof SqlError ? copyFailed(thrown, target.name) : thrown;
  if (!(error instanceof AludelError)) return error;
  if (error.code !== "database-corrupt" && error.code !== "database-not-sqlite") return error;
  const { path } = target;
  return error.with({
    outcome: "Nothing was changed",
    next: [shell`mv ${path} ${`${path}.damaged`} && aludel restore`],
  });
}
