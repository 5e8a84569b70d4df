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
 * The offset of a byte: SQLite's "at offset N" counts the UTF-8 bytes of the statement it was given.
 *
 * @param text The whole text.
 * @param start Where the statement begins, in UTF-16 code units.
 * @param byteOffset Bytes from there. Inside a character it means that character.
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
