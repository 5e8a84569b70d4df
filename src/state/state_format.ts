import type { Connection } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";

/** One format of the state tables. */
export interface StateFormat {
  readonly number: number;
  /**
   * Each table with its columns, whose order is free: ALTER TABLE adds at the end. `aludel_meta` and `aludel_log` are the
   * same in every format, so that any of them can be recognised and its log be read.
   */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Makes the tables in a database without any. The format's number is recorded apart. */
  readonly create: readonly string[];
  /** Makes these tables of the ones of the format before, rows included. */
  readonly upgrade: readonly string[];
  /** Whether a database has it only if something needs it, so that programs that know less can read all others. */
  readonly onlyIfNeeded?: true;
  /** A select list over `aludel_revision` that gives the newest format's columns from these. */
  readonly revisionColumns: string;
}

/**
 * Format 1. Why it is so:
 *
 * - Not STRICT: a library before SQLite 3.37 cannot open a database that has one STRICT table at all, and the user's
 *   application opens this file.
 * - No AUTOINCREMENT: it would put `sqlite_sequence` into the user's file. `position` keeps the order of application.
 * - The two texts come last: reading the other columns does not follow a row's overflow pages
 *   (https://sqlite.org/fileformat2.html#ovflpgs).
 * - JSON is kept as plain text, so that every library and every eye can read it.
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

/** The format of a database that has policies: the same tables, which programs that would not obey them refuse. */
export const POLICY_FORMAT = 2;

const FORMAT_2: StateFormat = { ...FORMAT_1, number: POLICY_FORMAT, onlyIfNeeded: true };

/** Every format, oldest first, without a gap. */
export const STATE_FORMATS: readonly StateFormat[] = [FORMAT_1, FORMAT_2];

/**
 * The statements that make the state tables in a database without any, for scripts that run elsewhere.
 */
export function createStatements(formats: readonly StateFormat[] = STATE_FORMATS): string[] {
  const { create, number } = written(formats);
  return [...create, `INSERT INTO main.aludel_meta (key, value) VALUES ('format', '${number}')`];
}

/**
 * Finds out which state tables a database has, with two small queries and without a change.
 *
 * @param formats The known formats, oldest first.
 * @returns Their format; `"absent"` if there is none of them.
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
 * @throws {AludelError} as {@linkcode readFormat}.
 */
export async function hasStateTables(connection: Connection): Promise<boolean> {
  return await readFormat(connection) !== "absent";
}

/**
 * Makes the state tables, or brings them to the newest format, one step after the other. Runs inside the
 * caller's transaction and does nothing if they are as they should be.
 *
 * @throws {AludelError} as {@linkcode readFormat}.
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

/** The format that a database gets if it needs nothing more. */
function written(formats: readonly StateFormat[]): StateFormat {
  return formats.findLast((format) => format.onlyIfNeeded !== true) ?? newest(formats);
}

function newest(formats: readonly StateFormat[]): StateFormat {
  return formats[formats.length - 1]!;
}

/** The columns of the tables of our name that the database has. */
async function readShapes(
  connection: Connection,
  formats: readonly StateFormat[],
): Promise<Map<string, Set<string>>> {
  const tables = new Set(formats.flatMap((format) => Object.keys(format.tables)));
  // One look-up a name: listing the schema would cost in proportion to the user's tables.
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
