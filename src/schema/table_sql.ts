import { foldName, quoteName, unquote } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";

/** A CREATE TABLE of another name: the stored text, with the name after CREATE TABLE replaced. */
export function withTableName(sql: string, name: string): string {
  const tokenizer = new Tokenizer(sql);
  tokenizer.nextSignificant(); // CREATE
  tokenizer.nextSignificant(); // TABLE
  tokenizer.nextSignificant();
  return `CREATE TABLE ${quoteName(name)}${spaced(sql.slice(tokenizer.end))}`;
}

/** The same, with the name replaced also where expressions qualify a column with it: `t.a > 0`. */
export function withTableNameThroughout(sql: string, name: string, replaced: string): string {
  const renamed = withTableName(sql, name);
  const key = foldName(replaced);
  const pieces: string[] = [];
  let copied = 0;
  for (const { start, end, isQualifier } of names(renamed)) {
    if (!isQualifier || foldName(unquote(renamed.slice(start, end))) !== key) continue;
    pieces.push(renamed.slice(copied, start), quoteName(name));
    copied = end;
  }
  return pieces.join("") + renamed.slice(copied);
}

/** Whether an expression of a CREATE TABLE qualifies a column with the table's own name. */
export function qualifiesItself(sql: string, name: string): boolean {
  const key = foldName(name);
  for (const { start, end, isQualifier } of names(sql)) {
    if (isQualifier && foldName(unquote(sql.slice(start, end))) === key) return true;
  }
  return false;
}

/** Stored texts may have the parenthesis right after the name. */
function spaced(rest: string): string {
  return rest.startsWith("(") ? ` ${rest}` : rest;
}

interface NameToken {
  readonly start: number;
  readonly end: number;
  /** Whether a `.` follows. */
  readonly isQualifier: boolean;
}

function* names(sql: string): Generator<NameToken> {
  const tokenizer = new Tokenizer(sql);
  let last: { readonly start: number; readonly end: number } | undefined;
  while (tokenizer.nextSignificant()) {
    const { kind, start, end } = tokenizer;
    if (last !== undefined) {
      yield { ...last, isQualifier: kind === "operator" && sql.slice(start, end) === "." };
    }
    last = kind === "word" || kind === "quoted" ? { start, end } : undefined;
  }
}
