import { foldName, unquote } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";

/**
 * Every name that a text may mention, folded: its words and quoted names, keywords and aliases among
 * them. What it does not contain, the text cannot depend on.
 */
export function mentionedNames(sql: string): Set<string> {
  const names = new Set<string>();
  const tokenizer = new Tokenizer(sql);
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind === "word") names.add(foldName(tokenizer.current));
    // SQLite takes '…' for a name in some places.
    else if (tokenizer.kind === "quoted" || tokenizer.kind === "string") {
      names.add(foldName(unquote(tokenizer.current)));
    }
  }
  return names;
}
