/** Words of the ref grammar: no revision and no label may be called so, in any case. */
const RESERVED_WORDS: readonly string[] = ["base", "current", "empty", "head", "heads"];

const ID = /^[0-9A-Za-z][0-9A-Za-z_.]{0,63}$/;
/** Names of the shape that Aludel makes itself need no closer look: most are such. */
const GENERATED = /^[0-9a-f]{12}$/;
const LABEL = /^[0-9A-Za-z][0-9A-Za-z_./]{0,63}$/;

/** How names are compared: refs, ids and labels ignore case, because folders on some systems do. */
export function foldName(name: string): string {
  return name.toLowerCase();
}

/**
 * Why a text cannot be a revision id, as the end of the sentence "The id … ", or null where it can.
 *
 * The rule: an ASCII letter or digit, then up to 63 letters, digits, `_` or `.`, no final dot (Windows
 * drops it from folder names), none of {@linkcode RESERVED_WORDS}.
 */
export function idFault(id: string): string | null {
  return nameFault(id, ID, "letters, digits, _ and . only");
}

/**
 * Why a text cannot be a branch label, as the end of the sentence "The label … ", or null where it can.
 *
 * The rule is that of ids with `/` allowed too. `@`, `+`, `-` and `:` belong to the ref grammar, so a label
 * can never look like a relative ref or a range.
 */
export function labelFault(label: string): string | null {
  return nameFault(label, LABEL, "letters, digits, _ . and / only");
}

function nameFault(name: string, pattern: RegExp, alphabet: string): string | null {
  if (GENERATED.test(name)) return null;
  if (name === "") return "is empty";
  if (name.length > 64) return "is longer than 64 characters";
  if (!pattern.test(name)) {
    return `must begin with a letter or digit and hold ${alphabet}`;
  }
  if (name.endsWith(".")) return "ends in a dot";
  if (RESERVED_WORDS.includes(foldName(name))) return "is a word of the ref grammar";
  return null;
}
