/**
 * The kinds of tokens, as in SQLite's tokenizer (https://sqlite.org/src/file/src/tokenize.c).
 *
 * `word`: a bare keyword or identifier · `quoted`: an identifier in "…", […] or `…` ·
 * `string`: '…' · `blob`: x'…' · `illegal`: a token that SQLite refuses (an unterminated quote, a NUL).
 */
export type TokenKind =
  | "space"
  | "comment"
  | "word"
  | "quoted"
  | "string"
  | "blob"
  | "number"
  | "parameter"
  | "operator"
  | "semicolon"
  | "illegal";

/** A piece of SQL text. Offsets count UTF-16 code units, `end` is exclusive. */
interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

// The classes of characters below 0x80. All others are identifier characters.
const SPACE = 1;
const IDENTIFIER = 2;
const DIGIT = 4;
const HEX = 8;

const CLASS: Uint8Array = classTable();

function classTable(): Uint8Array {
  const table = new Uint8Array(128);
  // sqlite3Isspace() also accepts a vertical tab, but only after another space:
  // SQLite refuses one at the start of a token.
  for (const code of [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]) table[code] = SPACE;
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    if (/[0-9A-Za-z_$]/.test(character)) table[code]! |= IDENTIFIER;
    if (/[0-9]/.test(character)) table[code]! |= DIGIT;
    if (/[0-9A-Fa-f]/.test(character)) table[code]! |= HEX;
  }
  return table;
}

function is(code: number, mask: number): boolean {
  // charCodeAt returns NaN past the end, which is in no class.
  return code < 128 ? (CLASS[code]! & mask) !== 0 : code >= 128 && mask === IDENTIFIER;
}

/**
 * Reads SQL text token by token, by SQLite's own rules (sqlite3GetToken() in
 * https://sqlite.org/src/file/src/tokenize.c), without creating an object for each.
 *
 * It accepts any string, and its tokens cover the whole string. SQLite ends its input at a NUL; here a NUL ends the
 * token before it and is an `illegal` token itself.
 */
export class Tokenizer {
  readonly text: string;
  /** The kind of the current token; meaningless before the first {@linkcode next}. */
  kind: TokenKind = "space";
  /** The start of the current token, in UTF-16 code units. */
  start: number;
  /** The end of the current token, exclusive. */
  end: number;
  readonly #limit: number;

  /**
   * @param text The SQL text.
   * @param start The start, which must be the boundary of a token.
   * @param limit The end, which must be the boundary of a token; by default the end of the text.
   */
  constructor(text: string, start = 0, limit: number = text.length) {
    this.text = text;
    this.start = start;
    this.end = start;
    this.#limit = limit;
  }

