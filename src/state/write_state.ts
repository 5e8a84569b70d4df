import type { Connection } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { DownHash, TextHash } from "../manifest/manifest.ts";
import { AludelError, REPORT_BUG } from "../errors.ts";
import { type AppliedRevision, type AppliedTexts, writeIdList } from "./state.ts";
import type { LogStamp, NewLogEntry } from "./log.ts";

// Every function here runs inside the caller's transaction, on tables that ensureStateTables() has seen.
// The texts are constants, so that the connection keeps them prepared.

const INSERT_REVISION = "INSERT INTO main.aludel_revision (id, parents, depends_on, labels, " +
  "message, lineage, up_hash, down_hash, kind, applied_at, duration_ms, applied_by, up_sql, " +
  "down_sql) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const INSERT_LOG = "INSERT INTO main.aludel_log (at, event, revision, details, logged_by) " +
  "VALUES (?, ?, ?, ?, ?)";

const DELETE_REVISION = "DELETE FROM main.aludel_revision WHERE id = ? RETURNING id";

const READ_HASHES = "SELECT up_hash, down_hash FROM main.aludel_revision WHERE id = ?";

const RESEAL_HASHES = "UPDATE main.aludel_revision SET up_hash = ?, down_hash = ?, lineage = ? " +
  "WHERE id = ?";

const RESEAL_TEXTS = "UPDATE main.aludel_revision SET up_sql = ?, down_sql = ? WHERE id = ?";

/**
 * Records a revision as applied, after all others.
 * @throws {SqlError} also when it is applied already.
 */
export async function insertRevision(
  connection: Connection,
  revision: AppliedRevision,
  texts: AppliedTexts,
): Promise<void> {
  await connection.query(INSERT_REVISION, [
    revision.id,
    writeIdList(revision.parents),
    writeIdList(revision.dependsOn),
    writeIdList(revision.labels),
    revision.message,
    revision.lineage,
    revision.up,
    revision.down,
    revision.kind,
    revision.appliedAt,
    BigInt(Math.round(revision.durationMs)),
    revision.appliedBy,
    texts.up,
    texts.down,
  ]);
}

/**
 * Takes a revision's record away.
 * @throws {AludelError} `internal` when there is none: the caller's view of the state was wrong.
 * @throws {SqlError}
 */
export async function deleteRevision(connection: Connection, id: RevisionId): Promise<void> {
  const deleted = await connection.query(DELETE_REVISION, [id]);
  if (deleted.length !== 1) throw notRecorded(id);
}

/** Takes every record away, and what is known of unfinished scripts; the log stays. */
export async function purgeRevisions(connection: Connection): Promise<void> {
  await connection.execute("DELETE FROM main.aludel_revision");
  await connection.execute("DELETE FROM main.aludel_intent");
}

/**
 * Brings a record up to date after its revision was signed again, and logs it.
 *
 * @param texts The new texts; null keeps the ones that ran.
 * @throws {AludelError} `internal` when the revision is not applied.
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
  await connection.query(RESEAL_HASHES, [up, down, lineage, id]);
  if (texts !== null) await connection.query(RESEAL_TEXTS, [texts.up, texts.down, id]);
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
  await connection.query(INSERT_LOG, [
    entry.at,
    entry.event,
    entry.revision,
    JSON.stringify(entry.details),
    entry.by,
  ]);
}

function notRecorded(id: RevisionId): AludelError {
  return new AludelError("internal", `Revision "${id}" has no record in the database`, {
    revision: id,
    next: [REPORT_BUG],
  });
}
