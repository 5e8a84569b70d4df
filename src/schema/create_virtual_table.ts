import { TokenCursor } from "./token_cursor.ts";

/** What the text of a CREATE VIRTUAL TABLE says. */
export interface VirtualTableText {
  readonly module: string;
  readonly arguments: readonly string[];
}

/**
 * Reads a CREATE VIRTUAL TABLE as SQLite stores it. What the arguments mean, only the module knows.
 *
 * @param sql The `sql` of sqlite_schema.
 * @throws {AludelError} `schema-unreadable` where the text is not what SQLite's grammar allows.
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
  // SQLite passes no argument for `()` and for no parentheses alike.
  return { module, arguments: found.length === 1 && found[0] === "" ? [] : found };
}
