import type { Connection, SqlValue } from "../db/connection.ts";
import { SqlError } from "../db/connection.ts";
import { foldName, quoteName } from "../sql/identifier.ts";

/** One foreign-key violation, or several with the same key. */
export interface Violation {
  readonly child: string;
  readonly columns: readonly string[];
  readonly parent: string;
  /** The child's key values as SQL literals; empty for a WITHOUT ROWID child, where SQLite names no row. */
  readonly values: readonly string[];
}

/** What `PRAGMA foreign_key_check` finds in the whole database. */
export interface ForeignKeyState {
  /** How often each violation stands there, by {@linkcode violationKey}. */
  readonly violations: ReadonlyMap<
    string,
    { readonly violation: Violation; readonly count: number }
  >;
  /** Child tables whose parent has no matching key, with SQLite's words. */
  readonly mismatches: ReadonlyMap<string, string>;
}

/** Where a name of the state before has gone. Identity for what was not renamed. */
export interface Renames {
  table(name: string): string;
  /** The column's name after, given the table's name before. */
  column(table: string, name: string): string;
}

/**
 * Reads every violation of the database, row by row only where there is one.
 *
 * https://sqlite.org/pragma.html#pragma_foreign_key_check
 */
export async function readForeignKeyState(connection: Connection): Promise<ForeignKeyState> {
  const violations = new Map<string, { violation: Violation; count: number }>();
  const mismatches = new Map<string, string>();
  // The keyword must stand in the text of every table that has a foreign key, so this reads no pragma for the others.
  const candidates = await connection.query(
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND instr(upper(sql), 'REFERENCES') > 0 ORDER BY name",
  );
  for (const row of candidates) {
    const child = String(row["name"]);
    try {
      const counts = await connection.query(
        `SELECT parent, fkid, count(*) AS n FROM pragma_foreign_key_check(?) GROUP BY parent, fkid`,
        [child],
      );
      for (const count of counts) {
        await addViolations(connection, child, count["fkid"]!, violations);
      }
    } catch (error) {
      if (!(error instanceof SqlError && error.sqlite.startsWith("foreign key mismatch"))) {
        throw error;
      }
      mismatches.set(foldName(child), error.sqlite);
    }
  }
  return { violations, mismatches };
}

async function addViolations(
  connection: Connection,
  child: string,
  fkid: SqlValue,
  violations: Map<string, { violation: Violation; count: number }>,
): Promise<void> {
  const key = await connection.query(
    `SELECT "from" AS name, "table" AS parent FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq`,
    [child, fkid],
  );
  const columns = key.map((row) => String(row["name"]));
  const parent = String(key[0]?.["parent"]);
  const literals = columns.map((name, i) => `quote(c.${quoteName(name)}) AS v${i}`).join(", ");
  const rows = await connection.query(
    `SELECT v.rowid IS NULL AS keyless, count(*) AS n${literals && `, ${literals}`}
     FROM pragma_foreign_key_check(?) AS v LEFT JOIN main.${
      quoteName(child)
    } AS c ON ${await rowidOf(
      connection,
      child,
    )} = v.rowid
     WHERE v.fkid = ? GROUP BY ${["1", ...columns.map((_, i) => String(i + 3))].join(", ")}`,
    [child, fkid],
  );
  for (const row of rows) {
    const values = row["keyless"] ? [] : columns.map((_, i) => String(row[`v${i}`]));
    const violation = { child, columns, parent, values };
    const name = violationKey(violation);
    violations.set(name, {
      violation,
      count: (violations.get(name)?.count ?? 0) + Number(row["n"]),
    });
  }
}

/** The rowid under a name that no column hides; NULL for a WITHOUT ROWID table. */
async function rowidOf(connection: Connection, table: string): Promise<string> {
  const [listed] = await connection.query(
    "SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'",
    [table],
  );
  if (listed?.["wr"]) return "NULL";
  const columns = await connection.query("SELECT name FROM pragma_table_xinfo(?)", [table]);
  const taken = new Set(columns.map((row) => foldName(String(row["name"]))));
  const free = ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
  return free ? `c.${free}` : "NULL";
}

function violationKey(violation: Violation): string {
  return JSON.stringify([
    foldName(violation.child),
    violation.columns.map(foldName),
    foldName(violation.parent),
    violation.values,
  ]);
}

/** The violations and mismatches that stand in `after` and did not in `before`, and how many old ones remain. */
export function compareForeignKeyStates(
  before: ForeignKeyState,
  after: ForeignKeyState,
  renames: Renames,
): {
  readonly added: readonly { readonly violation: Violation; readonly count: number }[];
  readonly mismatched: readonly string[];
  readonly remaining: number;
  readonly remainingMismatches: readonly string[];
} {
  const known = new Map<string, number>();
  for (const { violation, count } of before.violations.values()) {
    const key = violationKey({
      child: renames.table(violation.child),
      columns: violation.columns.map((name) => renames.column(violation.child, name)),
      parent: renames.table(violation.parent),
      values: violation.values,
    });
    known.set(key, (known.get(key) ?? 0) + count);
  }
  const added: { violation: Violation; count: number }[] = [];
  let remaining = 0;
  for (const [key, { violation, count }] of after.violations) {
    const old = known.get(key) ?? 0;
    remaining += Math.min(old, count);
    if (count > old) added.push({ violation, count: count - old });
  }
  const knownMismatches = new Set(
    [...before.mismatches.keys()].map((name) => foldName(renames.table(name))),
  );
  const mismatched: string[] = [];
  const remainingMismatches: string[] = [];
  for (const [name, message] of after.mismatches) {
    (knownMismatches.has(name) ? remainingMismatches : mismatched).push(message);
  }
  return { added, mismatched, remaining, remainingMismatches };
}