  /** Moves to the next token. Returns false at the end. */
  next(): boolean {
    const start = this.end;
    if (start >= this.#limit) return false;
    this.start = start;
    this.end = this.#scan(start);
    return true;
  }

  /** Moves to the next token that is neither space nor comment. Returns false at the end. */
  nextSignificant(): boolean {
    while (this.next()) {
      if (this.kind !== "space" && this.kind !== "comment") return true;
    }
    return false;
  }

  /** The text of the current token. */
  get current(): string {
    return this.text.slice(this.start, this.end);
  }

  #scan(start: number): number {
    const text = this.text;
    const code = text.charCodeAt(start);
    if (is(code, DIGIT)) return this.#number(start);
    if (is(code, IDENTIFIER) && code !== 0x24) {
      if ((code === 0x78 || code === 0x58) && text.charCodeAt(start + 1) === 0x27) {
        return this.#blob(start);
      }
      // A byte order mark at the start of a token is space; inside a word it is a letter.
      if (code === 0xfeff) return this.#is("space", start + 1);
      return this.#is("word", this.#skip(start + 1, IDENTIFIER));
    }
    const following = text.charCodeAt(start + 1);
    switch (code) {
      case 0x09: // tab
      case 0x0a: // newline
      case 0x0c: // form feed
      case 0x0d: // carriage return
      case 0x20: // space
        return this.#is("space", this.#skip(start + 1, SPACE));
      case 0x2d: // -
        if (following === 0x2d) return this.#lineComment(start);
        if (following !== 0x3e) return this.#is("operator", start + 1);
        return this.#is("operator", text.charCodeAt(start + 2) === 0x3e ? start + 3 : start + 2);
      case 0x2f: // /
        return this.#slash(start, following);
      case 0x3b: // ;
        return this.#is("semicolon", start + 1);
      case 0x27: // '
        return this.#quoted(start, code, "string");
      case 0x22: // "
      case 0x60: // `
        return this.#quoted(start, code, "quoted");
      case 0x5b: // [
        return this.#bracketed(start);
      case 0x28: // (
      case 0x29: // )
      case 0x2a: // *
      case 0x2b: // +
      case 0x25: // %
      case 0x26: // &
      case 0x2c: // ,
      case 0x7e: // ~
        return this.#is("operator", start + 1);
      case 0x2e: // .
        return is(following, DIGIT) ? this.#number(start) : this.#is("operator", start + 1);
      case 0x3d: // = ==
        return this.#is("operator", following === 0x3d ? start + 2 : start + 1);
      case 0x3c: // < <= <> <<
        return this.#is("operator", following >= 0x3c && following <= 0x3e ? start + 2 : start + 1);
      case 0x3e: // > >= >>
        return this.#is(
          "operator",
          following === 0x3d || following === 0x3e ? start + 2 : start + 1,
        );
      case 0x7c: // | ||
        return this.#is("operator", following === 0x7c ? start + 2 : start + 1);
      case 0x21: // !=
        return following === 0x3d
          ? this.#is("operator", start + 2)
          : this.#is("illegal", start + 1);
      case 0x3f: // ?
        return this.#is("parameter", this.#skip(start + 1, DIGIT));
      case 0x23: // #
      case 0x24: // $
      case 0x3a: // :
      case 0x40: // @
        return this.#parameter(start);
      default:
        return this.#is("illegal", start + 1);
    }
  }

  #is(kind: TokenKind, end: number): number {
    this.kind = kind;
    return end;
  }

  #skip(at: number, mask: number): number {
    while (is(this.text.charCodeAt(at), mask)) at++;
    return at;
  }

  /** The first place from `at` with the code, or with a NUL or the end if these come first. */
  #find(at: number, code: number): number {
    const text = this.text;
    const length = text.length;
    for (; at < length; at++) {
      const found = text.charCodeAt(at);
      if (found === code || found === 0) break;
    }
    return at;
  }

  #lineComment(start: number): number {
    return this.#is("comment", this.#find(start + 2, 0x0a));
  }

  #slash(start: number, following: number): number {
    const text = this.text;
    // SQLite reads the opening of a comment at the very end of the text as two operators.
    if (following !== 0x2a || !(text.charCodeAt(start + 2) > 0)) {
      return this.#is("operator", start + 1);
    }
    let at = start + 2;
    for (;;) {
      at = this.#find(at, 0x2a);
      if (text.charCodeAt(at) !== 0x2a) return this.#is("comment", at);
      at++;
      if (text.charCodeAt(at) === 0x2f) return this.#is("comment", at + 1);
    }
  }

  #quoted(start: number, quote: number, kind: TokenKind): number {
    const text = this.text;
    let at = start + 1;
    for (;;) {
      at = this.#find(at, quote);
      if (text.charCodeAt(at) !== quote) return this.#is("illegal", at);
      if (text.charCodeAt(at + 1) !== quote) return this.#is(kind, at + 1);
      at += 2;
    }
  }

  #bracketed(start: number): number {
    const at = this.#find(start + 1, 0x5d);
    return this.text.charCodeAt(at) === 0x5d ? this.#is("quoted", at + 1) : this.#is("illegal", at);
  }

  #blob(start: number): number {
    const text = this.text;
    const at = this.#skip(start + 2, HEX);
    if (text.charCodeAt(at) === 0x27 && (at - start) % 2 === 0) return this.#is("blob", at + 1);
    const end = this.#find(at, 0x27);
    return this.#is("illegal", text.charCodeAt(end) === 0x27 ? end + 1 : end);
  }

  #number(start: number): number {
    const text = this.text;
    const marker = text.charCodeAt(start + 1);
    let at = start;
    if (
      text.charCodeAt(start) === 0x30 && (marker === 0x78 || marker === 0x58) &&
      is(text.charCodeAt(start + 2), HEX)
    ) {
      at = this.#digits(start + 3, HEX);
    } else {
      at = this.#digits(at, DIGIT);
      if (text.charCodeAt(at) === 0x2e) at = this.#digits(at + 1, DIGIT);
      const letter = text.charCodeAt(at);
      if (letter === 0x65 || letter === 0x45) {
        const sign = text.charCodeAt(at + 1);
        const digit = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
        if (is(text.charCodeAt(digit), DIGIT)) at = this.#digits(digit, DIGIT);
      }
    }
    const end = this.#skip(at, IDENTIFIER);
    return this.#is(end === at ? "number" : "illegal", end);
  }

  /** Skips digits and the separator `_`, which SQLite accepts since 3.46 and checks in its parser. */
  #digits(at: number, mask: number): number {
    for (;;) {
      const code = this.text.charCodeAt(at);
      if (!is(code, mask) && code !== 0x5f) return at;
      at++;
    }
  }

  #parameter(start: number): number {
    const text = this.text;
    let named = false;
    let at = start + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (is(code, IDENTIFIER)) {
        named = true;
        at++;
      } else if (code === 0x28 && named) { // $tcl(index)
        return this.#parameterIndex(at);
      } else if (code === 0x3a && text.charCodeAt(at + 1) === 0x3a) { // $tcl::name
        at += 2;
      } else {
        return this.#is(named ? "parameter" : "illegal", at);
      }
    }
  }

  #parameterIndex(parenthesis: number): number {
    const text = this.text;
    let at = parenthesis + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x29) return this.#is("parameter", at + 1);
      if (!(code > 0) || is(code, SPACE)) return this.#is("illegal", at);
      at++;
    }
  }
}

/**
 * Splits a text into tokens. They are adjacent and cover the whole text, whatever it contains.
 *
 * @param text The SQL text.
 * @param start The start, which must be the boundary of a token.
 * @param limit The end, which must be the boundary of a token.
 */
export function tokenize(text: string, start = 0, limit: number = text.length): Token[] {
  const tokens: Token[] = [];
  const tokenizer = new Tokenizer(text, start, limit);
  while (tokenizer.next()) {
    tokens.push({ kind: tokenizer.kind, start: tokenizer.start, end: tokenizer.end });
  }
  return tokens;
}
