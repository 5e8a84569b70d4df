import { type Connection, type Row, SqlError, type SqlValue } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import type { Revision, RevisionId } from "../graph/revision.ts";
import type { DownHash, TextHash } from "../manifest/manifest.ts";
import type { TextHashes } from "../manifest/verdict.ts";
import { say, shell } from "../text/next_step.ts";
import { readFormat, STATE_FORMATS, type StateFormat } from "./state_format.ts";

/** The origin of a record: the revision's up ran here, or the revision was only recorded. */
type AppliedKind = "ran" | "stamped";

/** A row of `aludel_revision`, without the two texts. */
export interface AppliedRevision extends Revision {
  readonly message: string;
  /** The hash of the revision's whole history, see docs/formats.md. */
  readonly lineage: TextHash;
  readonly up: TextHash;
  readonly down: DownHash;
  readonly kind: AppliedKind;
  /** UTC to the second. */
  readonly appliedAt: string;
  /** The duration of `up` in milliseconds; 0 for a stamped revision. */
  readonly durationMs: number;
  /** The version of Aludel that applied it: `aludel 0.1.0`. */
  readonly appliedBy: string;
}

/** The texts that ran. `down` is null for a revision that cannot be undone. */
export interface AppliedTexts {
  readonly up: string;
  readonly down: string | null;
}

const EMPTY: readonly string[] = [];

/**
 * Reads a list of ids or labels from a column of the state tables: a JSON array of strings.
 *
 * @param owner The revision of the row, for the message.
 * @throws {AludelError} `state-damaged` if the column has anything else.
 */
function readIdList(
  value: SqlValue | undefined,
  owner: string,
  database: string,
): readonly string[] {
  if (value === "[]") return EMPTY;
  const single = readSingle(value);
  if (single !== undefined) return [single];
  const list = parse(value);
  if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list;
  throw new AludelError(
    "state-damaged",
    `Record of revision "${owner}" in database "${database}" is damaged`,
    {
      revision: owner,
      notes: [`A list of ids reads ${JSON.stringify(String(value))}`],
      next: [say("Restore a backup"), shell`aludel stamp --purge REF # write the records again`],
    },
  );
}

/** Formats a list so that {@linkcode readIdList} can read it. */
export function writeIdList(list: readonly string[]): string {
  return list.length === 0 ? "[]" : JSON.stringify(list);
}

/** Reads a list with one element without JSON.parse. Most lists are such, and a history of 10,000 has as many lists. */
function readSingle(value: SqlValue | undefined): string | undefined {
  if (typeof value !== "string" || !value.startsWith('["')) return undefined;
  const end = value.length - 2;
  if (value.indexOf('"', 2) !== end || !value.endsWith("]") || value.includes("\\")) {
    return undefined;
  }
  return value.slice(2, end);
}

function parse(value: SqlValue | undefined): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}

/**
 * The mark of a database's state: if it is equal at two times, nothing was recorded in between. Marks can only be
 * compared.
 */
export type StateMark = string;

/** The mark of a database without state tables. */
export const ABSENT_MARK: StateMark = "absent";

/**
 * Reads the mark of the current state. Every change of a record also writes to the log. The rows are counted too,
 * because they may be changed by hand.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readMark(connection: Connection): Promise<StateMark> {
  const format = await readFormat(connection);
  return format === "absent" ? ABSENT_MARK : await markOf(connection, format.number);
}

async function markOf(connection: Connection, format: number): Promise<StateMark> {
  const [row] = await connection.query(`SELECT ${MARK_COLUMNS}`);
  return markIn(format, row);
}

const MARK_COLUMNS = "(SELECT count(*) FROM main.aludel_revision) AS revisions, " +
  "(SELECT max(position) FROM main.aludel_revision) AS last, " +
  "(SELECT max(entry) FROM main.aludel_log) AS entry";

function markIn(format: number, row: Row | undefined): StateMark {
  return `${format}:${row?.["revisions"]}:${row?.["last"]}:${row?.["entry"]}`;
}

/** A text that identifies the records of a database, and the mark of the same moment. */
export interface Fingerprint {
  /**
   * Equal for two databases with the same records, policies and interrupted runs. It covers the version of Aludel that
   * ran a revision, but not the time and the duration.
   */
  readonly text: string;
  readonly mark: StateMark;
}

