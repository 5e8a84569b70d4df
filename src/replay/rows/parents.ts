import type { Connection, Row, SqlValue } from "../../db/connection.ts";
import type { Column, ForeignKey, Schema, Table } from "../../schema/model/model.ts";
import { foldName, quoteName, sameName } from "../../sql/identifier.ts";
import type { SeededRandom } from "./values.ts";

/** The maximum number of parent rows to choose from. */
const CHOICE = 20;

/** The parent's columns to which a foreign key refers; undefined if they do not exist. */
export function parentColumns(key: ForeignKey, schema: Schema): readonly string[] | undefined {
  const parent = schema.tables.get(foldName(key.parent));
  if (parent === undefined) return undefined;
  const names = key.parentColumns.length > 0
    ? key.parentColumns
    : parent.primaryKey?.columns.map(({ name }) => name) ?? [];
  const exist = names.every((name) => parent.columns.some((column) => sameName(column.name, name)));
  return names.length === key.columns.length && exist ? names : undefined;
}

/** The rows to which a table's foreign keys can refer. They are read once for all rows of the child. */
export class ParentRows {
  readonly #rows: ReadonlyMap<ForeignKey, readonly (readonly SqlValue[])[]>;

  private constructor(rows: ReadonlyMap<ForeignKey, readonly (readonly SqlValue[])[]>) {
    this.#rows = rows;
  }

  /** Reads the parent rows. A missing or unsuitable parent has none. */
  static async read(connection: Connection, schema: Schema, table: Table): Promise<ParentRows> {
    const rows = new Map<ForeignKey, readonly (readonly SqlValue[])[]>();
    for (const key of table.foreignKeys) {
      const names = parentColumns(key, schema);
      if (names === undefined) continue;
      const list = names.map((name, at) => `${quoteName(name)} AS c${at}`).join(", ");
      const isThere = names.map((name) => `${quoteName(name)} IS NOT NULL`).join(" AND ");
      const found = await connection.query(
        `SELECT ${list} FROM ${quoteName(key.parent)} WHERE ${isThere} LIMIT ${CHOICE}`,
      );
      rows.set(key, found.map((row: Row) => names.map((_, at) => row[`c${at}`] ?? null)));
    }
    return new ParentRows(rows);
  }

  /** All rows for a foreign key. */
  all(key: ForeignKey): readonly (readonly SqlValue[])[] {
    return this.#rows.get(key) ?? [];
  }

  /**
   * Picks the values of a parent row, in the order of the foreign key's columns; undefined if there is none.
   *
   * @param fixed The values that the row must have, in the same order; undefined for any value.
   */
  pick(
    key: ForeignKey,
    random: SeededRandom,
    fixed: readonly (SqlValue | undefined)[] = [],
  ): readonly SqlValue[] | undefined {
    const rows = fixed.every((value) => value === undefined)
      ? this.all(key)
      : this.all(key).filter((row) =>
        fixed.every((value, at) => value === undefined || value === row[at])
      );
    const [first, ...others] = rows;
    return first === undefined ? undefined : random.pick([first, ...others]);
  }
}

/**
 * The columns of a foreign key that may be NULL, so that the key needs no parent
 * (https://sqlite.org/foreignkeys.html#fk_composite). Columns that no other key has come first.
 */
export function nullableColumns(key: ForeignKey, table: Table): readonly Column[] {
  const columns = key.columns.flatMap((name) =>
    table.columns.find((column) => sameName(column.name, name)) ?? []
  );
  const nullable = columns.filter((column) =>
    column.notNull === undefined && column.generated === undefined && !isKeyOfRows(table, column)
  );
  return nullable.toSorted((a, b) =>
    Number(isShared(a, key, table)) - Number(isShared(b, key, table))
  );
}

/** Whether other foreign keys of the table also have the column. */
export function isShared({ name }: Column, key: ForeignKey, table: Table): boolean {
  return table.foreignKeys.some((other) =>
    other !== key && other.columns.some((column) => sameName(column, name))
  );
}

/** Whether the column is in a primary key in which NULL becomes a number or is refused. */
function isKeyOfRows({ primaryKey, withoutRowid, strict }: Table, { name }: Column): boolean {
  if (primaryKey === undefined) return false;
  return (withoutRowid || strict || primaryKey.rowid) &&
    primaryKey.columns.some((column) => sameName(column.name ?? "", name));
}
