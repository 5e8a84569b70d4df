import { isKeyword } from "./keyword.ts";

/** The name as an identifier in double quotes, which is right for every name in every place. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The text as an SQL string literal. Right for any text without a NUL, which SQL cannot write. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The name as people write it: bare where SQLite reads it so, in double quotes otherwise. */
export function displayName(name: string): string {
  return isBare(name) ? name : quoteName(name);
}

function isBare(name: string): boolean {
  // Letters beyond ASCII are legal too, but invisible ones among them should stand in quotes.
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !isKeyword(name);
}

/**
 * The name that a token means: `"a ""b"""`, `[a "b"]`, `` `a "b"` `` and, where SQLite accepts a
 * string as a name, `'a "b"'` all mean `a "b"`. Any other token means itself.
 */
export function unquote(token: string): string {
  const quote = token[0];
  if (token.length < 2) return token;
  if (quote === "[") return token.endsWith("]") ? token.slice(1, -1) : token;
  if (quote !== '"' && quote !== "'" && quote !== "`") return token;
  return token.endsWith(quote) ? token.slice(1, -1).replaceAll(quote + quote, quote) : token;
}

/**
 * The name as SQLite compares it: A to Z in lower case, nothing else changed, so that `É` and `é`
 * are two names (https://sqlite.org/lang_keywords.html, sqlite3StrICmp).
 */
export function foldName(name: string): string {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code >= 0x41 && code <= 0x5a) {
      return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    }
  }
  return name;
}

/** Whether SQLite takes two names for the same. */
export function sameName(a: string, b: string): boolean {
  return a === b || foldName(a) === foldName(b);
}
