import { sameName, unquote } from "../sql/identifier.ts";
import type { IndexTerm } from "./model.ts";
import { TokenCursor } from "./token_cursor.ts";

/** What the text of a CREATE INDEX says. */
export interface IndexText {
  readonly unique: boolean;
  readonly terms: readonly IndexTerm[];
  readonly where: string | undefined;
}

/**
 * Reads a CREATE INDEX as SQLite stores it.
 *
 * @param sql The `sql` of sqlite_schema.
 * @param columns The names of the table's columns: a term that is one of them is no expression.
 * @throws {AludelError} `schema-unreadable` where the text is not what SQLite's grammar allows.
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
  // `a COLLATE x COLLATE y` sorts by y: the last one counts, the others mean nothing.
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
  // In `a = b COLLATE x` the COLLATE belongs to b, so it stays in an expression.
  const expression = column ?? withoutParentheses(cursor, first, collated);
  cursor.moveTo(end);
  return {
    column,
    expression,
    collation: column === undefined ? undefined : collation,
    descending,
  };
}

/** SQLite takes `(a)` for the column a. */
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
