import type { Connection } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";

/** One format of the state tables. */
export interface StateFormat {
  readonly number: number;
  /**
   * Each table with its columns, in any order, because ALTER TABLE adds columns at the end. `aludel_meta` and
   * `aludel_log` are the same in every format, so that every Aludel can recognise the format and read the log.
   */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Creates the tables in a database without any. The format's number is recorded separately. */
  readonly create: readonly string[];
  /** Converts the tables of the previous format, rows included. */
  readonly upgrade: readonly string[];
  /** Whether only databases that need the format get it, so that older programs can read all others. */
  readonly onlyIfNeeded?: true;
  /** A select list over this format's `aludel_revision` that gives the columns of the newest format. */
  readonly revisionColumns: string;
}

/**
 * Format 1. The reasons for its form:
 *
 * - The tables are not STRICT: a library before SQLite 3.37 cannot open a database with a STRICT table at all, and the
 *   user's application opens this file.
 * - No AUTOINCREMENT: it would create `sqlite_sequence` in the user's file. `position` keeps the order of application.
 * - The two texts are last, so that reading the other columns does not follow a row's overflow pages
 *   (https://sqlite.org/fileformat2.html#ovflpgs).
 * - JSON is plain text, so that every library and every person can read it.
 */
const FORMAT_1: StateFormat = {
  number: 1,
  tables: {
    aludel_meta: ["key", "value"],
    aludel_revision: [
      "position",
      "id",
      "parents",
      "depends_on",
      "labels",
      "message",
      "lineage",
      "up_hash",
      "down_hash",
      "kind",
      "applied_at",
      "duration_ms",
      "applied_by",
      "up_sql",
      "down_sql",
    ],
    aludel_log: ["entry", "at", "event", "revision", "details", "logged_by"],
    aludel_intent: ["revision", "direction", "statement", "sql", "state", "at"],
  },
  create: [
    `CREATE TABLE main.aludel_meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID`,
    `CREATE TABLE main.aludel_revision (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  parents TEXT NOT NULL,
  depends_on TEXT NOT NULL,
  labels TEXT NOT NULL,
  message TEXT NOT NULL,
  lineage TEXT NOT NULL,
  up_hash TEXT NOT NULL,
  down_hash TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ran', 'stamped')),
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  applied_by TEXT NOT NULL,
  up_sql TEXT NOT NULL,
  down_sql TEXT
)`,
    `CREATE TABLE main.aludel_log (
  entry INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  event TEXT NOT NULL,
  revision TEXT,
  details TEXT NOT NULL,
  logged_by TEXT NOT NULL
)`,
    `CREATE TABLE main.aludel_intent (
  revision TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('up', 'down')),
  statement INTEGER NOT NULL,
  sql TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intended', 'done')),
  at TEXT NOT NULL,
  PRIMARY KEY (revision, direction, statement)
) WITHOUT ROWID`,
  ],
  upgrade: [],
  revisionColumns: "position, id, parents, depends_on, labels, message, lineage, up_hash, " +
    "down_hash, kind, applied_at, duration_ms, applied_by",
};

/**
 * The format of a database with policies. Its tables are the same, but programs that do not know policies refuse it.
 */
export const POLICY_FORMAT = 2;

const FORMAT_2: StateFormat = { ...FORMAT_1, number: POLICY_FORMAT, onlyIfNeeded: true };

/** All formats, oldest first, without gaps. */
export const STATE_FORMATS: readonly StateFormat[] = [FORMAT_1, FORMAT_2];

/**
 * The statements that create the state tables in a database without any, for scripts that run elsewhere.
 */
export function createStatements(formats: readonly StateFormat[] = STATE_FORMATS): string[] {
  const { create, number } = written(formats);
  return [...create, `INSERT INTO main.aludel_meta (key, value) VALUES ('format', '${number}')`];
}

