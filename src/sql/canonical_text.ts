import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";
import { placeOf } from "../text/position.ts";

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes UTF-8 strictly. A byte order mark is kept as U+FEFF.
 *
 * Deno decodes leniently four times as fast as strictly (measured). Lenient decoding replaces each fault by U+FFFD,
 * which few texts contain, so only a text with it is decoded again.
 *
 * @throws {TypeError} if the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = LENIENT.decode(bytes);
  return text.includes(REPLACEMENT) ? STRICT.decode(bytes) : text;
}

const REPLACEMENT = "\ufffd";

/**
 * Makes a text canonical: no byte order mark, lines ended by LF, exactly one newline at the end. An empty text becomes
 * `"\n"`. Canonical texts are hashed, run and stored (docs/formats.md). A canonical text stays the same.
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
 * @param file The name of the file for messages.
 * @param bytes The content of the file.
 * @returns See {@linkcode canonicalText}.
 * @throws {AludelError} `sql-encoding` if the bytes are not UTF-8; `sql-nul` if they contain a NUL, at which SQLite
 * would silently stop reading.
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
  const text = LENIENT.decode(bytes);
  const { at, offset } = firstFault(text, bytes);
  const before = text.slice(0, at).replace(/\r\n?/g, "\n");
  const after = text.slice(at).replace(/\r\n?/g, "\n");
  const byte = bytes[offset]!.toString(16).toUpperCase().padStart(2, "0");
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

/**
 * Finds the first fault of bytes that are not UTF-8.
 *
 * @param text The bytes decoded leniently.
 * @returns Its place in the text, and the offset of its first byte.
 */
function firstFault(text: string, bytes: Uint8Array): { at: number; offset: number } {
  const encoder = new TextEncoder();
  let offset = 0;
  let end = 0;
  for (;;) {
    const at = text.indexOf(REPLACEMENT, end);
    offset += encoder.encode(text.slice(end, at)).length;
    const isWritten = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf &&
      bytes[offset + 2] === 0xbd;
    if (!isWritten) return { at, offset };
    end = at + 1;
    offset += 3;
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
