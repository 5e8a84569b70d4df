import { foldName, unquote } from "./identifier.ts";
import type { Statement } from "./script.ts";
import { Tokenizer } from "./tokenizer.ts";

/** A name with its schema, as in `main.t`. Both are unquoted and keep their case. */
export interface QualifiedName {
  readonly schema: string | undefined;
  readonly name: string;
}

/**
 * Reads a statement's tokens one at a time, without spaces and comments. That is enough to recognise the beginning of a
 * statement without a parser. The reader is always at a token or past the end.
 */
export class TokenReader {
  readonly #tokenizer: Tokenizer;
  #isAtEnd = false;
  #word: string | undefined;

  constructor(text: string, statement: Pick<Statement, "start" | "end">) {
    this.#tokenizer = new Tokenizer(text, statement.start, statement.end);
    this.advance();
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** The start of the current token in the text. */
  get start(): number {
    return this.#isAtEnd ? this.#tokenizer.end : this.#tokenizer.start;
  }

  get isSemicolon(): boolean {
    return !this.#isAtEnd && this.#tokenizer.kind === "semicolon";
  }

  /** The current token in upper case if it is a bare word, else an empty text. */
  get word(): string {
    return this.#word ??= !this.#isAtEnd && this.#tokenizer.kind === "word"
      ? this.#tokenizer.current.toUpperCase()
      : "";
  }

  /** The current token as it is written; empty past the end. */
  get text(): string {
    return this.#isAtEnd ? "" : this.#tokenizer.current;
  }

  advance(): void {
    this.#word = undefined;
    this.#isAtEnd = this.#isAtEnd || !this.#tokenizer.nextSignificant();
  }

  /** Skips words if they follow here in this order; stops at the first that does not match. */
  accept(...words: readonly string[]): boolean {
    for (const word of words) {
      if (this.word !== word) return false;
      this.advance();
    }
    return true;
  }

  /** Skips an operator if it is the current token. */
  acceptOperator(operator: string): boolean {
    if (!this.isOperator(operator)) return false;
    this.advance();
    return true;
  }

  isOperator(operator: string): boolean {
    return !this.#isAtEnd && this.#tokenizer.kind === "operator" &&
      this.#tokenizer.current === operator;
  }

  /** Reads a name: bare, in any quoting or, as SQLite allows, a string literal. */
  name(): string | undefined {
    const { kind } = this.#tokenizer;
    if (this.#isAtEnd || (kind !== "word" && kind !== "quoted" && kind !== "string")) {
      return undefined;
    }
    const name = unquote(this.#tokenizer.current);
    this.advance();
    return name;
  }

  /** Reads `name` or `schema.name`. */
  qualifiedName(): QualifiedName | undefined {
    const first = this.name();
    if (first === undefined) return undefined;
    if (!this.acceptOperator(".")) return { schema: undefined, name: first };
    const second = this.name();
    return second === undefined ? undefined : { schema: first, name: second };
  }

  /** Skips `( … )` if it begins here. */
  skipParentheses(): boolean {
    if (!this.isOperator("(")) return false;
    let depth = 0;
    do {
      if (this.isOperator("(")) depth++;
      else if (this.isOperator(")")) depth--;
      this.advance();
    } while (depth > 0 && !this.#isAtEnd);
    return true;
  }

  /**
   * Moves to the first of some words that is outside parentheses and not part of a dotted name. If there is none, it
   * moves to the next semicolon or the end.
   *
   * @returns Whether a word was found. The reader is then at it.
   */
  seek(words: ReadonlySet<string>): boolean {
    let afterDot = false;
    while (!this.#isAtEnd && !this.isSemicolon) {
      if (!afterDot && this.word !== "" && words.has(this.word)) return true;
      afterDot = this.isOperator(".");
      if (!this.skipParentheses()) this.advance();
    }
    return false;
  }

  /** Skips `WITH name (…) AS (…), …` if it begins here. */
  skipWith(): void {
    if (!this.accept("WITH")) return;
    this.accept("RECURSIVE");
    do {
      this.name();
      this.skipParentheses();
      this.accept("AS");
      this.accept("NOT");
      this.accept("MATERIALIZED");
      this.skipParentheses();
    } while (this.acceptOperator(","));
  }
}

const PREFIX = "aludel_";

/** Whether Aludel reserves the name for its own tables, indexes, views and triggers. */
export function isStateName(name: string): boolean {
  return name.length >= PREFIX.length && foldName(name.slice(0, PREFIX.length)) === PREFIX;
}

/**
 * Whether shadow tables of a virtual table with this name would have names that Aludel reserves: SQLite joins their
 * suffixes to the name with `_`, and renames them without asking its authorizer.
 */
export function ownsStateNames(name: string): boolean {
  return `${foldName(name)}_` === PREFIX;
}

/**
 * The table whose rows an FTS5 table indexes without storing them itself
 * (https://sqlite.org/fts5.html#external_content_tables).
 *
 * @param sql The text of a CREATE VIRTUAL TABLE.
 * @returns undefined for a table with its own content, a contentless table, and any other statement.
 */
export function indexedContent(sql: string): string | undefined {
  const reader = new TokenReader(sql, { start: 0, end: sql.length });
  if (readModule(reader) !== "fts5" || !reader.acceptOperator("(")) return undefined;
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

/** The module of a CREATE VIRTUAL TABLE in lower case; undefined for any other statement. */
export function virtualModule(sql: string): string | undefined {
  return readModule(new TokenReader(sql, { start: 0, end: sql.length }));
}

function readModule(reader: TokenReader): string | undefined {
  if (!reader.accept("CREATE", "VIRTUAL", "TABLE")) return undefined;
  reader.accept("IF", "NOT", "EXISTS");
  reader.qualifiedName();
  return reader.accept("USING") ? reader.name()?.toLowerCase() : undefined;
}
