/**
 * Characters that control a terminal or the direction of text: C0 and C1 controls (ECMA-48), DEL, and the marks of
 * direction (https://www.unicode.org/reports/tr9/). Tab, line feed, and a carriage return before it, are text.
 */
const CONTROLS =
  // deno-lint-ignore no-control-regex
  /\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text from a file, a database or git that can be printed: control characters are escaped, `\x1b` for ESC and
 * `\u202e` for a right-to-left override.
 */
export function visible(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (character === "\r") return "\\r";
    const code = character.charCodeAt(0).toString(16);
    return character < " " ? `\\x${code.padStart(2, "0")}` : unicode(code);
  });
}

/** A JSON text with the same value in which the characters that {@linkcode visible} escapes are escaped too. */
export function visibleJson(json: string): string {
  return json.replace(CONTROLS, (character) => unicode(character.charCodeAt(0).toString(16)));
}

function unicode(code: string): string {
  return `\\u${code.padStart(4, "0")}`;
}

/** A text on one line, for a message: line feeds, tabs and carriage returns are escaped. */
export function oneLine(text: string): string {
  return text.replace(/[\t\n\r]/g, (character) => WHITE[character]!);
}

const WHITE: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** The first line of a revision's message. */
export function firstLine(text: string): string {
  return oneLine(text.split(/\r\n|[\r\n]/, 1)[0]!);
}
