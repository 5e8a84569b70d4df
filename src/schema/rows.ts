import type { Connection } from "../db/connection.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { inDependencyOrder } from "./dependency_order.ts";
import type { Schema, Table } from "./model.ts";
import { nullableColumns } from "./nullable_columns.ts";
import { adoptOrphans, deleteOrphans, detachOrphans } from "./orphan_rows.ts";
import { ParentRows } from "./parent_rows.ts";
import { SeededRandom } from "./seeded_random.ts";
import { TableFiller } from "./table_filler.ts";
import { withoutFailingTriggers } from "./failing_triggers.ts";
import { tablesInOrder } from "./write_schema.ts";

/** How many rows to make, and which. */
export interface RowOptions {
  /** One seed always makes the same rows. */
  readonly seed: number;
  /** Rows for each table; fewer where its constraints allow no more. */
  readonly rows: number;
}

/** What was made. */
export interface FilledTables {
  /** Rows by folded table name. */
  readonly counts: ReadonlyMap<string, number>;
  /** Tables that have no row. */
  readonly unfilled: readonly UnfilledTable[];
}

/** A table for which no row could be found. */
export interface UnfilledTable {
  readonly table: string;
  /** SQLite's last words about it. */
  readonly reason: string;
}

/**
 * Fills the tables of a database with rows that its constraints allow: NULLs, integers beyond 2^53, text
 * in integer columns, texts with quotes and NUL, rowids with gaps, AUTOINCREMENT sequences above the
 * largest id. SQLite is the judge of each row; one that it refuses is tried again with other values.
 *
 * The connection must not enforce foreign keys: a child may be there before its parent. In the end
 * every foreign key leads somewhere. Triggers fire; where one fails, its table is filled without them.
 *
 * @param connection A database that may be written into: a copy, or one in memory.
 * @param schema The schema of that database.
 */
export async function fillTables(
  connection: Connection,
  schema: Schema,
  options: RowOptions,
): Promise<FilledTables> {
  const tables = tablesToFill(schema);
  const reasons = new Map<string, string>();
  for (const [at, table] of tables.entries()) {
    const random = new SeededRandom(options.seed * 1_000 + at);
    const filler = new TableFiller(connection, table, random);
    const parents = await ParentRows.read(connection, schema, table);
    const reason = await withoutFailingTriggers(
      connection,
      schema,
      table,
      () => filler.fill(options.rows, parents),
    );
    if (reason !== undefined) reasons.set(foldName(table.name), reason);
  }
  await adoptOrphans(connection, schema, tables, new SeededRandom(options.seed));
  await detachOrphans(connection, schema, tables);
  const orphaned = await deleteOrphans(connection, schema, tables);

  const counts = new Map<string, number>();
  const unfilled: UnfilledTable[] = [];
  for (const table of tables) {
    const key = foldName(table.name);
    const [row] = await connection.query(`SELECT count(*) AS n FROM ${quoteName(table.name)}`);
    const count = Number(row?.n ?? 0);
    counts.set(key, count);
    if (table.autoincrement && count > 0) await raiseSequence(connection, table);
    if (count === 0 && options.rows > 0) {
      const reason = orphaned.has(key) ? "FOREIGN KEY constraint failed" : reasons.get(key);
      unfilled.push({ table: table.name, reason: reason ?? "no row was made" });
    }
  }
  return { counts, unfilled };
}

/**
 * The tables, parents first. Where keys go round in a circle, those that may be NULL wait for the others.
 */
function tablesToFill(schema: Schema): Table[] {
  const keys = inDependencyOrder(
    tablesInOrder(schema).map(({ name }) => foldName(name)),
    (name) => {
      const table = schema.tables.get(name)!;
      return table.foreignKeys.filter((key) => nullableColumns(key, table).length === 0)
        .map(({ parent }) => foldName(parent));
    },
  );
  return keys.map((key) => schema.tables.get(key)!);
}

async function raiseSequence(connection: Connection, table: Table): Promise<void> {
  await connection.query("UPDATE sqlite_sequence SET seq = seq + 1000 WHERE name = ?", [
    table.name,
  ]);
}
