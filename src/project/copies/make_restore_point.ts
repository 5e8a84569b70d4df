import { host } from "../../host/mod.ts";
import { SqlError } from "../../db/connection.ts";
import { databaseError } from "../../db/sqlite_error.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { CopySession, type CopyWatch } from "./copy_session.ts";
import {
  createPrivate,
  databaseBytes,
  findDamage,
  modeOf,
  realPath,
  requireSpace,
} from "./database_files.ts";
import {
  formatRestorePoint,
  POINT_FILE,
  readPointsIn,
  removeRestorePoint,
  restoreFolderOf,
  type RestorePoint,
  type RestorePointKind,
} from "./restore_points.ts";
import {
  openWorkFolder,
  removeEmptyFolder,
  removeLeftovers,
  type WorkFolder,
} from "./work_folder.ts";
import { copyServer } from "./server_copy.ts";
import { flushFolder, pathExists, splitPath, writeAtomically } from "../workspace/files.ts";
import type { Target } from "../workspace/target.ts";
import { type RunHost } from "../../runner/request.ts";
import { adviceFor } from "../../runner/failure.ts";
import { executePatiently, patiently } from "../../runner/write_lock.ts";
import { type AppliedRevision, readState } from "../../state/state.ts";
import { again, say, shell } from "../../text/next_step.ts";
import { toSecond } from "../../text/layout.ts";

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
  /** Writes the copy of a database that is no file. */
  readonly copyTo?: ((file: string) => Promise<void>) | undefined;
  /** Whether damage in the database is an error: a copy that was asked for should be a good one. */
  readonly checked?: boolean;
}

/** A restore point that has just been made. */
export interface MadePoint {
  readonly point: RestorePoint;
  /** Its folder. */
  readonly path: string;
  /** Takes it away again, because nothing came of what it was made for; the folder around it too, if it was made for it. */
  discard(): void;
}

/**
 * Copies a database into its folder of restore points: page by page into a file that only its owner may read, flushed to
 * the disk, with a checksum; then one rename makes it a restore point. A crash leaves a folder that the next one removes.
 *
 * What is copied is what a new reader of the database sees: during another connection's transaction the state before it.
 *
 * @throws {AludelError} `copy-space` before anything is touched, `copy-failed`, `copy-stalled`, `interrupted`,
 *   `database-busy`, `database-corrupt`, `restore-folder-taken`; nothing is left then.
 */
export async function makeRestorePoint(
  request: RestorePointRequest,
  session: CopySession,
  watch: CopyWatch,
): Promise<MadePoint> {
  const database = realPath(request.database);
  const size = databaseBytes(database);
  const { file } = splitPath(database);
  const as = { bytes: size, file: file === POINT_FILE ? `copy-of-${file}` : file };
  return await publishPoint(request, as, watch, async (copy) => {
    const options = { what: `copying "${request.name}"`, of: size };
    const guarded = request.guarded ? { guarded: "from" } as const : {};
    if (request.copyTo !== undefined) await request.copyTo(copy);
    else await session.copy({ from: database, to: copy, ...guarded }, options);
    if (request.checked) await refuseDamage(copy, request.name);
    const hashing = { ...options, what: `hashing the copy of "${request.name}"` };
    return {
      holds: "database",
      heads: await readHeads(copy),
      sha256: await session.digest(copy, hashing),
    };
  });
}

/** What is known of a restore point once its file is written. */
export type PointContent = Pick<RestorePoint, "holds" | "heads" | "sha256">;

/**
 * Has the file of a restore point written, and makes its folder a restore point.
 *
 * @param as The name of the file, and roughly how large it will be.
 * @param write Is given the path of an empty file that only its owner may read. What it throws ends this, and nothing is left.
 * @throws {AludelError} as {@linkcode makeRestorePoint}.
 */
