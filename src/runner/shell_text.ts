import type { Script } from "../sql/script.ts";
import { Tokenizer } from "../sql/tokenizer.ts";

/**
 * A script's text in the form in which the sqlite3 shell reads it as SQLite would: the last statement is closed, and no line
 * begins with `/` or `go`, which end a statement there (https://sqlite.org/cli.html, "/" and "go" as in SQL Server).
 */
export function shellText({ text, statements }: Script): string {
  const last = statements.at(-1);
  if (last === undefined || text[last.end - 1] === ";") return joinTerminators(text);
  // Right after the statement: SQLite keeps what stands before the semicolon, a comment too, as a view's text.
  return joinTerminators(`${text.slice(0, last.end)};${text.slice(last.end)}`);
}

const TERMINATOR_LINE = /^\s*(?:\/(?!\*)|go\b)/im;

/** Moves each token that the shell could take for the end of a statement up behind the token before it. */
function joinTerminators(text: string): string {
  if (!TERMINATOR_LINE.test(text)) return text;
  const tokenizer = new Tokenizer(text);
  let joined = "";
  let copied = 0;
  let before = 0;
  while (tokenizer.nextSignificant()) {
    const { start, end } = tokenizer;
    const token = tokenizer.current;
    if (/^(?:\/|go)$/i.test(token) && text.slice(before, start).includes("\n")) {
      joined += `${text.slice(copied, before)} ${token}${text.slice(before, start)}`;
      copied = end;
    }
    before = end;
  }
  return joined + text.slice(copied);
}
