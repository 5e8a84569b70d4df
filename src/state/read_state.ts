import type { Connection, Row } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { TextHashes } from "../manifest/lineage.ts";
import type { DownHash, TextHash } from "../manifest/manifest.ts";
import type { AppliedKind, AppliedRevision, AppliedTexts } from "./applied_revision.ts";
import { readIdList } from "./id_list.ts";
import { readFormat, STATE_FORMATS, type StateFormat } from "./state_format.ts";
import { ABSENT_MARK, readPresentMark, type StateMark } from "./state_mark.ts";

/** What a database records of itself. */
export interface State {
  /** The format of its tables; `"absent"` where it has none. */
  readonly format: number | "absent";
  /** In order of application. */
  readonly applied: readonly AppliedRevision[];
  /** Taken before the rest was read: a change in between shows as a mark that moved. */
  readonly mark: StateMark;
}

/** The state of a database that does not exist yet. */
export const NO_STATE: State = { format: "absent", applied: [], mark: ABSENT_MARK };

/**
 * Reads what is applied, without the texts. Changes nothing.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`, `state-damaged`.
 * @throws {SqlError}
 */
export async function readState(
  connection: Connection,
  formats: readonly StateFormat[] = STATE_FORMATS,
): Promise<State> {
  const format = await readFormat(connection, formats);
  if (format === "absent") {
    return { format, applied: [], mark: await readPresentMark(connection, format) };
  }
  const mark = await readPresentMark(connection, format.number);
  const rows = await connection.query(
    `SELECT ${format.revisionColumns} FROM main.aludel_revision ORDER BY position`,
  );
  const applied = rows.map((row) => toAppliedRevision(row, connection.name));
  return { format: format.number, applied, mark };
}

/**
 * Reads the ids of what is applied and the mark, for erasing records that may be damaged.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readAppliedIds(
  connection: Connection,
): Promise<{ readonly ids: readonly RevisionId[]; readonly mark: StateMark }> {
  const format = await readFormat(connection);
  if (format === "absent") return { ids: [], mark: ABSENT_MARK };
  const mark = await readPresentMark(connection, format.number);
  const rows = await connection.query("SELECT id FROM main.aludel_revision ORDER BY position");
  return { ids: rows.map((row) => String(row["id"])), mark };
}

/**
 * Reads the texts that a revision was applied with.
 * @returns Undefined where the revision is not applied.
 * @throws {SqlError}
 */
export async function readTexts(
  connection: Connection,
  id: RevisionId,
): Promise<AppliedTexts | undefined> {
  const [row] = await connection.query(
    "SELECT up_sql, down_sql FROM main.aludel_revision WHERE id = ?",
    [id],
  );
  if (row === undefined) return undefined;
  return toTexts(row);
}

/** All that a database stored of its revisions' texts. */
export interface StoredTexts {
  readonly texts: ReadonlyMap<RevisionId, AppliedTexts>;
  /**
   * The hashes that a re-signing replaced, from the log: where the tokens changed too, the record has the new hashes and
   * keeps the text that ran.
   */
  readonly replaced: ReadonlyMap<RevisionId, readonly TextHashes[]>;
}

/**
 * Reads the texts of every revision that is applied, and of one revision if it is given.
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readStoredTexts(
  connection: Connection,
  only: RevisionId | null = null,
): Promise<StoredTexts> {
  if (await readFormat(connection) === "absent") return { texts: new Map(), replaced: new Map() };
  const rows = await connection.query(
    "SELECT id, up_sql, down_sql FROM main.aludel_revision WHERE id = coalesce(?, id)",
    [only],
  );
  const replaced = new Map<RevisionId, TextHashes[]>();
  const reseals = await connection.query(
    "SELECT revision, details ->> '$.from[0]' AS up, details ->> '$.from[1]' AS down " +
      "FROM main.aludel_log WHERE event = 'reseal' AND json_valid(details) AND revision = coalesce(?, revision)",
    [only],
  );
  for (const { revision, up, down } of reseals) {
    const pairs = replaced.get(String(revision)) ?? [];
    pairs.push({ up: up as TextHash, down: down as DownHash });
    replaced.set(String(revision), pairs);
  }
  return { texts: new Map(rows.map((row) => [String(row["id"]), toTexts(row)])), replaced };
}

function toTexts(row: Row): AppliedTexts {
  const down = row["down_sql"];
  return { up: String(row["up_sql"]), down: down === null ? null : String(down) };
}

function toAppliedRevision(row: Row, database: string): AppliedRevision {
  const id = String(row["id"]);
  return {
    id,
    parents: readIdList(row["parents"], id, database),
    dependsOn: readIdList(row["depends_on"], id, database),
    labels: readIdList(row["labels"], id, database),
    message: String(row["message"]),
    lineage: row["lineage"] as TextHash,
    up: row["up_hash"] as TextHash,
    down: row["down_hash"] as DownHash,
    kind: row["kind"] as AppliedKind,
    appliedAt: String(row["applied_at"]),
    durationMs: Number(row["duration_ms"]),
    appliedBy: String(row["applied_by"]),
  };
}
