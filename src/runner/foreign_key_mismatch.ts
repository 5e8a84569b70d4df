import type { Connection } from "../db/connection.ts";
import { displayName, foldName, quoteName } from "../sql/identifier.ts";
import { type NextStep, say } from "../text/next_step.ts";
import type { Notice } from "../finding.ts";

/** A foreign key of a table as SQLite's pragma lists it. */
export interface ForeignKey {
  readonly id: bigint;
  readonly child: string;
  readonly columns: readonly string[];
  readonly parent: string;
  /** The columns as written; empty if the key refers to the parent's primary key. */
  readonly parentColumns: readonly string[];
}

/**
 * A foreign key that SQLite cannot look up, because its parent columns are not unique: the "foreign key mismatch" of
 * https://sqlite.org/foreignkeys.html#fk_indexes. It depends only on the schema, not on the rows.
 */
export interface KeyMismatch {
  readonly key: ForeignKey;
  /**
   * `unique`: the parent columns exist, but no PRIMARY KEY, UNIQUE or unique index has exactly them · `collation`: one
   * has, but with other collations · `columns`: the parent lacks a column · `primary-key`: the parent's primary key has
   * another number of columns · `view`: the parent is a view.
   */
  readonly reason: "unique" | "collation" | "columns" | "primary-key" | "view";
}

/** Reads every foreign key of the database, by the name of its child. @throws {SqlError} */
export async function readForeignKeys(
  connection: Connection,
): Promise<ReadonlyMap<string, readonly ForeignKey[]>> {
  // Every table with a foreign key has this keyword in its text, so the pragma is not read for the others.
  const rows = await connection.query(
    `SELECT child.name AS child, key.id, key."from" AS name, key."table" AS parent, key."to" AS parent_column
     FROM main.sqlite_schema AS child, pragma_foreign_key_list(child.name, 'main') AS key
     WHERE child.type = 'table' AND instr(upper(child.sql), 'REFERENCES') > 0 ORDER BY child.name, key.id, key.seq`,
  );
  const found = new Map<string, ForeignKey[]>();
  let last: { id: bigint; child: string; columns: string[]; parentColumns: string[] } | undefined;
  for (const row of rows) {
    const child = String(row["child"]);
    const id = row["id"] as bigint;
    if (last?.child !== child || last.id !== id) {
      const key = {
        id,
        child,
        parent: String(row["parent"]),
        columns: [],
        parentColumns: [],
      };
      const siblings = found.get(child) ?? [];
      siblings.push(key);
      found.set(child, siblings);
      last = key;
    }
    last.columns.push(String(row["name"]));
    if (row["parent_column"] !== null) last.parentColumns.push(String(row["parent_column"]));
  }
  return found;
}

/**
 * Finds out why SQLite cannot look a key up; undefined if it can, or if the parent does not exist.
 * @throws {SqlError}
 */
export async function findMismatch(
  connection: Connection,
  key: ForeignKey,
): Promise<KeyMismatch | undefined> {
  const [listed] = await connection.query(
    "SELECT type FROM pragma_table_list(?) WHERE schema = 'main'",
    [key.parent],
  );
  if (listed === undefined) return undefined;
  if (listed["type"] === "view") return { key, reason: "view" };
  const columns = await connection.query("SELECT name, pk FROM pragma_table_xinfo(?, 'main')", [
    key.parent,
  ]);
  const primary = columns.filter(({ pk }) => Number(pk) > 0).map(({ name }) => String(name));
  if (key.parentColumns.length === 0) {
    return primary.length === key.columns.length ? undefined : { key, reason: "primary-key" };
  }
  const names = new Set(columns.map(({ name }) => foldName(String(name))));
  if (key.parentColumns.some((name) => !names.has(foldName(name)))) {
    return { key, reason: "columns" };
  }
  if (areSame(primary, key.parentColumns)) return undefined;
  const indexes = await connection.query(
    `SELECT json_group_array(info.name) AS columns
     FROM pragma_index_list(?, 'main') AS list, pragma_index_info(list.name, 'main') AS info
     WHERE list."unique" AND NOT list.partial GROUP BY list.name`,
    [key.parent],
  );
  const isUnique = indexes.some((index) =>
    areSame((JSON.parse(String(index["columns"])) as unknown[]).map(String), key.parentColumns)
  );
  return isUnique ? undefined : { key, reason: "unique" };
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  const wanted = new Set(others.map(foldName));
  return some.length === others.length && some.every((name) => wanted.has(foldName(name)));
}

/** Finds every foreign key of the database that SQLite cannot look up. @throws {SqlError} */
export async function readMismatches(connection: Connection): Promise<readonly KeyMismatch[]> {
  const found: KeyMismatch[] = [];
  for (const keys of (await readForeignKeys(connection)).values()) {
    for (const key of keys) {
      const mismatch = await findMismatch(connection, key);
      if (mismatch !== undefined) found.push(mismatch);
    }
  }
  return found;
}

/** Describes a mismatch in a sentence without a period. */
export function describeMismatch({ key, reason }: KeyMismatch): string {
  const parent = displayName(key.parent);
  const from = `${displayName(key.child)} (${key.columns.map(displayName).join(", ")})`;
  const columns = key.parentColumns.map(displayName).join(", ");
  switch (reason) {
    case "unique":
      return `${from} refers to ${parent} (${columns}), and nothing makes ${columns} unique`;
    case "collation":
      return `${from} refers to ${parent} (${columns}), and the unique index on ${columns} has another collation`;
    case "columns":
      return `${from} refers to ${parent} (${columns}), and ${parent} has no such ${
        key.parentColumns.length === 1 ? "column" : "columns"
      }`;
    case "primary-key":
      return `${from} refers to the primary key of ${parent}, and ${parent} has no primary key of ${
        key.columns.length === 1 ? "1 column" : `${key.columns.length} columns`
      }`;
    case "view":
      return `${from} refers to ${parent}, which is a view`;
  }
}

/** The step that makes the key work. */
function mismatchCure({ key, reason }: KeyMismatch): NextStep {
  if (reason !== "unique" && reason !== "collation") {
    return say(
      `Rebuild ${displayName(key.child)} with a key that refers to unique columns of a table`,
    );
  }
  const name = quoteIfNeeded([key.parent, ...key.parentColumns].join("_"));
  const columns = key.parentColumns.map(displayName).join(", ");
  return say(
    `Add to a revision: CREATE UNIQUE INDEX ${name} ON ${displayName(key.parent)} (${columns});`,
  );
}

function quoteIfNeeded(name: string): string {
  return displayName(name) === name ? name : quoteName(name);
}

const SHOWN = 10;

/** The warning for mismatches; undefined if there are none. */
export function mismatchNotice(mismatches: readonly KeyMismatch[]): Notice | undefined {
  if (mismatches.length === 0) return undefined;
  const more = mismatches.length - SHOWN;
  const cures = mismatches.slice(0, SHOWN).map(mismatchCure);
  return {
    type: "notice",
    code: "foreign-key-mismatch",
    message: mismatches.length === 1
      ? "SQLite cannot enforce a foreign key whose parent columns are not unique"
      : `SQLite cannot enforce ${mismatches.length} foreign keys whose parent columns are not unique`,
    notes: [
      ...mismatches.slice(0, SHOWN).map(describeMismatch),
      ...(more > 0 ? [`and ${more} more`] : []),
      'With enforcement on, writing to these tables fails with "foreign key mismatch"',
    ],
    next: [...new Map(cures.map((cure) => [JSON.stringify(cure), cure])).values()],
  };
}
