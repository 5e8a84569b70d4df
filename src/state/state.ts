import { type Connection, type Row, SqlError, type SqlValue } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import type { Revision, RevisionId } from "../graph/revision.ts";
import type { DownHash, TextHash } from "../manifest/manifest.ts";
import type { TextHashes } from "../manifest/verdict.ts";
import { say, shell } from "../text/next_step.ts";
import { readFormat, STATE_FORMATS, type StateFormat } from "./state_format.ts";

/** How a revision came to be recorded: its up ran here, or it was only recorded. */
type AppliedKind = "ran" | "stamped";

/** A row of `aludel_revision`, without the two texts. */
export interface AppliedRevision extends Revision {
  readonly message: string;
  /** The hash over the whole history that led here, see docs/formats.md. */
  readonly lineage: TextHash;
  readonly up: TextHash;
  readonly down: DownHash;
  readonly kind: AppliedKind;
  /** UTC to the second. */
  readonly appliedAt: string;
  /** How long `up` ran, in milliseconds; 0 for a stamped one. */
  readonly durationMs: number;
  /** The Aludel that applied it: `aludel 0.1.0`. */
  readonly appliedBy: string;
}

/** The texts that ran, from the same row. `down` is null for a revision that cannot be undone. */
export interface AppliedTexts {
  readonly up: string;
  readonly down: string | null;
}

const EMPTY: readonly string[] = [];

/**
 * Reads a list of ids or labels as the state tables keep it: a JSON array of strings.
 *
 * @param owner The revision of the row, for the message.
 * @throws {AludelError} `state-damaged` if it is something else.
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

/** Writes a list as {@linkcode readIdList} reads it. */
export function writeIdList(list: readonly string[]): string {
  return list.length === 0 ? "[]" : JSON.stringify(list);
}

/** The one element of most lists, read without a JSON parser: a history of 10,000 has as many. */
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
 * Identifies one state of a database: two equal marks mean that nothing was recorded in between. Only to be
 * compared.
 */
export type StateMark = string;

/** The mark of a database without state tables. */
export const ABSENT_MARK: StateMark = "absent";

/**
 * Reads the mark of the state as it is now. Every change of a record also writes to the log; the rows are counted
 * as well, for changes made by hand.
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

/** What a database records, as one text, and the mark of the same moment. */
export interface Fingerprint {
  /**
   * Equal for two databases with the same records, policies and interrupted runs. When and how long a revision ran is not
   * part of it, but who ran it is.
   */
  readonly text: string;
  readonly mark: StateMark;
}

/** With few subqueries: SQLite takes longer to compile one than to run it. */
const FINGERPRINT = "SELECT count(*) AS revisions, max(position) AS last, " +
  "(SELECT max(entry) FROM main.aludel_log) AS entry, " +
  "(SELECT group_concat(key || char(31) || value, char(30)) FROM main.aludel_meta) AS meta, " +
  "group_concat(id || char(31) || parents || depends_on || labels || lineage || up_hash || " +
  "down_hash || kind || applied_by, char(30)) AS records, " +
  "(SELECT group_concat(revision || direction || statement || state) FROM main.aludel_intent) AS intents " +
  "FROM (SELECT position, id, parents, depends_on, labels, lineage, up_hash, down_hash, kind, " +
  "applied_by FROM main.aludel_revision ORDER BY position)";

/**
 * Reads with one query what tells the states of many databases apart. Says nothing of tables that are not ours: the first
 * database with a fingerprint has to be read by {@linkcode readState}.
 *
 * @returns undefined for a database without records, or with tables that are not as they should be.
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

/** What a database records of itself. */
export interface State {
  /** The format of its tables; `"absent"` if it has none. */
  readonly format: number | "absent";
  /** In order of application. */
  readonly applied: readonly AppliedRevision[];
  /** Taken before the rest was read: a change in between shows as a mark that moved. */
  readonly mark: StateMark;
}

/** The state of a database that does not exist yet: compared by identity, so nothing else is this object. */
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
  if (format === "absent") return { ...NO_STATE };
  const mark = await markOf(connection, format.number);
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
  const mark = await markOf(connection, format.number);
  const rows = await connection.query("SELECT id FROM main.aludel_revision ORDER BY position");
  return { ids: rows.map((row) => String(row["id"])), mark };
}

/**
 * Reads the texts that a revision was applied with.
 * @returns Undefined if the revision is not applied.
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
   * The hashes that a re-signing replaced, from the log: if the tokens changed too, the record has the new hashes and
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
