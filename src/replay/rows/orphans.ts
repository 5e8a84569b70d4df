import { type Connection, refusalOf } from "../../db/connection.ts";
import type { ForeignKey, Schema, Table } from "../../schema/model/model.ts";
import { foldName, freeRowidName, quoteName, sameName } from "../../sql/identifier.ts";
import { isShared, nullableColumns, parentColumns, ParentRows } from "./parents.ts";
import type { SeededRandom } from "./values.ts";

/** The maximum number of rows of a table that get a parent. No caller makes as many rows. */
const ADOPTIONS = 50;

/**
 * Gives parents to rows of tables that were filled before their parents: rows whose key is NULL, and rows whose key has
 * another value because it must not be NULL.
 */
export async function adoptOrphans(
  connection: Connection,
  schema: Schema,
  tables: readonly Table[],
  random: SeededRandom,
): Promise<void> {
  const filled = new Set<string>();
  for (const table of tables) {
    const early = table.foreignKeys.filter(({ parent }) => !filled.has(foldName(parent)));
    filled.add(foldName(table.name));
    if (early.length === 0) continue;
    const parents = await ParentRows.read(connection, schema, table);
    for (const key of early) {
      const isGenerated = key.columns.some((name) => isGeneratedColumn(table, name));
      const sql = isGenerated ? undefined : adoptOne(key, table, schema);
      const rows = parents.all(key);
      if (sql === undefined || rows.length === 0) continue;
      const first = random.below(rows.length);
      for (let at = 0; at < ADOPTIONS; at++) {
        // The row stays as it is if a CHECK or a trigger refuses the change.
        await refusalOf(() => connection.query(sql, rows[(first + at) % rows.length]));
      }
    }
  }
}

/** The statement that gives its parameters as parent to one row, or to every row of a table without rowids. */
function adoptOne(key: ForeignKey, table: Table, schema: Schema): string {
  const child = quoteName(table.name);
  const lacksParent = [
    key.columns.map((name) => `${child}.${quoteName(name)} IS NULL`).join(" OR "),
    `(${isOrphan(key, table, schema)})`,
  ].join(" OR ");
  // Columns that other foreign keys share, or to which other rows may refer, must not change.
  const isOptional = nullableColumns(key, table).length > 0;
  const set = key.columns.map((name, at) => `${quoteName(name)} = ?${at + 1}`).join(", ");
  const pinned = key.columns.flatMap((name, at) => {
    const column = table.columns.find((one) => sameName(one.name, name));
    if (column === undefined) return [];
    const isOwnKey = table.primaryKey?.columns.some((one) => sameName(one.name ?? "", name));
    return isShared(column, key, table) || (isOptional && isOwnKey)
      ? [` AND ${child}.${quoteName(name)} IS ?${at + 1}`]
      : [];
  }).join("");
  const rowid = freeRowidName(table.columns.map(({ name }) => name));
  const where = table.withoutRowid || rowid === undefined
    ? `(${lacksParent})${pinned}`
    : `${rowid} = (SELECT ${rowid} FROM ${child} WHERE (${lacksParent})${pinned} LIMIT 1)`;
  return `UPDATE OR IGNORE ${child} SET ${set} WHERE ${where}`;
}

/** Sets foreign keys without a parent to NULL, if the table allows it. */
export async function detachOrphans(
  connection: Connection,
  schema: Schema,
  tables: readonly Table[],
): Promise<void> {
  for (const table of tables) {
    for (const key of table.foreignKeys) {
      const [column] = nullableColumns(key, table);
      if (column === undefined) continue;
      const set = `${quoteName(column.name)} = NULL`;
      const where = isOrphan(key, table, schema);
      // The row stays as it is if a CHECK or a trigger refuses the change.
      await refusalOf(() =>
        connection.execute(`UPDATE OR IGNORE ${quoteName(table.name)} SET ${set} WHERE ${where}`)
      );
    }
  }
}

/**
 * Deletes rows whose foreign keys have no parent, and repeats that until no such row is left.
 *
 * @returns The folded names of the tables that lost rows.
 */
export async function deleteOrphans(
  connection: Connection,
  schema: Schema,
  tables: readonly Table[],
): Promise<Set<string>> {
  const touched = new Set<string>();
  for (let isClean = false; !isClean;) {
    isClean = true;
    for (const table of tables) {
      for (const key of table.foreignKeys) {
        const name = quoteName(table.name);
        const isOrphaned = isOrphan(key, table, schema);
        const [found] = await connection.query(
          `SELECT count(*) AS n FROM ${name} WHERE ${isOrphaned}`,
        );
        if (found === undefined || Number(found.n) === 0) continue;
        const refusal = await withoutFailingTriggers(
          connection,
          schema,
          table,
          () => refusalOf(() => connection.execute(`DELETE FROM ${name} WHERE ${isOrphaned}`)),
        );
        touched.add(foldName(table.name));
        if (refusal === undefined) isClean = false;
      }
    }
  }
  return touched;
}

/** A condition for child rows whose parent row is missing. */
function isOrphan(key: ForeignKey, table: Table, schema: Schema): string {
  const child = quoteName(table.name);
  const conditions = key.columns.map((name) => `${child}.${quoteName(name)} IS NOT NULL`);
  const names = parentColumns(key, schema);
  if (names !== undefined) {
    // The + removes the child's affinity, and the parent is on the left, so that the parent's affinity and collation
    // are used, as in SQLite's own check.
    const matches = names.map((name, at) =>
      `parent_row.${quoteName(name)} = +${child}.${quoteName(key.columns[at]!)}`
    );
    conditions.push(
      `NOT EXISTS (SELECT 1 FROM ${quoteName(key.parent)} AS parent_row WHERE ${
        matches.join(" AND ")
      })`,
    );
  }
  return conditions.join(" AND ");
}

function isGeneratedColumn(table: Table, name: string): boolean {
  return table.columns.some((column) =>
    sameName(column.name, name) && column.generated !== undefined
  );
}

/**
 * Changes a table. If SQLite refuses and the table has triggers, tries again without them, and creates them again.
 *
 * @param action Returns SQLite's error if it refuses.
 * @returns The error of the last try; undefined if it succeeded.
 */
export async function withoutFailingTriggers(
  connection: Connection,
  schema: Schema,
  table: Table,
  action: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const reason = await action();
  if (reason === undefined) return undefined;
  const key = foldName(table.name);
  const triggers = [...schema.triggers.values()].filter((trigger) =>
    foldName(trigger.table) === key
  );
  if (triggers.length === 0) return reason;
  for (const { name } of triggers) await connection.execute(`DROP TRIGGER ${quoteName(name)}`);
  try {
    return await action();
  } finally {
    for (const { sql } of triggers) await connection.execute(sql);
  }
}