/**
 * Finds the format of a database's state tables with two small queries. It changes nothing.
 *
 * @param formats The known formats, oldest first.
 * @returns The format; `"absent"` if the database has no state tables.
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readFormat(
  connection: Connection,
  formats: readonly StateFormat[] = STATE_FORMATS,
): Promise<StateFormat | "absent"> {
  const found = await readShapes(connection, formats);
  if (found.size === 0) return "absent";
  const meta = found.get("aludel_meta");
  if (!meta?.has("key") || !meta.has("value")) {
    throw foreignTables(connection, [
      `Table "aludel_meta" ${meta ? "has other columns" : "is missing"}`,
    ]);
  }
  const rows = await connection.query("SELECT value FROM main.aludel_meta WHERE key = 'format'");
  const number = Number(rows[0]?.["value"] ?? NaN);
  if (number > newest(formats).number) throw newerFormat(connection, number, formats);
  const format = formats.find((each) => each.number === number);
  if (format === undefined) {
    throw foreignTables(connection, ['Table "aludel_meta" names an unknown format']);
  }
  const faults = findFaults(format, found);
  if (faults.length > 0) throw foreignTables(connection, faults);
  return format;
}

/**
 * Whether a database has state tables.
 * @throws {AludelError} As {@linkcode readFormat}.
 */
export async function hasStateTables(connection: Connection): Promise<boolean> {
  return await readFormat(connection) !== "absent";
}

/**
 * Creates the state tables, or upgrades them to the newest format step by step. It runs inside the
 * caller's transaction, and does nothing if the tables are up to date.
 *
 * @throws {AludelError} As {@linkcode readFormat}.
 * @throws {SqlError}
 */
export async function ensureStateTables(
  connection: Connection,
  formats: readonly StateFormat[] = STATE_FORMATS,
): Promise<void> {
  const format = await readFormat(connection, formats);
  if (format === "absent") {
    for (const sql of createStatements(formats)) await connection.execute(sql);
    return;
  }
  for (const next of formats) {
    if (next.number <= format.number || next.number > written(formats).number) continue;
    for (const sql of next.upgrade) await connection.execute(sql);
    await connection.query("UPDATE main.aludel_meta SET value = ? WHERE key = 'format'", [
      String(next.number),
    ]);
  }
}

/** The format for a database that needs no other. */
function written(formats: readonly StateFormat[]): StateFormat {
  return formats.findLast((format) => format.onlyIfNeeded !== true) ?? newest(formats);
}

function newest(formats: readonly StateFormat[]): StateFormat {
  return formats[formats.length - 1]!;
}

/** The columns of the state tables that the database has. */
async function readShapes(
  connection: Connection,
  formats: readonly StateFormat[],
): Promise<Map<string, Set<string>>> {
  const tables = new Set(formats.flatMap((format) => Object.keys(format.tables)));
  // One look-up a name, because listing the schema would take time in proportion to the user's tables.
  const sql = [...tables].map((table) =>
    `SELECT '${table}' AS owner, name FROM pragma_table_info('${table}', 'main')`
  ).join(" UNION ALL ");
  const shapes = new Map<string, Set<string>>();
  for (const { owner, name } of await connection.query(sql)) {
    const columns = shapes.get(String(owner));
    if (columns === undefined) shapes.set(String(owner), new Set([String(name)]));
    else columns.add(String(name));
  }
  return shapes;
}

function findFaults(
  format: StateFormat,
  found: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const faults: string[] = [];
  for (const [table, columns] of Object.entries(format.tables)) {
    const actual = found.get(table);
    if (actual === undefined) faults.push(`Table "${table}" is missing`);
    else if (actual.size !== columns.length || !columns.every((name) => actual.has(name))) {
      faults.push(`Table "${table}" has other columns`);
    }
  }
  return faults;
}

function foreignTables(connection: Connection, notes: readonly string[]): AludelError {
  return new AludelError(
    "state-foreign-tables",
    `Database "${connection.name}" has tables whose names begin with "aludel_" that Aludel did not make`,
    {
      notes,
      next: [
        say("Rename or drop these tables, or restore a backup if Aludel's own tables were changed"),
      ],
    },
  );
}

function newerFormat(
  connection: Connection,
  number: number,
  formats: readonly StateFormat[],
): AludelError {
  return new AludelError(
    "state-newer-format",
    `Database "${connection.name}" was written by a newer Aludel`,
    {
      notes: [
        `Its records have format ${number}, this Aludel knows up to ${newest(formats).number}`,
      ],
      next: [say("Update Aludel")],
    },
  );
}
