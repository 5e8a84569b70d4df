import { host } from "../../host/mod.ts";
import { type Connection, SqlError } from "../../db/connection.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError, type ErrorCode } from "../../errors.ts";
import { CopySession } from "./copy_session.ts";
import {
  createPrivate,
  databaseBytes,
  fileBytes,
  findDamage,
  realPath,
  requireSpace,
} from "./database_files.ts";
import { copyFailed, requireFile } from "./make_restore_point.ts";
import { countRows, type RowChange, rowChanges } from "./row_counts.ts";
import { makeRunPoint } from "./run_points.ts";
import { restoreFolderOf } from "./restore_points.ts";
import { copyServer } from "./server_copy.ts";
import { prepareWorkFolder, removeLeftovers, type WorkFolder } from "./work_folder.ts";
import { accessTo, type DatabaseAccess } from "../workspace/database_access.ts";
import {
  type MigrationContext,
  type MigrationRequest,
  planMigration,
  runMigration,
} from "../migrate/migration.ts";
import { pathExists, splitPath } from "../workspace/files.ts";
import type { Target } from "../workspace/target.ts";
import type { ResumeChoice, RunHost, RunOutcome, TransactionMode } from "../../runner/request.ts";
import type { DeclaredLoss, TableLoss } from "../../runner/loss/verdict.ts";
import { executePatiently } from "../../runner/write_lock.ts";
import { again } from "../../text/next_step.ts";

/** A migration to run on a copy of a database. */
interface RehearsalRequest {
  readonly target: Target;
  readonly migration: MigrationRequest;
  /** The path at which to keep the copy; undefined to remove it. */
  readonly keep: string | undefined;
  readonly transaction: TransactionMode;
  readonly resume?: ResumeChoice;
}

/** The results of a rehearsal. */
export interface Rehearsal {
  readonly outcome: RunOutcome;
  /** The duration of copying and of the run, in milliseconds. */
  readonly copyMs: number;
  readonly runMs: number;
  /** What the run would lose, measured as in a run. */
  readonly lost: DeclaredLoss;
  /** Tables whose number of rows changed, and tables that were created or dropped. */
  readonly rows: readonly RowChange[];
  /** The messages of integrity_check; empty if there is no damage. */
  readonly damage: readonly string[];
  /** Rows that violate a foreign key afterwards; null if a key's parent does not fit. */
  readonly foreignKeyViolations: number | null;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** The largest size of the write-ahead log; null for a database without one. */
  readonly logBytes: number | null;
}

/**
 * Runs a route on a copy of the database, and measures. The database itself is only read, like by any other reader.
 * The copy is removed in any case, unless it is to be kept.
 *
 * @param host Its connections are not used: the run connects to the copy.
 * @throws {AludelError} The errors of the route, with an outcome that says that it was a rehearsal; `copy-space`,
 *   `copy-failed`, `copy-unsupported`, `rehearsal-path-taken`, `interrupted`.
 */
export async function rehearse(
  context: MigrationContext,
  request: RehearsalRequest,
  host: RunHost,
): Promise<Rehearsal> {
  const { target, keep } = request;
  if (target.kind !== "server") requireFile(target);
  const database = realPath(target.path);
  if (keep !== undefined && pathExists(keep)) throw pathTaken(keep);
  const size = databaseBytes(database);
  // The journal or log of the run may become as large as the copy.
  requireSpace(
    splitPath(keep ?? database).folder,
    2 * size,
    `Rehearsing on "${target.name}"`,
  );
  const restoreFolder = restoreFolderOf(database);
  if (keep !== undefined) await removeLeftovers(restoreFolder);
  using work = keep === undefined ? await openRehearsalFolder(restoreFolder, host) : undefined;
  const copy = keep ?? `${work!.path}/${splitPath(database).file}`;
  const started = host.clock.monotonicMs();
  await makeCopy(request, copy, size, host);
  const copyMs = Math.round(host.clock.monotonicMs() - started);
  try {
    const measured = await runOn(
      accessToCopy(target, copy, context),
      copy,
      context,
      request,
      host,
    );
    return { ...measured, copyMs };
  } catch (error) {
    throw error instanceof AludelError ? asRehearsed(error, target, keep) : error;
  }
}

/** The access to the copy. It refuses the same statements as the server. */
function accessToCopy(target: Target, copy: string, { access }: MigrationContext): DatabaseAccess {
  const { refusals } = access;
  return {
    ...accessTo({ ...target, kind: "file", server: undefined, path: copy, mode: undefined }),
    ...(refusals && { refusals: (statements) => refusals(statements) }),
  };
}

async function makeCopy(
  { target }: RehearsalRequest,
  copy: string,
  size: number,
  host: RunHost,
): Promise<void> {
  createPrivate(copy);
  if (target.kind === "server") return await copyServer(target, copy, host);
  if (size === 0) return;
  const session = new CopySession(host, size);
  try {
    const { connection, immutable } = await openSource(target);
    await using _ = connection;
    await executePatiently(connection, "BEGIN", host);
    await executePatiently(connection, "SELECT count(*) FROM main.sqlite_schema", host);
    const what = `copying "${target.name}"`;
    await session.copy({ from: realPath(target.path), to: copy, immutable }, { what, of: size });
    const [row] = await connection.query("PRAGMA main.journal_mode");
    // SQLite's copies are never in WAL mode.
    if (row?.["journal_mode"] === "wal") await startLog(copy);
  } catch (error) {
    removeQuietly(copy);
    throw error instanceof SqlError ? copyFailed(error, target.name) : error;
  } finally {
    await session.close();
  }
}

