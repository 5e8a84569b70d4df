import { SqlError } from "../../db/connection.ts";
import { databaseError } from "../../db/database_error.ts";
import { findDamage } from "../../db/find_damage.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { CopySession, type CopyWatch } from "./copy_session.ts";
import {
  createPrivate,
  databaseBytes,
  modeOf,
  realPath,
  requireSpace,
  splitPath,
} from "./database_files.ts";
import {
  formatRestorePoint,
  POINT_FILE,
  pruneRestorePoints,
  removeRestorePoint,
  restoreFolderOf,
  type RestorePoint,
  type RestorePointKind,
} from "./restore_points.ts";
import { openWorkFolder, removeLeftovers, type WorkFolder } from "./work_folder.ts";
import { pathExists } from "../path_exists.ts";
import type { Target } from "../target.ts";
import { flushFolder, writeAtomically } from "../write_atomically.ts";
import { toSecond } from "../../runner/clock.ts";
import { adviceFor } from "../../runner/explain_sql_error.ts";
import type { KeptPoint } from "../../runner/restore_policy.ts";
import type { RunHost } from "../../runner/run_request.ts";
import { executePatiently } from "../../runner/write_lock.ts";
import type { AppliedRevision } from "../../state/applied_revision.ts";
import { readState } from "../../state/read_state.ts";

/** What {@linkcode makeRestorePoint} makes. */
export interface RestorePointRequest {
  /** The database's path. */
  readonly database: string;
  /** The database for messages. */
  readonly name: string;
  readonly kind: RestorePointKind;
  readonly reason: string;
  readonly madeBy: string;
  /** Whether a connection of this process has locked the database with BEGIN EXCLUSIVE. */
  readonly guarded?: boolean;
  /** Whether damage in the database is an error: a copy that was asked for should be a good one. */
  readonly checked?: boolean;
}

/**
 * Copies a database into its folder of restore points: page by page into a file that only its owner may read, flushed to
 * the disk, with a checksum; then one rename makes it a restore point. A crash leaves a folder that the next one removes.
 *
 * @throws {AludelError} `copy-space` before anything is touched, `copy-failed`, `copy-stalled`, `interrupted`,
 *   `database-corrupt`; nothing is left then.
 */
export async function makeRestorePoint(
  request: RestorePointRequest,
  session: CopySession,
  watch: CopyWatch,
): Promise<RestorePoint> {
  const database = realPath(request.database);
  const { folder, file } = splitPath(database);
  const restoreFolder = restoreFolderOf(database);
  const size = databaseBytes(database);
  await requireSpace(folder, size, `A restore point of "${request.name}"`);
  await removeLeftovers(restoreFolder);
  using work = await openWorkFolder(restoreFolder);
  watch.emit({ type: "temporary", path: work.path });
  const copy = `${work.path}/${file}`;
  const mode = modeOf(database);
  createPrivate(copy);
  try {
    const options = { what: `copying "${request.name}"`, of: size };
    const guarded = request.guarded ? { guarded: "from" } as const : {};
    await session.copy({ from: database, to: copy, ...guarded }, options);
    if (request.checked) await refuseDamage(copy, request.name);
    const created = toSecond(watch.clock.now());
    const point = {
      kind: request.kind,
      created,
      reason: request.reason,
      file,
      heads: await readHeads(copy),
      bytes: Deno.statSync(copy).size,
      sha256: await session.digest(copy, {
        ...options,
        what: `hashing the copy of "${request.name}"`,
      }),
      mode,
      madeBy: request.madeBy,
    };
    // The owner may have less than reading and writing, but the copy is never open to others.
    if (mode !== null) Deno.chmodSync(copy, mode & 0o600);
    return publish(point, work, restoreFolder);
  } catch (error) {
    throw error instanceof SqlError ? copyFailed(error, request.name) : error;
  }
}

/** Gives the folder its name: the time, with a number where that is taken. A folder with content is never replaced. */
function publish(
  facts: Omit<RestorePoint, "name">,
  work: WorkFolder,
  restoreFolder: string,
): RestorePoint {
  const base = facts.created.replace("T", "_").replace(/[:Z]/g, "");
  for (let number = 1;; number++) {
    const point = { name: number === 1 ? base : `${base}_${number}`, ...facts };
    if (pathExists(`${restoreFolder}/${point.name}`)) continue;
    writeAtomically(`${work.path}/${POINT_FILE}`, formatRestorePoint(point));
    try {
      Deno.renameSync(work.path, `${restoreFolder}/${point.name}`);
    } catch (error) {
      if (pathExists(`${restoreFolder}/${point.name}`)) continue;
      throw error;
    }
    work.keep();
    flushFolder(restoreFolder);
    return point;
  }
}

