import { isDirective } from "./directive.ts";
import { Tokenizer } from "./tokenizer.ts";

/**
 * Whether two texts have the same tokens, so that they differ in spaces and comments at most. A
 * directive counts as a token. A token is its text: `"a"` and `a`, or `select` and `SELECT`, are
 * different ones, because SQLite stores the text of a CREATE as it stands.
 *
 * Both texts are read side by side up to the first difference, and nothing is kept.
 */
export function sameTokens(a: string, b: string): boolean {
  if (a === b) return true;
  const left = new Tokenizer(a);
  const right = new Tokenizer(b);
  for (;;) {
    const hasLeft = nextCounted(left);
    if (hasLeft !== nextCounted(right)) return false;
    if (!hasLeft) return true;
    if (countedText(left) !== countedText(right)) return false;
  }
}

function nextCounted(tokenizer: Tokenizer): boolean {
  while (tokenizer.next()) {
    const { kind, start, end } = tokenizer;
    if (kind === "space") continue;
    if (kind !== "comment" || isDirective(tokenizer.text, start, end)) return true;
  }
  return false;
}

function countedText(tokenizer: Tokenizer): string {
  // A directive reaches to the end of its line, spaces included, which are no part of it.
  return tokenizer.kind === "comment" ? tokenizer.current.trimEnd() : tokenizer.current;
}
