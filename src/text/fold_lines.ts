import { displayWidth } from "./display_width.ts";

/** What a terminal takes as an order, and does not show. */
// deno-lint-ignore no-control-regex
const RENDITIONS = /\x1b\[[\d;]*m/g;
/** Narrower terminals break words themselves better than we do. */
const LEAST_COLUMNS = 40;
/** What goes on in the next line stands this much to the right. */
const HANGING = "  ";

/**
 * Breaks prose at spaces, where a terminal would break it inside a word.
 *
 * Left alone is what is to be copied (`next: command`, while advice begins with a capital; `at FILE`), lines of source
 * code (`3 | …`), and rows of columns, between which there are two spaces.
 *
 * @param text May have lines, and colours.
 * @param columns The terminal's.
 */
export function foldLines(text: string, columns: number): string {
  if (columns < LEAST_COLUMNS) return text;
  return text.split("\n").flatMap((line) => foldLine(line, columns)).join("\n");
}

function foldLine(line: string, columns: number): readonly string[] {
  const [indent = ""] = /^ */.exec(line)!;
  const visible = line.replace(RENDITIONS, "").trimStart();
  if (indent.length + displayWidth(visible) <= columns) return [line];
  if (/^at \S+$|^next: (?!\p{Lu})|^(\d+ )?\| | {2}/u.test(visible)) return [line];
  const lines: string[] = [];
  let last = "";
  const words = line.slice(indent.length).split(" ");
  for (const word of words) {
    const hang = lines.length === 0 ? indent : indent + HANGING;
    const longer = last === "" ? hang + word : `${last} ${word}`;
    if (last !== "" && displayWidth(longer.replace(RENDITIONS, "")) > columns) {
      lines.push(last);
      last = indent + HANGING + word;
    } else last = longer;
  }
  return [...lines, last];
}
