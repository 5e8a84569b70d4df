import type { Place } from "../errors.ts";
import { characterWidth, displayWidth, firstColumns } from "./display_width.ts";
import { positionAt } from "./position.ts";

/** Columns of source text that a frame shows: with its gutter it fits into 80. */
const FRAME_WIDTH = 68;
/** Columns kept on either side of the caret when a long line is cut. */
const MARGIN = 32;
/** How far to look for the ends of a line: a line of 100 MB is not copied to show 68 columns. */
const REACH = 200;

/**
 * The source line of an offset with a caret under it, ready to print:
 *
 * ```text
 * 3 | CREATE TABLE t (a, b,, c);
 *   |                      ^
 * ```
 *
 * Long lines are cut around the caret. A tab is shown as a space and any other invisible character
 * as a visible one, so a file cannot move the reader's cursor or colour their terminal.
 *
 * @param text The whole text.
 * @param offset UTF-16 code units from its start; the end of the text is a valid place.
 */
export function codeFrame(text: string, offset: number): string {
  const at = Math.min(Math.max(offset, 0), text.length);
  const { line } = positionAt(text, at);
  const lineStart = at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
  const start = Math.max(lineStart, at - REACH);
  const newline = text.indexOf("\n", at);
  const lineEnd = newline < 0 ? text.length : newline;
  const end = Math.min(lineEnd, at + REACH);

  let before = visible(text.slice(start, at));
  let after = visible(text.slice(at, end).replace(/\r$/, ""));
  const isWhole = start === lineStart && end === lineEnd;
  if (!isWhole || displayWidth(before) + displayWidth(after) > FRAME_WIDTH) {
    const head = lastColumns(before, MARGIN);
    if (head !== before || start > lineStart) before = `…${head}`;
    const tail = firstColumns(after, FRAME_WIDTH - displayWidth(before) - 1);
    if (tail !== after || end < lineEnd) after = `${tail}…`;
  }
  const gutter = `${line}`;
  const caret = `${" ".repeat(displayWidth(before))}^`;
  return `${gutter} | ${before}${after}\n${" ".repeat(gutter.length)} | ${caret}`;
}

/** File, line, column and frame of an offset, for {@linkcode AludelError}'s `place`. */
export function placeOf(file: string, text: string, offset: number): Place {
  return { file, ...positionAt(text, offset), frame: codeFrame(text, offset) };
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\t") return " ";
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "␡" : "\ufffd";
  });
}

function lastColumns(text: string, columns: number): string {
  let excess = displayWidth(text) - columns;
  let start = 0;
  for (const character of text) {
    // A mark without the character that it sits on would sit on the ellipsis.
    if (excess <= 0 && characterWidth(character) > 0) break;
    excess -= characterWidth(character);
    start += character.length;
  }
  return displayWidth(text) > columns ? text.slice(start) : text;
}
