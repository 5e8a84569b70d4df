import { sameName, unquote } from "../../sql/identifier.ts";
import type { IndexTerm } from "../model/model.ts";
import { type ColumnText, readColumn, type TableConstraints } from "./column_text.ts";
import {
  ConstraintName,
  readConflict,
  readDeferred,
  readKeyColumns,
  readNames,
  readReferences,
} from "./constraint_text.ts";
import { TokenCursor } from "./token_cursor.ts";

/** A CREATE TABLE as written, with the constraints of columns and of the table in the same lists. */
export interface TableText extends Readonly<TableConstraints> {
  readonly columns: readonly ColumnText[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

/** The words that begin a constraint of the table. They are reserved, so that a column with such a name is quoted. */
export const TABLE_CONSTRAINTS: ReadonlySet<string> = new Set(
  ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"],
);

/**
 * Reads a CREATE TABLE as SQLite stores it: its parser has accepted it, and ALTER TABLE may have
 * rewritten it. Expressions stay text; their meaning does not matter here.
 *
 * @param sql The `sql` of sqlite_schema.
 * @throws {AludelError} `schema-unreadable` if the text is not what SQLite's grammar allows.
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
  } while (cursor.takeOperator(",") && !TABLE_CONSTRAINTS.has(cursor.peekWord()));
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

/** A CREATE INDEX as written. */
export interface IndexText {
  readonly unique: boolean;
  readonly terms: readonly IndexTerm[];
  readonly where: string | undefined;
}

/**
 * Reads a CREATE INDEX as SQLite stores it.
 *
 * @param sql The `sql` of sqlite_schema.
 * @param columns The names of the table's columns: a term that is one of them is not an expression.
 * @throws {AludelError} `schema-unreadable` if the text is not what SQLite's grammar allows.
 */
export function readCreateIndex(sql: string, columns: readonly string[]): IndexText {
  const cursor = new TokenCursor(sql);
  cursor.expectWord("CREATE");
  const unique = cursor.takeWord("UNIQUE");
  cursor.expectWord("INDEX");
  cursor.takeName();
  cursor.expectWord("ON");
  cursor.takeName();
  cursor.expectOperator("(");
  const terms: IndexTerm[] = [];
  do {
    terms.push(readTerm(cursor, columns));
  } while (cursor.takeOperator(","));
  cursor.expectOperator(")");
  let where: string | undefined;
  if (cursor.takeWord("WHERE")) {
    const first = cursor.at;
    while (!cursor.done) cursor.skip();
    where = cursor.textFrom(first);
  }
  return { unique, terms, where };
}

function readTerm(cursor: TokenCursor, columns: readonly string[]): IndexTerm {
  const first = cursor.at;
  cursor.skipExpression();
  const end = cursor.at;
  if (end === first) cursor.fail();
  let last = end;
  cursor.moveTo(end - 1);
  let descending = false;
  if (cursor.isWord("DESC") || cursor.isWord("ASC")) {
    descending = cursor.isWord("DESC");
    last--;
  }
  const collated = last;
  // `a COLLATE x COLLATE y` sorts by y: only the last one counts.
  let collation: string | undefined;
  while (last - first > 2) {
    cursor.moveTo(last - 2);
    if (!cursor.isWord("COLLATE")) break;
    cursor.skip();
    const name = cursor.takeName();
    collation ??= name;
    last -= 2;
  }
  const name = unquote(withoutParentheses(cursor, first, last));
  const column = columns.find((column) => sameName(column, name));
  // In `a = b COLLATE x` the COLLATE belongs to b, so it remains in the expression.
  const expression = column ?? withoutParentheses(cursor, first, collated);
  cursor.moveTo(end);
  return {
    column,
    expression,
    collation: column === undefined ? undefined : collation,
    descending,
  };
}

/** The term without its parentheses: SQLite reads `(a)` as the column a. */
function withoutParentheses(cursor: TokenCursor, first: number, last: number): string {
  cursor.moveTo(last);
  const whole = cursor.textFrom(first);
  if (last - first < 3) return whole;
  cursor.moveTo(first);
  if (!cursor.isOperator("(")) return whole;
  const inside = cursor.takeParenthesized();
  if (cursor.at !== last) return whole;
  cursor.moveTo(last - 1);
  return inside === "" ? whole : withoutParentheses(cursor, first + 1, last - 1);
}

/** A CREATE VIRTUAL TABLE as written. */
export interface VirtualTableText {
  readonly module: string;
  readonly arguments: readonly string[];
}

/**
 * Reads a CREATE VIRTUAL TABLE as SQLite stores it. Only the module knows what the arguments mean.
 *
 * @param sql The `sql` of sqlite_schema.
 * @throws {AludelError} `schema-unreadable` if the text is not what SQLite's grammar allows.
 */
export function readCreateVirtualTable(sql: string): VirtualTableText {
  const cursor = new TokenCursor(sql);
  cursor.expectWord("CREATE");
  cursor.expectWord("VIRTUAL");
  cursor.expectWord("TABLE");
  cursor.takeName();
  cursor.expectWord("USING");
  const module = cursor.takeName();
  const found: string[] = [];
  if (cursor.takeOperator("(")) {
    do {
      const first = cursor.at;
      cursor.skipExpression();
      found.push(cursor.textFrom(first));
    } while (cursor.takeOperator(","));
    cursor.expectOperator(")");
  }
  // `()` and no parentheses are the same: the module gets no argument.
  return { module, arguments: found.length === 1 && found[0] === "" ? [] : found };
}
