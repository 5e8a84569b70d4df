import { openDatabase } from "../db/open.ts";
import { databaseError } from "../db/database_error.ts";
import { SqlError } from "../db/connection.ts";
import { findDamage } from "../db/find_damage.ts";
import { AludelError } from "../errors.ts";
import { toSecond } from "../runner/clock.ts";
import type { CopySession, CopyWatch } from "../runner/copy_session.ts";
import { adviceFor } from "../runner/explain_sql_error.ts";
import type { AppliedRevision } from "../state/applied_revision.ts";
import { readState } from "../state/read_state.ts";
import { databaseBytes, requireSpace } from "./free_space.ts";
import { pathExists } from "./path_exists.ts";
import { realPath, restoreFolderOf } from "./restore_folder.ts";
import {
  formatRestorePoint,
  POINT_FILE,
  type RestorePoint,
  type RestorePointKind,
} from "./restore_point.ts";
import { openWorkFolder, removeLeftovers, type WorkFolder } from "./work_folder.ts";
import { flushFolder, writeAtomically } from "./write_atomically.ts";

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

/** An empty file that only its owner may read and write, whatever the umask says. */
export function createPrivate(path: string): void {
  Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
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

function modeOf(path: string): number | null {
  if (Deno.build.os === "windows") return null;
  const { mode } = Deno.statSync(path);
  return mode === null ? null : mode & 0o777;
}

/** The folder and the name of a path. */
export function splitPath(path: string): { readonly folder: string; readonly file: string } {
  const at = Math.max(
    path.lastIndexOf("/"),
    Deno.build.os === "windows" ? path.lastIndexOf("\\") : -1,
  );
  return at < 0
    ? { folder: ".", file: path }
    : { folder: at === 0 ? "/" : path.slice(0, at), file: path.slice(at + 1) };
}
