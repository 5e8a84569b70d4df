import { Tokenizer } from "../sql/tokenizer.ts";

/** A statement with its semicolon, which no comment at the end swallows. */
export function terminated(sql: string): string {
  const tokenizer = new Tokenizer(sql);
  let isLineComment = false;
  while (tokenizer.next()) {
    if (tokenizer.kind === "space") continue;
    isLineComment = tokenizer.kind === "comment" && sql.startsWith("--", tokenizer.start);
  }
  return isLineComment ? `${sql}\n;` : `${sql};`;
}
