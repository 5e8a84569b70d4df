import { AludelError } from "../../errors.ts";
import { SqlError } from "../../db/connection.ts";
import { openDatabase } from "../../db/open.ts";
import type { RunHost } from "../../runner/request.ts";
import { executePatiently } from "../../runner/write_lock.ts";
import { CopySession, throwIfInterrupted } from "./copy_session.ts";
import { requireSpace } from "./database_files.ts";
import { copyFailed, type MadePoint, makeRestorePoint } from "./make_restore_point.ts";
import {
  type Place,
  prepareCopy,
  requireCopy,
  type Restored,
  type RestoreRequest,
  verifiedCopy,
} from "./restore.ts";
import { pruneRestorePoints, restoreFolderOf } from "./restore_points.ts";
import { replaceByRows } from "./row_copy.ts";
import { copyServer } from "./server_copy.ts";
import { prepareWorkFolder } from "./work_folder.ts";

/**
 * Restores a database on a libSQL server, in one transaction: all objects are dropped, and created again from the copy
 * with their rows and rowids. First, the old content becomes a restore point. Newer log entries are copied from it.
 *
 * @throws {AludelError} `restore-point-damaged`, `restore-point-rows`, `copy-space`, `copy-failed`, `lock-timeout`,
 *   `server-failed`, `server-lock-lost`, `interrupted`; everything is rolled back.
 */
export async function restoreServer(request: RestoreRequest, host: RunHost): Promise<Restored> {
  const { target, point } = request;
  requireCopy(point);
  const folder = restoreFolderOf(target.path);
  requireSpace(folder, 2 * point.bytes, `Restoring "${target.name}"`);
  using work = await prepareWorkFolder(folder, host);
  const session = new CopySession(host, point.bytes);
  const copy = `${work.path}/copy`;
  const place: Place = { database: target.path, folder, copy, work: work.path, session, host };
  try {
    await verifiedCopy(request, place);
    const done = await replaceOnServer(request, place);
    const spared = new Set([point.name, ...(done.kept ? [done.kept.name] : [])]);
    pruneRestorePoints(target.path, request.keptPoints, spared);
    return done;
  } catch (error) {
    const known = error instanceof SqlError ? copyFailed(error, target.name) : error;
    throw known instanceof AludelError ? known.with({ outcome: "Nothing was changed" }) : known;
  } finally {
    await session.close();
  }
}

async function replaceOnServer(
  { target, point }: RestoreRequest,
  { copy, session, host }: Place,
): Promise<Restored> {
  await using live = await host.connect({ doubleQuotedStrings: true });
  await executePatiently(live, "BEGIN IMMEDIATE", host);
  let kept: MadePoint | undefined;
  try {
    kept = await makeRestorePoint(
      {
        database: target.path,
        name: target.name,
        kind: "restore",
        reason: `before restore of ${point.name}`,
        madeBy: host.appliedBy,
        // Another connection sees the state before this transaction.
        copyTo: (file) => copyServer(target, file, host),
      },
      session,
      host,
    );
    const heads = await prepareCopy(copy, point, kept.point, live, host);
    await using then = await openDatabase({ path: copy, mode: "read" });
    await replaceByRows(live, then, () => throwIfInterrupted(host));
    await executePatiently(live, "COMMIT", host);
    return { point, kept: kept.point, heads };
  } catch (error) {
    kept?.discard();
    throw error;
  }
}
