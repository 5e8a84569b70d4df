/**
 * What a token can be, after SQLite's own tokenizer (https://sqlite.org/src/file/src/tokenize.c).
 *
 * `word`: a bare keyword or identifier · `quoted`: an identifier in "…", […] or `…` ·
 * `string`: '…' · `blob`: x'…' · `illegal`: what SQLite would refuse (an unterminated quote, a NUL).
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
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}
