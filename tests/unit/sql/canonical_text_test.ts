import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { canonicalText, decodeCanonicalText } from "../../../src/sql/canonical_text.ts";

const CANONICAL: readonly (readonly [text: string, canonical: string])[] = [
  ["", "\n"],
  ["\n\n\n", "\n"],
  ["\ufeff", "\n"],
  ["\ufeff\ufeffa", "a\n"],
  ["a", "a\n"],
  ["a\n", "a\n"],
  ["a\r\nb\rc\n\r\n", "a\nb\nc\n"],
  ["a\n \n", "a\n \n"],
  ["\n\na", "\n\na\n"],
  ["a\ufeffb", "a\ufeffb\n"],
  ["a\u2028b", "a\u2028b\n"],
];

for (const [text, canonical] of CANONICAL) {
  Deno.test(`canonicalText() makes ${JSON.stringify(canonical)} of ${JSON.stringify(text)}`, () => {
    assert.equal(canonicalText(text), canonical);
    assert.equal(decodeCanonicalText("up.sql", new TextEncoder().encode(text)), canonical);
  });
}

function errorOf(bytes: readonly number[]): AludelError {
  try {
    decodeCanonicalText("up.sql", Uint8Array.from(bytes));
  } catch (error) {
    if (error instanceof AludelError) return error;
    throw error;
  }
  throw new Error("decodeCanonicalText() accepted the bytes");
}

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

Deno.test("decodeCanonicalText() names the place of the first bad byte", () => {
  const error = errorOf([...bytesOf("-- é\r\nSELECT 'caf"), 0xe9, ...bytesOf("', '"), 0xff]);
  assert.equal(error.code, "sql-encoding");
  assert.match(error.message, /byte 0xE9/);
  assert.deepEqual(
    [error.place?.file, error.place?.line, error.place?.column],
    ["up.sql", 2, 12],
  );
});

Deno.test("decodeCanonicalText() finds a character that is cut off at the end of the file", () => {
  const error = errorOf([...bytesOf("a\nb"), 0xe2, 0x82]);
  assert.match(error.message, /byte 0xE2/);
  assert.deepEqual([error.place?.line, error.place?.column], [2, 2]);
});

Deno.test("decodeCanonicalText() refuses surrogates and overlong forms", () => {
  for (const bytes of [[0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80]]) {
    assert.equal(errorOf(bytes).code, "sql-encoding");
    assert.deepEqual(errorOf([0x0a, ...bytes]).place?.line, 2);
  }
});

Deno.test("decodeCanonicalText() recognises UTF-16 with and without a byte order mark", () => {
  assert.match(errorOf([0xff, 0xfe, 0x41, 0]).message, /UTF-16 \(little-endian\)/);
  assert.match(errorOf([0xfe, 0xff, 0, 0x41]).message, /UTF-16 \(big-endian\)/);
  const bare = errorOf([..."SELECT 1;"].flatMap((letter) => [letter.charCodeAt(0), 0]));
  assert.equal(bare.code, "sql-nul");
  assert.match(bare.notes.join(), /UTF-16/);
});

Deno.test("decodeCanonicalText() names the place of a NUL", () => {
  const error = errorOf(bytesOf("SELECT 1;\r\nSELECT 'a\0b';\n"));
  assert.equal(error.code, "sql-nul");
  assert.deepEqual([error.place?.line, error.place?.column], [2, 10]);
  assert.deepEqual(error.notes, []);
});