/** What SQLite said while a database was copied. */
export function copyFailed(error: SqlError, name: string): AludelError {
  const known = databaseError(error, name);
  if (known !== undefined && error.resultCode !== 10) return known;
  const advice = adviceFor(error.sqlite);
  return new AludelError("copy-failed", `Database "${name}" could not be copied`, {
    sqlite: error.sqlite,
    next: [
      advice ?? "Look at the disk and at who has the file open, then give the same command again",
    ],
    cause: error,
  });
}

async function refuseDamage(copy: string, name: string): Promise<void> {
  await using connection = await openDatabase({ kind: "file", path: copy }, {
    mode: "read",
    name,
  });
  const damage = await findDamage(connection);
  if (damage.length === 0) return;
  throw new AludelError("database-corrupt", `Database "${name}" is damaged`, {
    notes: damage,
    outcome: "No restore point was made, and no older one was removed",
    next: ["aludel restore, to go back to the newest restore point", "aludel backup list"],
  });
}

async function readHeads(copy: string): Promise<RestorePoint["heads"]> {
  try {
    await using connection = await openDatabase({ kind: "file", path: copy }, { mode: "read" });
    const { applied } = await readState(connection);
    return headsOf(applied);
  } catch (error) {
    // A copy is worth having whatever its records look like.
    if (error instanceof AludelError || error instanceof SqlError) return [];
    throw error;
  }
}

/** The applied revisions that no other one follows. */
export function headsOf(applied: readonly AppliedRevision[]): RestorePoint["heads"] {
  const followed = new Set(applied.flatMap((revision) => revision.parents));
  return applied
    .filter(({ id }) => !followed.has(id))
    .map(({ id, lineage }) => ({ id, lineage }));
}

/** What a run's restore point needs besides its reason. */
export interface RunPointContext {
  readonly target: Target;
  /** How many automatic restore points to keep. */
  readonly kept: number;
  readonly madeBy: string;
  readonly watch: CopyWatch;
}

/**
 * Makes the restore point of a run, which holds the write lock.
 * @throws {AludelError} as {@linkcode makeRestorePoint}.
 */
export async function makeRunPoint(context: RunPointContext, reason: string): Promise<KeptPoint> {
  const { target, watch, madeBy, kept } = context;
  const database = target.path;
  const session = new CopySession(watch, databaseBytes(database));
  try {
    const request = { database, name: target.name, kind: "run", reason, madeBy } as const;
    const { name, bytes } = await makeRestorePoint(request, session, watch);
    const folder = restoreFolderOf(database);
    return {
      name,
      bytes,
      path: `${folder}/${name}`,
      discard: () => removeRestorePoint(folder, name),
      settle: () => pruneRestorePoints(database, kept),
    };
  } finally {
    await session.close();
  }
}

/** What `backup` copies, and why. */
export interface BackupRequest {
  readonly target: Target;
  readonly reason: string;
}

/**
 * Makes a restore point of a database that others may use meanwhile. They can read, and in WAL mode write too; otherwise
 * a writer's COMMIT waits until the copy is made.
 *
 * @throws {AludelError} `copy-unsupported` for a database in memory, `database-missing`, `database-not-sqlite`,
 *   `database-corrupt`, `lock-timeout`, and as {@linkcode makeRestorePoint}.
 */
export async function backupDatabase(request: BackupRequest, host: RunHost): Promise<RestorePoint> {
  const { target, reason } = request;
  requireFile(target);
  // Opened as every command opens it: a hot journal is played back, and what is no database is refused.
  await using connection = await openDatabase({ kind: "file", path: target.path }, {
    mode: "write",
    name: target.name,
  });
  // A read transaction keeps writers from replacing pages under the copy, which else would wait without a word.
  await executePatiently(connection, "BEGIN", host);
  await executePatiently(connection, "SELECT count(*) FROM main.sqlite_schema", host);
  const watch: CopyWatch = host;
  const session = new CopySession(watch, databaseBytes(target.path));
  try {
    return await makeRestorePoint(
      {
        database: target.path,
        name: target.name,
        kind: "backup",
        reason,
        madeBy: host.appliedBy,
        checked: true,
      },
      session,
      watch,
    );
  } finally {
    await session.close();
  }
}

/** @throws {AludelError} `copy-unsupported`. */
export function requireFile(target: Target): void {
  if (target.kind === "file") return;
  throw new AludelError("copy-unsupported", `Database "${target.name}" is not a file`, {
    notes: ["A database in memory ends with the command that made it: there is nothing to copy"],
    next: ["Name a file with `--database PATH`"],
  });
}
