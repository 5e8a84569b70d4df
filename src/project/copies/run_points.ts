import type { Connection } from "../../db/connection.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { type KeptPoint, type LostContent, type LostRows } from "../../runner/request.ts";
import { shell } from "../../text/next_step.ts";
import type { Target } from "../workspace/target.ts";
import { hasTimeTravel, markMoment } from "./bookmark.ts";
import { CopySession, type CopyWatch } from "./copy_session.ts";
import { databaseBytes, realPath } from "./database_files.ts";
import {
  type MadePoint,
  makeRestorePoint,
  publishPoint,
  readHeads,
  type RestorePointRequest,
} from "./make_restore_point.ts";
import { copyServer } from "./server_copy.ts";
import { pruneRestorePoints } from "./restore_points.ts";
import { toSecond } from "../../text/layout.ts";

/** The file of a restore point that has only rows. */
const ROWS_FILE = "rows.db";

/** The context of a run's restore points. There is one for the whole run. */
interface RunPointContext {
  readonly target: Target;
  /** The number of automatic restore points to keep. */
  readonly kept: number;
  readonly madeBy: string;
  readonly watch: CopyWatch;
  /** The minimum size of the database, and the maximum share of lost rows, to keep rows alone; undefined for never. */
  readonly rowsOnly?: { readonly fromBytes: number; readonly share: number } | undefined;
  /** The names of the restore points of this run, which it must not remove. Filled here. */
  readonly made: Set<string>;
}

/**
 * Makes a restore point for a run, which has the write lock.
 * @throws {AludelError} as {@linkcode makeRestorePoint}.
 */
export async function makeRunPoint(
  context: RunPointContext,
  reason: string,
  lost?: LostContent,
): Promise<KeptPoint> {
  const { target, watch, madeBy } = context;
  if (hasTimeTravel(target)) return await markMoment(target);
  const session = new CopySession(watch, databaseBytes(target.path));
  try {
    const request = {
      database: target.path,
      name: target.name,
      kind: "run",
      reason,
      madeBy,
      ...(target.kind === "server" && {
        copyTo: (file: string) => copyServer(target, file, watch),
      }),
    } as const;
    const made = await tryRowsPoint(context, request, lost, session) ??
      await makeRestorePoint(request, session, watch);
    return keptBy(context, made);
  } finally {
    await session.close();
  }
}

/**
 * Keeps only the lost rows, if the database is large and they are a small part of it.
 * @returns undefined if the whole database must be copied.
 */
async function tryRowsPoint(
  { rowsOnly, watch }: RunPointContext,
  request: RestorePointRequest,
  lost: LostContent | undefined,
  session: CopySession,
): Promise<MadePoint | undefined> {
  if (request.copyTo !== undefined) return undefined;
  const size = databaseBytes(request.database);
  if (lost === undefined || rowsOnly === undefined || size < rowsOnly.fromBytes) return undefined;
  const tables = await lost.read();
  if (tables === undefined) return undefined;
  try {
    const limit = Math.floor(size * rowsOnly.share);
    return await makeRowsPoint(request, { fresh: lost.fresh, tables, limit }, session, watch);
  } catch (error) {
    // The caller copies the whole database instead. If that fails too, it reports the reason, such as a full disk.
    if (error instanceof AludelError && error.code === "copy-failed") return undefined;
    throw error;
  }
}

/**
 * Makes a restore point of lost rows.
 *
 * @param lost The lost rows, the connection of the run, and the maximum size of the file in bytes.
 * @throws {AludelError} as {@linkcode makeRestorePoint}; `copy-failed` if the rows cannot be kept alone.
 */
export async function makeRowsPoint(
  request: RestorePointRequest,
  { fresh, tables, limit }: {
    readonly fresh: Connection;
    readonly tables: readonly LostRows[];
    readonly limit: number;
  },
  session: CopySession,
  watch: CopyWatch,
): Promise<MadePoint> {
  const { RowsUnfit, writeLostRows } = await import("./lost_rows.ts");
  const database = realPath(request.database);
  const { reason, name } = request;
  const created = toSecond(watch.clock.now());
  return await publishPoint(request, { bytes: 0, file: ROWS_FILE }, watch, async (file) => {
    try {
      const lost = { fresh, tables };
      await writeLostRows({ file, database, lost, reason, created, limit });
    } catch (error) {
      if (!(error instanceof RowsUnfit)) throw error;
      throw new AludelError("copy-failed", `The rows of "${name}" could not be kept alone`, {
        next: [shell`aludel backup # copy the database first`],
        cause: error,
      });
    }
    const hashing = { what: `hashing the rows of "${name}"`, of: limit };
    // A new reader of the database sees the state before the transaction.
    const heads = await readHeads(database);
    return { holds: "rows", heads, sha256: await session.digest(file, hashing) };
  });
}

/** A restore point as the runner uses it. */
function keptBy(
  { target, kept, made }: RunPointContext,
  { point, path, discard }: MadePoint,
): KeptPoint {
  made.add(point.name);
  return {
    name: point.name,
    bytes: point.bytes,
    holds: point.holds,
    path,
    open: ({ doubleQuotedStrings }) =>
      openDatabase({
        path: `${path}/${point.file}`,
        mode: "read",
        doubleQuotedStrings,
      }),
    discard,
    settle: () => pruneRestorePoints(target.path, kept, made),
  };
}
