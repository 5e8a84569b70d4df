import { type BatchTransaction, type Connection, type Row, SqlError } from "../db/connection.ts";
import { foldName, freeRowidName, quoteName, sameName } from "../sql/identifier.ts";
import { type MentionKind, readMentions } from "../sql/mentions.ts";
import type { Script } from "../sql/script.ts";
import {
  findMismatch,
  type ForeignKey,
  type KeyMismatch,
  readForeignKeys,
} from "./foreign_key_mismatch.ts";

/**
 * Whether a script could cause a foreign-key violation. A script that only creates or drops views and triggers, or
 * creates indexes, cannot, so that the check, which reads every child table, is left out. Dropping an index can: it may
 * have made a parent key unique.
 */
export function mayViolate({ text, statements }: Script): boolean {
  return statements.some((statement) => {
    if (statement.verb !== "CREATE" && statement.verb !== "DROP") return true;
    const mentions = readMentions(text, statement).filter((mention) => !mention.inTrigger);
    return mentions.length === 0 || mentions.some(({ kind }) => !HARMLESS.has(kind));
  });
}

const HARMLESS: ReadonlySet<MentionKind> = new Set([
  "create-index",
  "create-view",
  "create-trigger",
  "drop-view",
  "drop-trigger",
]);

/** One foreign-key violation, or several with the same key. */
export interface Violation {
  readonly child: string;
  readonly columns: readonly string[];
  readonly parent: string;
  /** The child's key values as SQL literals; empty if they are unknown. */
  readonly values: readonly string[];
}

/** The foreign keys of a database, and their violations. */
export interface ForeignKeyState {
  /** All foreign keys. */
  readonly keys: readonly ForeignKey[];
  /** The keys whose parent does not exist. */
  readonly dangling: ReadonlySet<ForeignKey>;
  /** The number of rows with each violation, by {@linkcode violationKey}. */
  readonly violations: ReadonlyMap<
    string,
    { readonly violation: Violation; readonly count: number }
  >;
  /** The keys that SQLite cannot look up. */
  readonly mismatches: readonly KeyMismatch[];
}

/** Makes a batch fail if it has more foreign-key violations at its end than before. */
export class BatchKeys {
  /**
   * @param keyed Whether SQLite can look up all keys, before and after. If not, the check itself would fail, so it is
   * left out.
   */
  static guard(batch: BatchTransaction, keyed: boolean): void {
    if (!keyed) return;
    const count = "(SELECT count(*) FROM pragma_foreign_key_check)";
    const before = batch.note(count, 0);
    batch.guard({
      holds: `${count} <= ${before.sql}`,
      detail: '(SELECT json_group_array(json_array("table", parent, n)) FROM ' +
        '(SELECT "table", parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2 LIMIT 10))',
      origin: new BatchKeys(),
    });
  }

  /** Describes the violations in the detail of a failed condition. */
  explain(detail: string): readonly string[] {
    const found = JSON.parse(detail) as readonly (readonly [string, string, number])[];
    return found.map(([child, parent, count]) =>
      `${count === 1 ? "1 row" : `${count} rows`} of "${child}" without a row in "${parent}"`
    );
  }
}

/** Maps names of the state before to names after. A name that was not renamed maps to itself. */
export interface Renames {
  table(name: string): string;
  /** @param table The table's name before. */
  column(table: string, name: string): string;
}

/**
 * Reads every violation of the database. It reads the rows of a table only if the table has violations.
 *
 * https://sqlite.org/pragma.html#pragma_foreign_key_check
 */
export async function readForeignKeyState(connection: Connection): Promise<ForeignKeyState> {
  const violations = new Map<string, { violation: Violation; count: number }>();
  const mismatches: KeyMismatch[] = [];
  const found = await readForeignKeys(connection);
  const all = [...found.values()].flat();
  const dangling = new Set(await withoutParent(connection, all));
  for (const [child, keys] of found) {
    try {
      const counts = await connection.query(
        `SELECT fkid, count(*) AS n FROM pragma_foreign_key_check(?) GROUP BY fkid`,
        [child],
      );
      for (const count of counts) {
        const key = keys.find(({ id }) => id === count["fkid"])!;
        await addViolations(connection, key, Number(count["n"]), violations);
      }
    } catch (error) {
      const parent = MISMATCH.exec(error instanceof SqlError ? error.sqlite : "")?.[1];
      if (parent === undefined) throw error;
      // SQLite stops at the first mismatch, and does not check the other keys of the table.
      const found = await judgeKeys(connection, keys, parent);
      mismatches.push(...found);
      const others = keys.filter((key) => !found.some((mismatch) => mismatch.key === key));
      for (const key of others) addFound(key, await findByKey(connection, key), violations);
    }
  }
  return { keys: all, dangling, violations, mismatches };
}

/** Reads the foreign keys and those that cannot be looked up, without reading any rows. */
export async function readKeyState(connection: Connection): Promise<ForeignKeyState> {
  const keys = [...(await readForeignKeys(connection)).values()].flat();
  const dangling = new Set(await withoutParent(connection, keys));
  const mismatches: KeyMismatch[] = [];
  for (const key of keys) {
    const mismatch = await findMismatch(connection, key);
    if (mismatch !== undefined) mismatches.push(mismatch);
  }
  return { keys, dangling, violations: new Map(), mismatches };
}

async function withoutParent(
  connection: Connection,
  keys: readonly ForeignKey[],
): Promise<readonly ForeignKey[]> {
  if (keys.length === 0) return [];
  const rows = await connection.query(
    "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')",
  );
  const names = new Set(rows.map((row) => foldName(String(row["name"]))));
  return keys.filter(({ parent }) => !names.has(foldName(parent)));
}

