import { Tokenizer, type TokenKind } from "./tokenizer.ts";

/** A token that is neither space nor comment. */
export interface SignificantToken {
  readonly kind: TokenKind;
  /** The text in upper case; that of a quoted token as it is written. */
  readonly text: string;
  readonly start: number;
}

/** The tokens of a statement except spaces and comments, with methods for its parentheses. */
export class TokenList {
  readonly all: readonly SignificantToken[];

  constructor(text: string, { start, end }: { readonly start: number; readonly end: number }) {
    const tokens: SignificantToken[] = [];
    const tokenizer = new Tokenizer(text, start, end);
    while (tokenizer.nextSignificant()) {
      const { kind, current } = tokenizer;
      const isExact = kind === "quoted" || kind === "string";
      tokens.push({
        kind,
        text: isExact ? current : current.toUpperCase(),
        start: tokenizer.start,
      });
    }
    this.all = tokens;
  }

  /** The text at an index; empty outside the list. */
  text(at: number): string {
    return this.all[at]?.text ?? "";
  }

  /** The index of the parenthesis that closes the one at an index; past the end if there is none. */
  closing(at: number): number {
    let depth = 0;
    for (; at < this.all.length; at++) {
      const text = this.text(at);
      if (text === "(") depth++;
      else if (text === ")" && --depth === 0) break;
    }
    return at;
  }

  /** The number of arguments in the parentheses at an index. */
  argumentsOf(at: number): number {
    const end = this.closing(at);
    if (end === at + 1) return 0;
    let count = 1;
    for (let inner = at + 1; inner < end; inner++) {
      if (this.text(inner) === "(") inner = this.closing(inner);
      else if (this.text(inner) === ",") count++;
    }
    return count;
  }

  /** Whether a word precedes an index within the same parentheses, without `end` between them. */
  isAfter(at: number, word: string, end: string): boolean {
    let depth = 0;
    for (let before = at - 1; before >= 0; before--) {
      const text = this.text(before);
      if (text === ")") depth++;
      else if (text === "(" && --depth < 0) return false;
      else if (depth === 0 && text === word) return true;
      else if (depth === 0 && text === end) return false;
    }
    return false;
  }
}
