import { AludelError } from "../../errors.ts";
import { unquote } from "../../sql/identifier.ts";
import { Tokenizer, type TokenKind } from "../../sql/tokenizer.ts";
import { excerpt } from "../../text/layout.ts";
import { say, shell } from "../../text/next_step.ts";

/**
 * The error for stored SQL that SQLite accepts but Aludel cannot read, or reads differently.
 *
 * @param notes The statement, shortened if it is long.
 */
export function unreadableSchema(message: string, notes: readonly string[]): AludelError {
  return new AludelError("schema-unreadable", message, {
    notes,
    next: [
      shell`sqlite3 FILE "PRAGMA integrity_check" # see whether SQLite still reads the schema`,
      say("If it does, report the statement"),
    ],
  });
}

/** Walks through the tokens of a stored statement, without spaces and comments. */
export class TokenCursor {
  readonly text: string;
  readonly #kinds: TokenKind[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #at = 0;

  /** @param text SQL as SQLite stores it: one statement without a final `;`. */
  constructor(text: string) {
    this.text = text;
    const tokenizer = new Tokenizer(text);
    while (tokenizer.nextSignificant()) {
      this.#kinds.push(tokenizer.kind);
      this.#starts.push(tokenizer.start);
      this.#ends.push(tokenizer.end);
    }
  }

  /** The index of the current token. */
  get at(): number {
    return this.#at;
  }

  /** Whether all tokens are taken. */
  get done(): boolean {
    return this.#at >= this.#kinds.length;
  }

  /** The kind of the current token; undefined at the end. */
  get kind(): TokenKind | undefined {
    return this.#kinds[this.#at];
  }

  /** The current token's text if it is a bare word, in upper case; empty for anything else. */
  peekWord(): string {
    return this.#kinds[this.#at] === "word" ? this.#textAt(this.#at).toUpperCase() : "";
  }

  /** Whether the current token is a keyword, given in upper case. Makes no string, because most tokens are not. */
  isWord(word: string): boolean {
    const at = this.#at;
    const start = this.#starts[at];
    if (start === undefined || this.#kinds[at] !== "word") return false;
    if (this.#ends[at]! - start !== word.length) return false;
    for (let place = 0; place < word.length; place++) {
      // Clearing the bit of a small letter never makes a letter of `_` or a digit.
      if ((this.text.charCodeAt(start + place) & ~0x20) !== word.charCodeAt(place)) return false;
    }
    return true;
  }

  /** Moves to a token by its index: see {@linkcode at}. */
  moveTo(index: number): void {
    this.#at = index;
  }

  /** Takes any token. */
  skip(): void {
    this.#at++;
  }

  /** Whether the current token is an operator of one character. */
  isOperator(operator: string): boolean {
    const at = this.#at;
    const start = this.#starts[at];
    return start !== undefined && this.#kinds[at] === "operator" &&
      this.#ends[at]! - start === 1 &&
      this.text.charCodeAt(start) === operator.charCodeAt(0);
  }

  /** Takes an operator, if it follows. */
  takeOperator(operator: string): boolean {
    if (!this.isOperator(operator)) return false;
    this.#at++;
    return true;
  }

  /** Takes a keyword, given in upper case, if it follows. */
  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#at++;
    return true;
  }

  /** Takes a keyword that must follow. */
  expectWord(word: string): void {
    if (!this.takeWord(word)) this.fail();
  }

  /** Takes an operator that must follow. */
  expectOperator(operator: string): void {
    if (!this.takeOperator(operator)) this.fail();
  }

  /** Takes a name in any quoting, also in '…', which SQLite accepts, and returns it unquoted. */
  takeName(): string {
    const kind = this.kind;
    if (kind !== "word" && kind !== "quoted" && kind !== "string") this.fail();
    return unquote(this.#textAt(this.#at++));
  }

  /**
   * Takes `( … )` with all that it contains.
   *
   * @returns The text between the parentheses, from its first token to its last.
   */
  takeParenthesized(): string {
    this.expectOperator("(");
    const first = this.#at;
    let depth = 1;
    while (!this.done) {
      if (this.isOperator("(")) depth++;
      else if (this.isOperator(")") && --depth === 0) break;
      this.#at++;
    }
    const inside = this.textFrom(first);
    this.expectOperator(")");
    return inside;
  }

  /** Moves over an expression to the first `,` or `)` outside of its parentheses, or to the end. */
  skipExpression(): void {
    let depth = 0;
    for (; !this.done; this.#at++) {
      if (this.isOperator("(")) depth++;
      else if (this.isOperator(")") && --depth < 0) return;
      else if (depth === 0 && this.isOperator(",")) return;
    }
  }

  /** The text from the start of a token to the end of the token before the current one. */
  textFrom(first: number): string {
    return first >= this.#at ? "" : this.text.slice(this.#starts[first], this.#ends[this.#at - 1]);
  }

  /**
   * Fails because the statement is not what SQLite's grammar allows.
   *
   * @throws {AludelError} `schema-unreadable`, always.
   */
  fail(): never {
    const found = this.done ? "its end" : `"${excerpt(this.#textAt(this.#at))}"`;
    throw unreadableSchema(`Cannot read the stored SQL at ${found}`, [excerpt(this.text, 2_000)]);
  }

  #textAt(index: number): string {
    return this.text.slice(this.#starts[index], this.#ends[index]);
  }
}