export async function publishPoint(
  request: RestorePointRequest,
  { bytes, file }: { readonly bytes: number; readonly file: string },
  watch: CopyWatch,
  write: (file: string) => Promise<PointContent>,
): Promise<MadePoint> {
  const database = realPath(request.database);
  const restoreFolder = restoreFolderOf(database);
  requireSpace(restoreFolder, bytes, `A restore point of "${request.name}"`);
  await removeLeftovers(restoreFolder);
  using work = await openWorkFolder(restoreFolder);
  for (const path of work.traces) watch.emit({ type: "temporary", path });
  const mode = request.copyTo === undefined ? modeOf(database) : null;
  const path = `${work.path}/${file}`;
  createPrivate(path);
  try {
    const content = await write(path);
    // The owner may have less than reading and writing, but the copy is never open to others.
    if (mode !== null) host.files.setMode(path, mode & 0o600);
    const point = publish(work, restoreFolder, {
      kind: request.kind,
      holds: content.holds,
      created: toSecond(watch.clock.now()),
      reason: request.reason,
      file,
      heads: content.heads,
      bytes: host.files.stat(path).size,
      sha256: content.sha256,
      mode,
      madeBy: request.madeBy,
    });
    return {
      point,
      path: `${restoreFolder}/${point.name}`,
      discard() {
        removeRestorePoint(restoreFolder, point);
        if (work.madeRestoreFolder) removeEmptyFolder(restoreFolder);
      },
    };
  } catch (error) {
    throw error instanceof SqlError ? copyFailed(error, request.name) : error;
  }
}

/** Gives the folder its name: the time, with a number if that is taken. A folder with content is never replaced. */
function publish(
  work: WorkFolder,
  restoreFolder: string,
  facts: Omit<RestorePoint, "name" | "sequence">,
): RestorePoint {
  const base = facts.created.replace("T", "_").replace(/[:Z]/g, "");
  const description = `${work.path}/${POINT_FILE}`;
  createPrivate(description);
  for (let number = 1;; number++) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (pathExists(`${restoreFolder}/${name}`)) continue;
    const newest = readPointsIn(restoreFolder).points.at(-1);
    const point = { name, sequence: (newest?.sequence ?? 0) + 1, ...facts };
    writeAtomically(description, formatRestorePoint(point));
    try {
      host.files.rename(work.path, `${restoreFolder}/${name}`);
    } catch (error) {
      if (pathExists(`${restoreFolder}/${name}`)) continue;
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
      advice ??
        say("Check the disk, and which program has the file open, then run the same command again"),
    ],
    cause: error,
  });
}

async function refuseDamage(copy: string, name: string): Promise<void> {
  await using connection = await openDatabase({ path: copy, mode: "read", name });
  const damage = await findDamage(connection);
  if (damage.length === 0) return;
  throw new AludelError("database-corrupt", `Database "${name}" is damaged`, {
    notes: damage,
    outcome: "No restore point was made, and no older one was removed",
    next: [shell`aludel restore # go back to the newest restore point`, shell`aludel backup list`],
  });
}

/** The heads in a database, or in a copy of one; none if they cannot be read. */
export async function readHeads(copy: string): Promise<RestorePoint["heads"]> {
  try {
    await using connection = await openDatabase({ path: copy, mode: "read" });
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
  if (target.kind === "server") return await backupServer(request, host);
  requireFile(target);
  // Opened as every command opens it: a hot journal is played back, and what is no database is refused.
  await using connection = await patiently(
    target.name,
    host,
    () => openDatabase({ path: target.path, mode: "write", name: target.name }),
  );
  // A read transaction keeps writers from replacing pages under the copy, which else would wait without a word.
  await executePatiently(connection, "BEGIN", host);
  await executePatiently(connection, "SELECT count(*) FROM main.sqlite_schema", host);
  const watch: CopyWatch = host;
  const session = new CopySession(watch, databaseBytes(target.path));
  try {
    const { point } = await makeRestorePoint(
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
    return point;
  } finally {
    await session.close();
  }
}

async function backupServer(
  { target, reason }: BackupRequest,
  host: RunHost,
): Promise<RestorePoint> {
  const session = new CopySession(host, 0);
  try {
    const { point } = await makeRestorePoint(
      {
        database: target.path,
        name: target.name,
        kind: "backup",
        reason,
        madeBy: host.appliedBy,
        copyTo: (file) => copyServer(target, file, host),
        checked: true,
      },
      session,
      host,
    );
    return point;
  } finally {
    await session.close();
  }
}

/** @throws {AludelError} `copy-unsupported`. */
export function requireFile(target: Target): void {
  if (target.kind === "file") return;
  if (target.kind === "server") {
    throw new AludelError("copy-unsupported", `Database "${target.name}" is on a server`, {
      notes: [
        `Rows are put back, and a restore is tried, in files alone. Its restore points are SQLite files in "${
          restoreFolderOf(target.path)
        }"`,
      ],
      next: [
        shell`aludel restore # put the whole database back`,
        again`-d PATH # name a file`,
      ],
    });
  }
  throw new AludelError("copy-unsupported", `Database "${target.name}" is not a file`, {
    notes: ["A database in memory ends with its command: there is nothing to copy"],
    next: [again`-d PATH # name a file`],
  });
}
