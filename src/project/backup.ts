import { openDatabase } from "../db/open.ts";
import { AludelError } from "../errors.ts";
import { CopySession, type CopyWatch } from "../runner/copy_session.ts";
import type { RunHost } from "../runner/run_request.ts";
import { executePatiently } from "../runner/write_lock.ts";
import { databaseBytes } from "./free_space.ts";
import { makeRestorePoint } from "./make_restore_point.ts";
import type { RestorePoint } from "./restore_point.ts";
import type { Target } from "./target.ts";

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
