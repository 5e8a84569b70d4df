import { foldName, unquote } from "./identifier.ts";
import type { Statement } from "./script.ts";
import { Tokenizer } from "./tokenizer.ts";

/** A name as SQL writes it, with its schema: `main.t`. Both unquoted, in the case in which they are written. */
export interface QualifiedName {
  readonly schema: string | undefined;
  readonly name: string;
}

/**
 * Walks over a statement's tokens, spaces and comments left out, one at a time: enough to recognise
 * the head of a statement without a parser. It is always at a token or past the end.
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

  /** Where the current token starts in the text. */
  get start(): number {
    return this.#isAtEnd ? this.#tokenizer.end : this.#tokenizer.start;
  }

  get isSemicolon(): boolean {
    return !this.#isAtEnd && this.#tokenizer.kind === "semicolon";
  }

  /** The current token in upper case when it is a bare word, otherwise empty. */
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

  /** Steps over the words, if they follow one another here; otherwise over none of the rest. */
  accept(...words: readonly string[]): boolean {
    for (const word of words) {
      if (this.word !== word) return false;
      this.advance();
    }
    return true;
  }

  /** Steps over an operator, if it is the current token. */
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

  /** Steps over `( … )`, if it begins here. */
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
   * Moves to the first of the words that is outside parentheses and not part of a dotted
   * name; to the next semicolon, or the end, if there is none.
   *
   * @returns Whether one of the words was found; the reader is at it then.
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

  /** Steps over `WITH name (…) AS (…), …`, if it begins here, to the statement that follows. */
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

/** Whether a name of a table, index, view or trigger is one that Aludel keeps for its own. */
export function isStateName(name: string): boolean {
  return name.length >= PREFIX.length && foldName(name.slice(0, PREFIX.length)) === PREFIX;
}

/**
 * Whether the shadow tables of a virtual table of this name would be called as Aludel's own tables are: SQLite joins them to
 * the name with `_`, and renames them along without asking its authorizer.
 */
export function ownsStateNames(name: string): boolean {
  return `${foldName(name)}_` === PREFIX;
}

/**
 * The table whose rows an FTS5 table indexes, and of which it holds nothing itself but the index
 * (https://sqlite.org/fts5.html#external_content_tables).
 *
 * @param sql The text of a CREATE VIRTUAL TABLE.
 * @returns undefined for a table with content of its own, a contentless one, and any other statement.
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
