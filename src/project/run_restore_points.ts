import { CopySession, type CopyWatch } from "../runner/copy_session.ts";
import type { KeptPoint } from "../runner/restore_policy.ts";
import { databaseBytes } from "./free_space.ts";
import { makeRestorePoint } from "./make_restore_point.ts";
import { restoreFolderOf } from "./restore_folder.ts";
import { pruneRestorePoints, removeRestorePoint } from "./retention.ts";
import type { Target } from "./target.ts";

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
