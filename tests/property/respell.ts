import { foldName, isKeyword, unquote } from "../../src/sql/identifier.ts";
import { tokenize } from "../../src/sql/tokenizer.ts";

const SPACES = [" ", "  ", "\n", "\t", " /* x, y) */ ", " -- it's \"\n", "/**/ "];

/**
 * The same SQL in another spelling: other spaces and comments, other quotes and other cases of letters
 * for names and keywords. A virtual table's arguments are the module's business and stay.
 *
 * @param picks What to choose; nothing else does.
 * @param first Where in `picks` to begin.
 */
export function respell(sql: string, picks: readonly number[], first: number): string {
  if (sql.startsWith("CREATE VIRTUAL")) return sql;
  let next = first;
  const below = (limit: number) => ((picks[next++ % picks.length] ?? 0) >> (next % 5)) % limit;
  let text = "";
  for (const { kind, start, end } of tokenize(sql)) {
    const token = sql.slice(start, end);
    // A comment before GENERATED ALWAYS becomes part of the type, which a STRICT table refuses (measured).
    const isInType = sql.startsWith("GENERATED", end) || sql.startsWith("ALWAYS", end);
    if (kind === "space" && isInType) text += token;
    else if (kind === "space") text += SPACES[below(SPACES.length)];
    else if (kind === "word") text += otherCase(token, below(3));
    else if (kind === "quoted") text += otherQuotes(unquote(token), below(4), below(3));
    else if (kind === "blob") text += otherCase(token, below(3));
    else if (kind === "operator" && (token === "," || token === "(")) {
      text += `${token}${SPACES[below(SPACES.length)]}`;
    } else text += token;
  }
  return text;
}

function otherCase(word: string, way: number): string {
  if (way === 0) return word;
  const letters = [...word].map((letter, at) =>
    /[A-Za-z]/.test(letter) && (way === 1 || at % 2 === 0)
      ? letter === foldName(letter) ? letter.toUpperCase() : foldName(letter)
      : letter
  );
  return letters.join("");
}

function otherQuotes(name: string, quotes: number, way: number): string {
  const other = otherCase(name, way);
  if (quotes === 0 && !other.includes("]")) return `[${other}]`;
  if (quotes === 1) return `\`${other.replaceAll("`", "``")}\``;
  if (quotes === 2 && /^[a-z_]\w*$/i.test(other) && !isKeyword(other)) return other;
  return `"${other.replaceAll('"', '""')}"`;
}
