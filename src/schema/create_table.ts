import { type ColumnText, readColumn, type TableConstraints } from "./column_text.ts";
import { ConstraintName } from "./constraint_name.ts";
import {
  readConflict,
  readDeferred,
  readKeyColumns,
  readNames,
  readReferences,
} from "./constraint_text.ts";
import { TokenCursor } from "./token_cursor.ts";

/** What the text of a CREATE TABLE says, constraints of columns and of the table in one list. */
export interface TableText extends Readonly<TableConstraints> {
  readonly columns: readonly ColumnText[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** The words that begin a constraint of the table; they are reserved, so no column is named so bare. */
const TABLE_CONSTRAINT = new Set(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]);

/**
 * Reads a CREATE TABLE as SQLite stores it: after its own parser and, where an ALTER TABLE went over
 * it, after its rewriting. Expressions stay text; nothing here depends on what they mean.
 *
 * @param sql The `sql` of sqlite_schema.
 * @throws {AludelError} `schema-unreadable` where the text is not what SQLite's grammar allows.
 */
export function readCreateTable(sql: string): TableText {
  const cursor = new TokenCursor(sql);
  cursor.expectWord("CREATE");
  cursor.expectWord("TABLE");
  cursor.takeName();
  cursor.expectOperator("(");
  const table: TableConstraints = {
    primaryKey: undefined,
    autoincrement: false,
    uniques: [],
    foreignKeys: [],
    checks: [],
  };
  const constraint = new ConstraintName();
  const columns: ColumnText[] = [];
  do {
    columns.push(readColumn(cursor, table, constraint));
  } while (cursor.takeOperator(",") && !TABLE_CONSTRAINT.has(cursor.peekWord()));
  while (!cursor.isOperator(")")) {
    if (cursor.takeOperator(",")) constraint.forget();
    readTableConstraint(cursor, table, constraint);
  }
  cursor.skip();
  return { ...table, columns, ...readOptions(cursor) };
}

function readTableConstraint(
  cursor: TokenCursor,
  table: TableConstraints,
  constraint: ConstraintName,
): void {
  if (cursor.takeWord("CONSTRAINT")) return constraint.set(cursor.takeName());
  const { own, inherited } = constraint.take();
  if (cursor.takeWord("PRIMARY")) {
    cursor.expectWord("KEY");
    const { columns, autoincrement } = readKeyColumns(cursor);
    table.autoincrement ||= autoincrement;
    const conflict = readConflict(cursor);
    table.primaryKey = { kind: "primary-key", name: own, columns, conflict, rowid: true };
  } else if (cursor.takeWord("UNIQUE")) {
    const { columns } = readKeyColumns(cursor);
    table.uniques.push({ kind: "unique", name: own, columns, conflict: readConflict(cursor) });
  } else if (cursor.takeWord("CHECK")) {
    const expression = cursor.takeParenthesized();
    table.checks.push({ kind: "check", name: inherited, expression });
    readConflict(cursor); // without effect on a CHECK
  } else {
    cursor.expectWord("FOREIGN");
    cursor.expectWord("KEY");
    const columns = readNames(cursor);
    cursor.expectWord("REFERENCES");
    const key = readReferences(cursor, own, columns);
    table.foreignKeys.push({ ...key, deferred: readDeferred(cursor) ?? false });
  }
}

function readOptions(
  cursor: TokenCursor,
): { readonly strict: boolean; readonly withoutRowid: boolean } {
  let strict = false;
  let withoutRowid = false;
  while (!cursor.done) {
    if (cursor.takeWord("WITHOUT")) {
      cursor.takeName(); // ROWID
      withoutRowid = true;
    } else if (cursor.kind === "operator") {
      cursor.expectOperator(",");
    } else {
      cursor.takeName(); // STRICT, in any quoting
      strict = true;
    }
  }
  return { strict, withoutRowid };
}
