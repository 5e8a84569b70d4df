import type { Connection } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { DownHash, TextHash } from "../manifest/manifest.ts";
import { AludelError, REPORT_BUG } from "../errors.ts";
import type { AppliedRevision, AppliedTexts } from "./state.ts";
import type { LogStamp, NewLogEntry } from "./log.ts";
import {
  APPEND_LOG,
  DELETE_REVISION_RETURNING,
  INSERT_REVISION,
  logValues,
  PURGE,
  RESEAL_HASHES,
  RESEAL_TEXTS,
  revisionValues,
} from "./statements.ts";

// Every function here runs inside the caller's transaction, on tables that ensureStateTables() has checked.

const READ_HASHES = "SELECT up_hash, down_hash FROM main.aludel_revision WHERE id = ?";

/**
 * Records a revision as applied, after all others.
 * @throws {SqlError} Also if it is applied already.
 */
export async function insertRevision(
  connection: Connection,
  revision: AppliedRevision,
  texts: AppliedTexts,
): Promise<void> {
  await INSERT_REVISION.run(connection, revisionValues(revision, texts));
}

/**
 * Removes a revision's record.
 * @throws {AludelError} `internal` if it has no record, which means that the caller's view of the state was wrong.
 * @throws {SqlError}
 */
export async function deleteRevision(connection: Connection, id: RevisionId): Promise<void> {
  const deleted = await DELETE_REVISION_RETURNING.run(connection, { id });
  if (deleted.length !== 1) throw notRecorded(id);
}

/** Removes all records, and the statements of unfinished scripts. The log is kept. @throws {SqlError} */
export async function purgeRevisions(connection: Connection): Promise<void> {
  for (const statement of PURGE) await statement.run(connection, {});
}

/**
 * Updates a record after its revision was signed again, and logs that.
 *
 * @param texts The new texts, or null to keep the ones that ran.
 * @throws {AludelError} `internal` if the revision is not applied.
 * @throws {SqlError}
 */
export async function resealRevision(
  connection: Connection,
  revision: Pick<AppliedRevision, "id" | "up" | "down" | "lineage">,
  texts: AppliedTexts | null,
  stamp: LogStamp,
): Promise<void> {
  const { id, up, down, lineage } = revision;
  const [row] = await connection.query(READ_HASHES, [id]);
  if (row === undefined) throw notRecorded(id);
  await RESEAL_HASHES.run(connection, { id, up_hash: up, down_hash: down, lineage });
  if (texts !== null) {
    await RESEAL_TEXTS.run(connection, { id, up_sql: texts.up, down_sql: texts.down });
  }
  await appendLog(connection, {
    at: stamp.at,
    by: stamp.by,
    event: "reseal",
    revision: id,
    details: {
      from: [row["up_hash"] as TextHash, row["down_hash"] as DownHash],
      to: [up, down],
      lineage,
    },
  });
}

/**
 * Appends to the log.
 * @throws {SqlError}
 */
export async function appendLog(connection: Connection, entry: NewLogEntry): Promise<void> {
  await APPEND_LOG.run(connection, logValues(entry));
}

function notRecorded(id: RevisionId): AludelError {
  return new AludelError("internal", `Revision "${id}" has no record in the database`, {
    revision: id,
    next: [REPORT_BUG],
  });
}
