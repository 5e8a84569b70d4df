import type { RevisionId } from "../graph/revision.ts";
import type { AppliedTexts } from "../state/applied_revision.ts";
import { readTexts } from "../state/read_state.ts";
import type { DatabaseAccess } from "./database_access.ts";

/** The texts that a revision ran with, from the database's own record; undefined where it has none. */
export async function readAppliedTexts(
  access: DatabaseAccess,
  id: RevisionId,
): Promise<AppliedTexts | undefined> {
  const connection = await access.look();
  if (connection === null) return undefined;
  try {
    return await readTexts(connection, id);
  } finally {
    await connection.close();
  }
}
