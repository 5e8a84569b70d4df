import { unquote } from "./identifier.ts";
import { TokenReader } from "./token_reader.ts";

/**
 * The table whose rows an FTS5 table indexes, and of which it holds nothing itself but the index
 * (https://sqlite.org/fts5.html#external_content_tables).
 *
 * @param sql The text of a CREATE VIRTUAL TABLE.
 * @returns undefined for a table with content of its own, a contentless one, and any other statement.
 */
export function indexedContent(sql: string): string | undefined {
  const reader = new TokenReader(sql, { start: 0, end: sql.length });
  if (!reader.accept("CREATE", "VIRTUAL", "TABLE")) return undefined;
  reader.accept("IF", "NOT", "EXISTS");
  reader.qualifiedName();
  if (!reader.accept("USING") || reader.name()?.toLowerCase() !== "fts5") return undefined;
  if (!reader.acceptOperator("(")) return undefined;
  while (!reader.isAtEnd && !reader.isOperator(")")) {
    if (reader.accept("CONTENT") && reader.acceptOperator("=")) {
      return unquote(reader.text) || undefined;
    }
    while (!reader.isAtEnd && !reader.isOperator(",") && !reader.isOperator(")")) {
      if (!reader.skipParentheses()) reader.advance();
    }
    reader.acceptOperator(",");
  }
  return undefined;
}