/** It has few subqueries, because SQLite takes longer to compile one than to run it. */
const FINGERPRINT = "SELECT count(*) AS revisions, max(position) AS last, " +
  "(SELECT max(entry) FROM main.aludel_log) AS entry, " +
  "(SELECT group_concat(key || char(31) || value, char(30)) FROM main.aludel_meta) AS meta, " +
  "group_concat(id || char(31) || parents || depends_on || labels || lineage || up_hash || " +
  "down_hash || kind || applied_by, char(30)) AS records, " +
  "(SELECT group_concat(revision || direction || statement || state) FROM main.aludel_intent) AS intents " +
  "FROM (SELECT position, id, parents, depends_on, labels, lineage, up_hash, down_hash, kind, " +
  "applied_by FROM main.aludel_revision ORDER BY position)";

/**
 * Reads the fingerprint of a database in one query, to compare many databases quickly. It does not check for foreign
 * tables, so the first database with a fingerprint must be read by {@linkcode readState}.
 *
 * @returns undefined for a database without records, or with unexpected state tables.
 */
export async function readFingerprint(connection: Connection): Promise<Fingerprint | undefined> {
  try {
    const [row] = await connection.query(FINGERPRINT);
    const { meta, records, intents } = row ?? {};
    const format = String(meta).split("\x1e").find((fact) => fact.startsWith("format\x1f"));
    const mark = markIn(Number(format?.slice("format\x1f".length)), row);
    return { text: JSON.stringify([meta, records, intents]), mark };
  } catch (error) {
    if (error instanceof SqlError && error.resultCode === 1) return undefined;
    throw error;
  }
}

/** The records of a database. */
export interface State {
  /** The format of its tables; `"absent"` if it has none. */
  readonly format: number | "absent";
  /** The applied revisions, in the order of application. */
  readonly applied: readonly AppliedRevision[];
  /** Read first, so that a concurrent change shows as a different mark. */
  readonly mark: StateMark;
}

/**
 * The state of a database that does not exist yet. It is compared by identity, so no other state may be this object.
 */
export const NO_STATE: State = { format: "absent", applied: [], mark: ABSENT_MARK };

/**
 * Reads the applied revisions, without their texts. Changes nothing.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`, `state-damaged`.
 * @throws {SqlError}
 */
export async function readState(
  connection: Connection,
  formats: readonly StateFormat[] = STATE_FORMATS,
): Promise<State> {
  const format = await readFormat(connection, formats);
  if (format === "absent") return { ...NO_STATE };
  const mark = await markOf(connection, format.number);
  const rows = await connection.query(
    `SELECT ${format.revisionColumns} FROM main.aludel_revision ORDER BY position`,
  );
  const applied = rows.map((row) => toAppliedRevision(row, connection.name));
  return { format: format.number, applied, mark };
}

/**
 * Reads the ids of the applied revisions and the mark, in order to erase records that may be damaged.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readAppliedIds(
  connection: Connection,
): Promise<{ readonly ids: readonly RevisionId[]; readonly mark: StateMark }> {
  const format = await readFormat(connection);
  if (format === "absent") return { ids: [], mark: ABSENT_MARK };
  const mark = await markOf(connection, format.number);
  const rows = await connection.query("SELECT id FROM main.aludel_revision ORDER BY position");
  return { ids: rows.map((row) => String(row["id"])), mark };
}

/**
 * Reads the texts of an applied revision.
 * @returns undefined if the revision is not applied.
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

/** All texts of revisions that a database has stored. */
export interface StoredTexts {
  readonly texts: ReadonlyMap<RevisionId, AppliedTexts>;
  /**
   * The hashes that were replaced when a revision was signed again, from the log: if the tokens changed too, the record
   * has the new hashes and keeps the text that ran.
   */
  readonly replaced: ReadonlyMap<RevisionId, readonly TextHashes[]>;
}

/**
 * Reads the texts of every applied revision, or of the given one.
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