const MISMATCH = /^foreign key mismatch - ".*" referencing "(.*)"$/;

/**
 * Finds the mismatches of a table.
 * @param parent The parent in SQLite's message: at least one key to it is a mismatch.
 */
async function judgeKeys(
  connection: Connection,
  keys: readonly ForeignKey[],
  parent: string,
): Promise<readonly KeyMismatch[]> {
  const found: KeyMismatch[] = [];
  for (const key of keys) {
    const mismatch = await findMismatch(connection, key);
    if (mismatch !== undefined) found.push(mismatch);
  }
  if (found.some(({ key }) => sameName(key.parent, parent))) return found;
  // SQLite does not use an index with another collation.
  const named = keys.filter((key) => sameName(key.parent, parent));
  return [...found, ...named.map((key) => ({ key, reason: "collation" as const }))];
}

async function addViolations(
  connection: Connection,
  key: ForeignKey,
  total: number,
  violations: Map<string, { violation: Violation; count: number }>,
): Promise<void> {
  const rowid = await rowidOf(connection, key.child);
  const rows = rowid === undefined
    ? await findByKey(connection, key)
    : await findByRow(connection, key, rowid);
  const counted = rows.reduce((sum, row) => sum + row.count, 0);
  // SQLite's count is authoritative. Without the key values, a violation that replaces another one goes unnoticed.
  addFound(key, counted === total ? rows : [{ values: [], count: total }], violations);
}

function addFound(
  { child, columns, parent }: ForeignKey,
  rows: readonly KeyCount[],
  violations: Map<string, { violation: Violation; count: number }>,
): void {
  for (const { values, count } of rows) {
    const violation = { child, columns, parent, values };
    violations.set(violationKey(violation), { violation, count });
  }
}

/** The number of rows with the same key. */
interface KeyCount {
  readonly values: readonly string[];
  readonly count: number;
}

async function findByRow(
  connection: Connection,
  { id, child, columns }: ForeignKey,
  rowid: string,
): Promise<KeyCount[]> {
  const literals = columns.map((name, i) => `quote(c.${quoteName(name)}) AS v${i}`);
  const rows = await connection.query(
    `SELECT count(*) AS n, ${literals.join(", ")}
     FROM pragma_foreign_key_check(?) AS v JOIN main.${
      quoteName(child)
    } AS c ON c.${rowid} = v.rowid
     WHERE v.fkid = ? GROUP BY ${groups(columns)}`,
    [child, id],
  );
  return rows.map((row) => toKeyCount(row, columns));
}

/**
 * Finds the violations of a child whose rows SQLite does not name, because it is WITHOUT ROWID or hides the rowid.
 * These are the rows without a NULL in the key and without a parent: https://sqlite.org/foreignkeys.html#fk_basics
 */
async function findByKey(
  connection: Connection,
  { child, columns, parent, parentColumns }: ForeignKey,
): Promise<KeyCount[]> {
  const primary = await connection.query(
    "SELECT name FROM pragma_table_info(?, 'main') WHERE pk > 0 ORDER BY pk",
    [parent],
  );
  const [exists] = await connection.query(
    "SELECT 1 FROM pragma_table_list(?) WHERE schema = 'main'",
    [parent],
  );
  const own = columns.map((name) => `c.${quoteName(name)}`);
  // The parent's column is on the left, so that its collation and affinity are used.
  const matches = own.map((column, i) =>
    `p.${quoteName(String(parentColumns[i] ?? primary[i]?.["name"]))} = ${column}`
  );
  const orphan = exists
    ? `NOT EXISTS (SELECT 1 FROM main.${quoteName(parent)} AS p WHERE ${matches.join(" AND ")})`
    : "TRUE";
  const rows = await connection.query(
    `SELECT count(*) AS n, ${own.map((column, i) => `quote(${column}) AS v${i}`).join(", ")}
     FROM main.${quoteName(child)} AS c
     WHERE ${own.map((column) => `${column} IS NOT NULL`).join(" AND ")} AND ${orphan}
     GROUP BY ${groups(columns)}`,
  );
  return rows.map((row) => toKeyCount(row, columns));
}

/** The GROUP BY terms for the literals of a result whose first column is the count. */
function groups(columns: readonly string[]): string {
  return columns.map((_, i) => i + 2).join(", ");
}

function toKeyCount(row: Row, columns: readonly string[]): KeyCount {
  return { values: columns.map((_, i) => String(row[`v${i}`])), count: Number(row["n"]) };
}

/** A name of the rowid that no column has; undefined if there is none. */
async function rowidOf(connection: Connection, table: string): Promise<string | undefined> {
  const [listed] = await connection.query(
    "SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'",
    [table],
  );
  if (listed?.["wr"]) return undefined;
  const columns = await connection.query("SELECT name FROM pragma_table_xinfo(?)", [table]);
  return freeRowidName(columns.map((row) => String(row["name"])));
}

function violationKey(violation: Violation): string {
  return JSON.stringify([
    foldName(violation.child),
    violation.columns.map(foldName),
    foldName(violation.parent),
    violation.values,
  ]);
}

/**
 * Compares the violations before and after a segment.
 * @returns `added`: the violations that are new, `remaining`: the number of rows that violated keys before too.
 */
export function compareForeignKeyStates(
  before: ForeignKeyState,
  after: ForeignKeyState,
  renames: Renames,
): {
  readonly added: readonly { readonly violation: Violation; readonly count: number }[];
  readonly remaining: number;
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
  return { added, remaining };
}
