const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][0-9A-Za-z_.]*)[ \t]*=[ \t]*/;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Parses a `.env` file as the npm package dotenv does: `NAME=value` lines, an optional `export` before them, `#`
 * comments, literal values in `'…'` or `` `…` ``, escapes `\n`, `\r`, `\t`, `\"` and `\\` in `"…"`, and quoted values
 * over several lines. `$NAME` is not expanded. Other lines are ignored, because the file belongs to the application. If
 * a name is repeated, its last value is used.
 */
export function parseDotenv(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const body = text.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");
  for (let at = 0; at < body.length;) {
    const lineEnd = endOfLine(body, at);
    const assignment = ASSIGNMENT.exec(body.slice(at, lineEnd));
    if (assignment === null) {
      at = lineEnd + 1;
      continue;
    }
    const [head, name = ""] = assignment;
    const start = at + head.length;
    const quoted = quotedValue(body, start);
    values.set(name, quoted?.value ?? bareValue(body.slice(start, lineEnd)));
    at = endOfLine(body, quoted?.end ?? start) + 1;
  }
  return values;
}

function quotedValue(
  text: string,
  start: number,
): { readonly value: string; readonly end: number } | undefined {
  const quote = text[start];
  if (quote !== '"' && quote !== "'" && quote !== "`") return undefined;
  for (let end = start + 1; end < text.length; end++) {
    if (text[end] === "\\" && quote === '"') end++;
    else if (text[end] === quote) {
      const raw = text.slice(start + 1, end);
      const value = quote === '"'
        ? raw.replaceAll(/\\(.)/gs, (all, c: string) => ESCAPES[c] ?? (/["\\]/.test(c) ? c : all))
        : raw;
      return { value, end: end + 1 };
    }
  }
  return undefined;
}

/** Reads a value without quotes. It ends at a `#` at its start or after a space. */
function bareValue(text: string): string {
  return text.replace(/(?:^|\s)#.*$/, "").trim();
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
