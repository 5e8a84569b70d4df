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
import { prepareWorkFolder, removeEmptyFolder, type WorkFolder } from "./work_folder.ts";
import { copyServer } from "./server_copy.ts";
import { flushFolder, pathExists, splitPath, writeAtomically } from "../workspace/files.ts";
import type { Target } from "../workspace/target.ts";
import { type RunHost } from "../../runner/request.ts";
import { adviceFor } from "../../runner/failure.ts";
import { executePatiently, patiently } from "../../runner/write_lock.ts";
import { type AppliedRevision, readState } from "../../state/state.ts";
import { again, say, shell } from "../../text/next_step.ts";
import { toSecond } from "../../text/layout.ts";

/** A restore point to make. */
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
  /** Writes the copy of a database that is not a file. */
  readonly copyTo?: ((file: string) => Promise<void>) | undefined;
  /** Whether damage in the database is an error, as for a copy that the user asks for. */
  readonly checked?: boolean;
}

/** A new restore point. */
export interface MadePoint {
  readonly point: RestorePoint;
  /** Its folder. */
  readonly path: string;
  /** Removes it because the run has changed nothing, together with the folder around it if that was made for it. */
  discard(): void;
}

/**
 * Copies a database into its folder of restore points: page by page into a file that only its owner may read, flushed to
 * the disk, with a checksum. Finally, a rename makes it a restore point. A crash leaves a folder that the next call
 * removes.
 *
 * The copy has the state that a new reader sees: during a transaction of another connection, the state before it.
 *
 * @throws {AludelError} `copy-space` before anything is written, `copy-failed`, `copy-stalled`, `interrupted`,
 *   `database-busy`, `database-corrupt`, `restore-folder-taken`; no file is left.
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

/** The facts about the file of a restore point. */
type PointContent = Pick<RestorePoint, "holds" | "heads" | "sha256">;

/**
 * Writes the file of a restore point, and makes its folder a restore point.
 *
 * @param as The name and the expected size of the file.
 * @param write Writes the file, which is empty and which only its owner may read. If it throws, no file is left.
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
  using work = await prepareWorkFolder(restoreFolder, watch);
  const mode = request.copyTo === undefined ? modeOf(database) : null;
  const path = `${work.path}/${file}`;
  createPrivate(path);
  try {
    const content = await write(path);
    // The copy has at most the owner's permissions to read and write.
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

/** Renames the folder to the time, with a number if that name is taken. A folder with content is never replaced. */
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

/** The error for a database that SQLite cannot copy. */
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
    // A copy with unreadable records is still useful.
    if (error instanceof AludelError || error instanceof SqlError) return [];
    throw error;
  }
}

/** The applied revisions without applied children. */
export function headsOf(applied: readonly AppliedRevision[]): RestorePoint["heads"] {
  const followed = new Set(applied.flatMap((revision) => revision.parents));
  return applied
    .filter(({ id }) => !followed.has(id))
    .map(({ id, lineage }) => ({ id, lineage }));
}

/** A database to copy, and why. */
interface BackupRequest {
  readonly target: Target;
  readonly reason: string;
}

/**
 * Makes a restore point of a database that other processes may use. They can read, and in WAL mode also write; otherwise
 * a writer's COMMIT waits until the copy is made.
 *
 * @throws {AludelError} `copy-unsupported` for a database in memory, `database-missing`, `database-not-sqlite`,
 *   `database-corrupt`, `lock-timeout`, and as {@linkcode makeRestorePoint}.
 */
export async function backupDatabase(request: BackupRequest, host: RunHost): Promise<RestorePoint> {
  const { target } = request;
  if (target.kind === "server") {
    return await makeBackup(request, host, 0, (file) => copyServer(target, file, host));
  }
  requireFile(target);
  // Opened as every command opens it: a hot journal is recovered, and a file that is no database is refused.
  await using connection = await patiently(
    target.name,
    host,
    () => openDatabase({ path: target.path, mode: "write", name: target.name }),
  );
  // A read transaction keeps writers from replacing pages under the copy, which would wait for them without a message.
  await executePatiently(connection, "BEGIN", host);
  await executePatiently(connection, "SELECT count(*) FROM main.sqlite_schema", host);
  return await makeBackup(request, host, databaseBytes(target.path));
}

async function makeBackup(
  { target, reason }: BackupRequest,
  host: RunHost,
  bytes: number,
  copyTo?: RestorePointRequest["copyTo"],
): Promise<RestorePoint> {
  const session = new CopySession(host, bytes);
  try {
    const { point } = await makeRestorePoint(
      {
        database: target.path,
        name: target.name,
        kind: "backup",
        reason,
        madeBy: host.appliedBy,
        copyTo,
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
