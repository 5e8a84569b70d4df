import { foldName, isKeyword, quoteName, quoteText, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";

/** The names that a text can use. */
export interface NameScope {
  /**
   * Whether a folded name is one of them. A `"x"` that names nothing may be a string in old databases
   * (https://sqlite.org/quirks.html#dblquote), and the case of a string's letters matters.
   */
  readonly isName: (folded: string) => boolean;
  /**
   * Whether a `"x"` that names nothing is certainly a string, and thus the same as `'x'`: SQLite itself replaces one by
   * the other in stored texts when it renames or drops a column.
   */
  readonly hasStrings?: boolean;
  /** Whether `"x"` that is a string will be a name, once a column is added: it is the same as neither. */
  readonly becomesName?: (folded: string) => boolean;
  /** The name that a folded name will have after the renames; itself if it keeps its name. */
  readonly rename?: ((folded: string) => string) | undefined;
}

/** No name is known, so the case of `"X"` matters. */
const NO_NAMES: NameScope = { isName: () => false };

/**
 * Keywords that SQLite also accepts as names, and that no place allows in both senses, so that `key` and
 * `"key"` mean the same. `LEFT` is not one of them: after a table it may begin a join, whereas `"left"` is an alias.
 */
const NAMES_TOO = new Set(
  "ACTION ASC COLUMN DATABASE DESC FIRST KEY LAST OFFSET PLAN QUERY REPLACE TEMP TEMPORARY TRIGGER VIEW"
    .split(" "),
);

/** Bare words that mean something other than their quoted forms. */
const LITERALS = new Set(["TRUE", "FALSE"]);

/**
 * The normal form of a text, to compare it with another: tokens separated by one space, without
 * comments, keywords in upper case, names folded and without quotes if they need none, strings and
 * numbers as they are.
 *
 * Two texts with one normal form mean the same. The converse is not promised: `1` and `1.0`, or
 * `a + b` and `b + a`, stay different.
 */
export function normalText(sql: string, scope: NameScope = NO_NAMES): string {
  return normalTokens(sql, scope).join(" ");
}

/** {@linkcode normalText} without the parentheses around the whole expression. */
export function normalExpression(sql: string, scope: NameScope = NO_NAMES): string {
  const tokens = normalTokens(sql, scope);
  let first = 0;
  let last = tokens.length;
  while (isEnclosed(tokens, first, last)) {
    first++;
    last--;
  }
  return tokens.slice(first, last).join(" ");
}

/** {@linkcode normalText} as a list of tokens. */
export function normalTokens(sql: string, scope: NameScope = NO_NAMES): string[] {
  const found: string[] = [];
  const tokenizer = new Tokenizer(sql);
  let isMore = tokenizer.nextSignificant();
  while (isMore) {
    const { kind, current } = tokenizer;
    isMore = tokenizer.nextSignificant();
    if (kind === "word") {
      found.push(normalWord(current, found.at(-1), scope));
    } else if (kind === "quoted") {
      const next = isMore ? tokenizer.current : "";
      found.push(normalQuoted(current, found.at(-1), next, scope));
    } else if (kind === "number" || kind === "blob") {
      found.push(foldName(current));
    } else if (kind === "operator") {
      found.push(current === "==" ? "=" : current === "<>" ? "!=" : current);
    } else {
      found.push(current);
    }
  }
  return found;
}

function normalWord(word: string, previous: string | undefined, scope: NameScope): string {
  const upper = word.toUpperCase();
  if (previous !== "." && (LITERALS.has(upper) || (isKeyword(upper) && !NAMES_TOO.has(upper)))) {
    return upper;
  }
  return normalName(foldName(word), previous, scope);
}

function normalQuoted(
  token: string,
  previous: string | undefined,
  next: string,
  scope: NameScope,
): string {
  const name = unquote(token);
  const folded = foldName(name);
  const isName = token[0] !== '"' || previous === "." || previous === "AS" ||
    previous === "COLLATE" || next === "." || next === "(" || scope.isName(folded);
  if (isName) return normalName(folded, previous, scope);
  if (scope.becomesName?.(folded) === true) return `string ${quoteName(name)}`;
  return scope.hasStrings === true ? quoteText(name) : quoteName(name);
}

function normalName(
  folded: string,
  previous: string | undefined,
  scope: NameScope,
): string {
  // A name after AS is new; it does not refer to a renamed object.
  const name = previous === "AS" ? folded : scope.rename?.(folded) ?? folded;
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteName(name);
}

function isEnclosed(tokens: readonly string[], first: number, last: number): boolean {
  if (last - first < 3 || tokens[first] !== "(" || tokens[last - 1] !== ")") return false;
  let depth = 0;
  for (let at = first; at < last - 1; at++) {
    if (tokens[at] === "(") depth++;
    else if (tokens[at] === ")" && --depth === 0) return false;
  }
  return true;
}

/** The normal form of a declared type: `"VARCHAR" ( 10 )` stays apart from `VARCHAR(10)`, as in SQLite. */
export function normalType(type: string): string {
  const tokenizer = new Tokenizer(type);
  if (!tokenizer.nextSignificant()) return "";
  const { kind, current } = tokenizer;
  const isQuoted = kind === "quoted" || kind === "string";
  // SQLite removes the quotes of a type that is one quoted token.
  const text = isQuoted && !tokenizer.nextSignificant() ? unquote(current) : type;
  return normalTokens(text).join(" ").toUpperCase();
}

/**
 * The normal form of a DEFAULT. A single name is a string here: `DEFAULT foo`, `DEFAULT "foo"` and
 * `DEFAULT 'foo'` all mean the text foo.
 */
export function normalDefault(text: string): string {
  const tokenizer = new Tokenizer(text);
  if (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    if (!tokenizer.nextSignificant()) {
      if (kind === "quoted") return quoteText(unquote(current));
      if (kind === "word") {
        return CONSTANTS.has(current.toUpperCase()) ? current.toUpperCase() : quoteText(current);
      }
    }
  }
  return normalExpression(text);
}

const CONSTANTS = new Set([
  ...LITERALS,
  "NULL",
  "CURRENT_DATE",
  "CURRENT_TIME",
  "CURRENT_TIMESTAMP",
]);
