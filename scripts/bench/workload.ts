import { DatabaseSync } from "node:sqlite";
/** One revision of the workload: its statements, without semicolons, in the order in which they run. */
export interface WorkloadRevision {
  /** Counted from 1. */
  readonly number: number;
  readonly message: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** From this many revisions on, tables are reused: SQLite reparses the whole schema at every ALTER. */
const MANY = 1_000;
const MOST_TABLES = 300;
const ROWS = 50;

/**
 * The statements that every contender runs.
 *
 * Up to 1,000 revisions each one creates a table of eight columns and an index on it, and every tenth also adds
 * a column to the table before and inserts 50 rows into it. Beyond, only the first 300 create tables; the
 * others add or drop an index, add a column, or insert 50 rows. Every down undoes its up exactly.
 */
export function workload(count: number): WorkloadRevision[] {
  const tables = count > MANY ? MOST_TABLES : count;
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    return number <= tables ? createTable(number) : reuseTable(number, tables);
  });
}

function createTable(number: number): WorkloadRevision {
  const table = `item_${number}`;
  const extra = number % 10 === 0 && number > 1;
  const before = `item_${number - 1}`;
  return {
    number,
    message: `create ${table}`,
    up: [
      `CREATE TABLE ${table} (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL,\n  email TEXT,\n` +
      "  amount REAL DEFAULT 0,\n  quantity INTEGER NOT NULL DEFAULT 1,\n  note TEXT,\n" +
      "  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,\n  payload BLOB\n)",
      `CREATE INDEX ${table}_by_name ON ${table} (name)`,
      ...(extra
        ? [`ALTER TABLE ${before} ADD COLUMN extra_${number} TEXT`, insertRows(before, number)]
        : []),
    ],
    down: [
      ...(extra
        ? [deleteRows(before, number), `ALTER TABLE ${before} DROP COLUMN extra_${number}`]
        : []),
      `DROP INDEX ${table}_by_name`,
      `DROP TABLE ${table}`,
    ],
  };
}

/** Of ten revisions three create indexes, the next three drop them, three insert rows, one adds a column. */
function reuseTable(number: number, tables: number): WorkloadRevision {
  const turn = number % 10;
  const table = tableOf(number, tables);
  if (turn === 0) {
    return {
      number,
      message: `add a column to ${table}`,
      up: [`ALTER TABLE ${table} ADD COLUMN extra_${number} TEXT`],
      down: [`ALTER TABLE ${table} DROP COLUMN extra_${number}`],
    };
  }
  if (turn > 6) {
    return {
      number,
      message: `fill ${table}`,
      up: [insertRows(table, number)],
      down: [deleteRows(table, number)],
    };
  }
  const drops = turn > 3;
  const creator = drops ? number - 3 : number;
  const indexed = tableOf(creator, tables);
  const create = `CREATE INDEX ${indexed}_by_email_${creator} ON ${indexed} (email, name)`;
  const drop = `DROP INDEX ${indexed}_by_email_${creator}`;
  return drops
    ? { number, message: `drop an index of ${indexed}`, up: [drop], down: [create] }
    : { number, message: `index ${indexed}`, up: [create], down: [drop] };
}

function tableOf(number: number, tables: number): string {
  return `item_${(number * 7) % tables + 1}`;
}

function insertRows(table: string, number: number): string {
  const rows = Array.from(
    { length: ROWS },
    (_, row) => `('name ${number}-${row}', 'user${row}@example.org', ${row}.5, ${row}, 'note')`,
  );
  return `INSERT INTO ${table} (name, email, amount, quantity, note) VALUES\n  ${
    rows.join(",\n  ")
  }`;
}

function deleteRows(table: string, number: number): string {
  return `DELETE FROM ${table} WHERE name LIKE 'name ${number}-%'`;
}

/** A revision's statements as the text of a file. */
export function scriptOf(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join("");
}

/**
 * Writes the statements for the limits: `up.json` and `down.json` for node:sqlite, `up.sql` and `down.sql`, each one
 * transaction, for the sqlite3 shell.
 */
export function writeStatements(folder: string, revisions: readonly WorkloadRevision[]): void {
  const ways = {
    up: revisions.flatMap(({ up }) => up),
    down: revisions.toReversed().flatMap(({ down }) => down),
  };
  for (const [way, statements] of Object.entries(ways)) {
    Deno.writeTextFileSync(`${folder}/${way}.json`, JSON.stringify(statements));
    Deno.writeTextFileSync(`${folder}/${way}.sql`, `BEGIN;\n${scriptOf(statements)}COMMIT;\n`);
  }
}

/** The names of the workload's tables and indexes in a database, a line each. */
export function workloadObjects(path: string): string {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare(
    "SELECT type || ' ' || name AS line FROM sqlite_schema WHERE name LIKE 'item!_%' ESCAPE '!' ORDER BY 1",
  ).all().map(({ line }) => line).join("\n");
}

/** Throws unless a database has exactly these tables and indexes of the workload. */
export function expectObjects(path: string, objects: string): void {
  if (workloadObjects(path) !== objects) throw new Error(`${path} has not the expected tables`);
}
