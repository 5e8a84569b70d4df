import { foldName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { Table } from "../model/model.ts";

/** Functions that give NULL only for NULL. */
const SOUND = new Set([
  "abs",
  "instr",
  "length",
  "lower",
  "ltrim",
  "rtrim",
  "trim",
  "typeof",
  "upper",
]);

/** Operators that can give NULL for operands that are not NULL: division by zero, missing JSON. */
const UNSOUND = new Set(["/", "%", "->", "->>"]);

/** Words before a parenthesis that are not a call. */
const NO_CALLS = new Set(["and", "or", "not", "in", "is", "between", "like", "glob", "escape"]);

/**
 * Whether the expression of a CHECK is surely TRUE or FALSE in every row. A CHECK that is NULL holds, but
 * ALTER TABLE … ADD CONSTRAINT of SQLite 3.53 refuses such rows (measured), so it can only add a CHECK that
 * is never NULL.
 *
 * Columns must be NOT NULL, or tested as in `a IS NULL OR a > 0`. When in doubt, the answer is no.
 */
export function isNeverNull(expression: string, table: Table): boolean {
  const tokens = readTokens(expression);
  const required = new Map(
    table.columns.map(({ name, notNull }) => [foldName(name), notNull !== undefined]),
  );
  const guarded = guardedNames(tokens);
  for (const [at, { kind, name, text }] of tokens.entries()) {
    if (kind === "operator" && UNSOUND.has(text)) return false;
    if (kind !== "name") continue;
    const next = tokens[at + 1]?.text;
    if (next === "(" && !NO_CALLS.has(name) && !SOUND.has(name)) return false;
    if (name === "null") {
      const before = tokens[at - 1]?.name;
      const isTest = before === "is" || (before === "not" && tokens[at - 2]?.name === "is");
      if (!isTest) return false;
    }
    if (name === "case" || name === "select" || name === "cast" || name === "raise") return false;
    if (required.get(name) === false && !guarded.has(name)) return false;
  }
  return true;
}

interface ReadToken {
  readonly kind: "name" | "operator" | "other";
  /** Folded; empty for anything but a name. */
  readonly name: string;
  readonly text: string;
}

function readTokens(expression: string): ReadToken[] {
  const tokens: ReadToken[] = [];
  const tokenizer = new Tokenizer(expression);
  while (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    const isName = kind === "word" || kind === "quoted";
    tokens.push({
      kind: isName ? "name" : kind === "operator" ? "operator" : "other",
      name: isName ? foldName(unquote(current)) : "",
      text: current,
    });
  }
  return tokens;
}

/** The columns x with a term `x IS NULL` in an expression that joins its terms by OR. */
function guardedNames(tokens: readonly ReadToken[]): ReadonlySet<string> {
  const guarded = new Set<string>();
  let depth = 0;
  let first = 0;
  for (let at = 0; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token?.text === "(") depth++;
    if (token?.text === ")") depth--;
    if (depth === 0 && token?.name === "and") return new Set();
    if (token !== undefined && !(depth === 0 && token.name === "or")) continue;
    const [name, is, nothing] = tokens.slice(first, at);
    if (
      at - first === 3 && name?.kind === "name" && is?.name === "is" && nothing?.name === "null"
    ) {
      guarded.add(name.name);
    }
    first = at + 1;
  }
  return guarded;
}
