/**
 * What a terminal may take as an order, or as a reason to show text in another order: C0 and C1 controls (ECMA-48), DEL, and
 * the marks of direction (https://www.unicode.org/reports/tr9/). Tab, line feed and the carriage return before one are text.
 */
const ORDERS =
  // deno-lint-ignore no-control-regex
  /\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text from a file, a database or git as it may be printed: orders to the terminal are spelt out, `\x1b` for ESC and
 * `\u202e` for a right-to-left override.
 */
export function visible(text: string): string {
  return text.replace(ORDERS, (character) => {
    if (character === "\r") return "\\r";
    const code = character.charCodeAt(0).toString(16);
    return character < " " ? `\\x${code.padStart(2, "0")}` : unicode(code);
  });
}

/** A JSON text in which what {@linkcode visible} spells out is spelt as JSON does: the same value, and no order. */
export function visibleJson(json: string): string {
  return json.replace(ORDERS, (character) => unicode(character.charCodeAt(0).toString(16)));
}

function unicode(code: string): string {
  return `\\u${code.padStart(4, "0")}`;
}

/** A text for one line, as a message is: `\n` for a line feed in a name, and so for a tab and a carriage return. */
export function oneLine(text: string): string {
  return text.replace(/[\t\n\r]/g, (character) => WHITE[character]!);
}

const WHITE: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** The first line of a revision's message, where there is room for one. */
export function firstLine(text: string): string {
  return oneLine(text.split(/\r\n|[\r\n]/, 1)[0]!);
}
