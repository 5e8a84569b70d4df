import { isDirective } from "../sql/directive.ts";
import { Tokenizer } from "../sql/tokenizer.ts";

/**
 * A definition without the directives in it, which are for the schema file that it comes from and would be
 * refused in a revision. SQLite keeps comments, so that stored texts have them too.
 */
export function withoutDirectives(sql: string): string {
  if (!/aludel/i.test(sql)) return sql;
  const pieces: string[] = [];
  let copied = 0;
  const tokenizer = new Tokenizer(sql);
  while (tokenizer.next()) {
    const { kind, start, end } = tokenizer;
    if (kind !== "comment" || !isDirective(sql, start, end)) continue;
    const before = sql.slice(copied, start);
    const line = before.lastIndexOf("\n") + 1;
    // A line that held nothing else goes as a whole; the line break that ends the comment ends it.
    const isAlone = line > 0 && before.slice(line).trim() === "" && sql[end] === "\n";
    pieces.push(isAlone ? before.slice(0, line - 1) : before);
    copied = end;
  }
  return pieces.join("") + sql.slice(copied);
}
