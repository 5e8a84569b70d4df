import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";
import { placeOf } from "../text/position.ts";

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const IGNORING_BOM = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes UTF-8 strictly. A byte order mark stays as U+FEFF.
 *
 * Deno decodes leniently four times as fast as strictly (measured), and what it puts in place of a fault is U+FFFD, which
 * hardly any text holds itself: only such a text is decoded again.
 *
 * @throws {TypeError} when the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = IGNORING_BOM.decode(bytes);
  return text.includes("\ufffd") ? STRICT.decode(bytes) : text;
}

const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The canonical form of an SQL text: no byte order mark, lines ended by LF, exactly one newline at
 * the end; an empty text is `"\n"`. This is what is hashed, run and stored (docs/formats.md).
 * Idempotent.
 */
export function canonicalText(text: string): string {
  let start = 0;
  while (text.charCodeAt(start) === 0xfeff) start++;
  let canonical = start === 0 ? text : text.slice(start);
  if (canonical.includes("\r")) canonical = canonical.replace(/\r\n?/g, "\n");
  let end = canonical.length;
  while (end > 0 && canonical.charCodeAt(end - 1) === 0x0a) end--;
  return end === canonical.length - 1 ? canonical : `${canonical.slice(0, end)}\n`;
}

/**
 * Decodes the bytes of an SQL file into canonical text.
 *
 * @param file The file's name for messages.
 * @param bytes The file's content.
 * @returns See {@linkcode canonicalText}.
 * @throws {AludelError} `sql-encoding` when the bytes are not UTF-8, `sql-nul` when they hold a NUL,
 * at which SQLite would silently stop reading.
 */
export function decodeCanonicalText(file: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch (cause) {
    throw encodingError(file, bytes, cause);
  }
  const canonical = canonicalText(text);
  const nul = canonical.indexOf("\0");
  if (nul >= 0) throw nulError(file, canonical, nul);
  return canonical;
}

function encodingError(file: string, bytes: Uint8Array, cause: unknown): AludelError {
  const utf16 = utf16Name(bytes);
  if (utf16 !== undefined) {
    return new AludelError("sql-encoding", `The file is ${utf16} and not UTF-8`, {
      place: { file, line: 1, column: 1 },
      next: [say("Save the file as UTF-8")],
      cause,
    });
  }
  const at = firstInvalidByte(bytes);
  const before = LENIENT.decode(bytes.subarray(0, at)).replace(/\r\n?/g, "\n");
  const after = LENIENT.decode(bytes.subarray(at)).replace(/\r\n?/g, "\n");
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return new AludelError("sql-encoding", `The file is not UTF-8: byte 0x${byte} is out of place`, {
    place: placeOf(file, before + after, before.length),
    next: [say("Save the file as UTF-8")],
    cause,
  });
}

function utf16Name(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "UTF-16 (little-endian)";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "UTF-16 (big-endian)";
  return undefined;
}

/** Where the first character begins that strict decoding refuses, found by halving. */
function firstInvalidByte(bytes: Uint8Array): number {
  // In stream mode a character that is cut off at the end is not an error, so every prefix of valid
  // text passes, and so does the longest one that a valid text could begin with.
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    if (decodes(bytes.subarray(0, middle), { stream: true })) valid = middle;
    else invalid = middle;
  }
  if (valid < bytes.length && decodes(bytes.subarray(0, valid), { stream: false })) return valid;
  let at = valid - 1;
  while (at > 0 && (bytes[at]! & 0xc0) === 0x80) at--;
  return at;
}

function decodes(bytes: Uint8Array, options: TextDecodeOptions): boolean {
  try {
    // A decoder of its own: one in stream mode remembers what it was given before.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, options);
    return true;
  } catch {
    return false;
  }
}

function nulError(file: string, text: string, at: number): AludelError {
  const isUtf16 = text.split("\0").length > text.length / 3;
  return new AludelError(
    "sql-nul",
    "The file contains a NUL byte, at which SQLite would stop reading",
    {
      place: placeOf(file, text, at),
      notes: isUtf16 ? ["It looks like UTF-16 without a byte order mark"] : [],
      next: [
        isUtf16
          ? say("Save the file as UTF-8")
          : say("Delete the NUL byte; as data, write it as x'00'"),
      ],
    },
  );
}
