import { characterWidth, displayWidth, firstColumns } from "./layout.ts";

/** A place in a file. `line` and `column` count from 1, columns in characters. */
export interface Place {
  /** The file's name, as seen from the working folder. */
  readonly file: string;
  /** Missing if the whole file is meant. */
  readonly line?: number;
  /** Missing if the whole line is meant. */
  readonly column?: number;
  /** The source line with a caret under the column, ready to print. */
  readonly frame?: string;
}

/** A place in a text. Both count from 1; a column is a character (a code point), a tab counts 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The line and column of an offset. Lines end at LF, as they do in canonical text.
 *
 * @param text The whole text.
 * @param offset UTF-16 code units from its start; clamped to the text.
 */
export function positionAt(text: string, offset: number): Position {
  const at = Math.min(Math.max(offset, 0), text.length);
  let line = 1;
  let start = 0;
  for (;;) {
    const newline = text.indexOf("\n", start);
    if (newline < 0 || newline >= at) break;
    line++;
    start = newline + 1;
  }
  return { line, column: charactersBetween(text, start, at) + 1 };
}

function charactersBetween(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += isPair(text, at) ? 2 : 1) count++;
  // An offset inside a surrogate pair belongs to the pair's character.
  return end > start && isPair(text, end - 1) ? count - 1 : count;
}

function isPair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdbff) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

/**
 * The offset of a byte: SQLite's "at offset N" counts the UTF-8 bytes of the statement.
 *
 * @param text The whole text.
 * @param start The beginning of the statement, in UTF-16 code units.
 * @param byteOffset Bytes from there. An offset inside a character means that character.
 * @returns UTF-16 code units from the text's start, at most its length.
 */
export function offsetOfByte(text: string, start: number, byteOffset: number): number {
  let bytes = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const pair = code >= 0xd800 && isPair(text, at);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : pair ? 4 : 3;
    if (bytes > byteOffset) return at;
    at += pair ? 2 : 1;
  }
  return text.length;
}

/** The columns of source text in a frame, which fits into 80 columns with its gutter. */
const FRAME_WIDTH = 68;
/** The columns on either side of the caret if a long line is cut. */
const MARGIN = 32;
/** How far to look for the ends of a line, so that a line of 100 MB is not copied to show 68 columns. */
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

  let before = printable(text.slice(start, at));
  let after = printable(text.slice(at, end).replace(/\r$/, ""));
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

function printable(text: string): string {
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
    // Without its character, a combining mark would combine with the ellipsis.
    if (excess <= 0 && characterWidth(character) > 0) break;
    excess -= characterWidth(character);
    start += character.length;
  }
  return displayWidth(text) > columns ? text.slice(start) : text;
}