/** Errors of opening a database to write if SQLite cannot create the files of a write-ahead log. */
const NO_LOG_THERE: ReadonlySet<ErrorCode> = new Set(["database-readonly", "database-unreadable"]);

async function openRehearsalFolder(restoreFolder: string, host: RunHost): Promise<WorkFolder> {
  try {
    return await prepareWorkFolder(restoreFolder, host);
  } catch (error) {
    throw error instanceof AludelError && error.code === "copy-failed"
      ? error.with({ next: [...error.next, again`--rehearse-keep PATH # rehearse elsewhere`] })
      : error;
  }
}

/** Opens the database to copy, even if it is in WAL mode in a folder in which SQLite cannot create its log. */
async function openSource(
  { path, name }: Target,
): Promise<{ readonly connection: Connection; readonly immutable: boolean }> {
  try {
    // Opened as every command opens it: a hot journal is recovered.
    return { connection: await openDatabase({ path, mode: "write", name }), immutable: false };
  } catch (error) {
    if (!(error instanceof AludelError) || !NO_LOG_THERE.has(error.code)) throw error;
    return { connection: await openDatabase({ path, mode: "read", name }), immutable: true };
  }
}

async function startLog(copy: string): Promise<void> {
  await using connection = await openDatabase({ path: copy, mode: "write" });
  await connection.query("PRAGMA main.journal_mode = WAL");
}

async function runOn(
  access: DatabaseAccess,
  copy: string,
  context: MigrationContext,
  request: RehearsalRequest,
  host: RunHost,
): Promise<Omit<Rehearsal, "copyMs">> {
  const bytesBefore = databaseBytes(copy);
  const before = await withConnection(access, countRows);
  const planned = await planMigration({ ...context, access }, request.migration);
  let logBytes: number | null = null;
  const lost: { tables: TableLoss[]; objects: string[] } = { tables: [], objects: [] };
  const target = { ...request.target, path: copy };
  const point = { target, kept: 0, madeBy: host.appliedBy, watch: host, made: new Set<string>() };
  // Nobody else writes to the copy.
  const { online: _, ...alone } = host;
  const copyHost: RunHost = {
    ...alone,
    connect: access.connect,
    // The copy needs no restore points. But a run that changes too much to be compared in memory compares with one.
    restorePoints: { policy: "never", make: (reason) => makeRunPoint(point, reason) },
    lockHolder: access.lockHolder,
    emit(event) {
      // The file of the log does not shrink while it is open.
      if (event.type === "committed") logBytes = largest(logBytes, fileBytes(`${copy}-wal`));
      if (event.type === "lost") {
        lost.tables.push(...event.tables);
        lost.objects.push(...event.objects);
      }
      host.emit(event);
    },
  };
  const started = host.clock.monotonicMs();
  const { transaction, resume } = request;
  const outcome = await runMigration(
    { ...context, access },
    request.migration,
    planned,
    copyHost,
    { transaction, ...(resume !== undefined && { resume }) },
  );
  const runMs = Math.round(host.clock.monotonicMs() - started);
  return await withConnection(access, async (connection) => ({
    outcome,
    runMs,
    lost,
    rows: rowChanges(before, await countRows(connection)),
    damage: await findDamage(connection),
    foreignKeyViolations: await countViolations(connection),
    bytesBefore,
    bytesAfter: await pageBytes(connection),
    logBytes,
  }));
}

async function withConnection<T>(
  access: DatabaseAccess,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  await using connection = await access.connect({ doubleQuotedStrings: true });
  return await work(connection);
}

async function countViolations(connection: Connection): Promise<number | null> {
  try {
    const [row] = await connection.query("SELECT count(*) AS n FROM pragma_foreign_key_check");
    return Number(row?.["n"]);
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

async function pageBytes(connection: Connection): Promise<number> {
  const [row] = await connection.query(
    "SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size",
  );
  return Number(row?.["n"]);
}

function asRehearsed(
  error: AludelError,
  target: Target,
  keep: string | undefined,
): AludelError {
  const fact = `This was a rehearsal: "${target.name}" was not touched`;
  return error.with({
    committed: [],
    outcome: keep === undefined ? fact : `${fact}, and the copy is "${keep}"`,
  });
}

function pathTaken(path: string): AludelError {
  return new AludelError("rehearsal-path-taken", `The file "${path}" already exists`, {
    outcome: "Nothing was run",
    next: [again`--rehearse-keep PATH # name a path that does not exist yet`],
  });
}

function largest(a: number | null, bytes: number): number | null {
  return bytes === 0 ? a : Math.max(a ?? 0, bytes);
}

function removeQuietly(path: string): void {
  try {
    host.files.remove(path);
  } catch {
    // It was not created.
  }
}
