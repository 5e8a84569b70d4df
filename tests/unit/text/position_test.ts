import assert from "node:assert/strict";
import { offsetOfByte, positionAt } from "../../../src/text/position.ts";

const POSITIONS:
  readonly (readonly [text: string, offset: number, line: number, column: number])[] = [
    ["", 0, 1, 1],
    ["abc", 0, 1, 1],
    ["abc", 3, 1, 4],
    ["a\nb", 1, 1, 2],
    ["a\nb", 2, 2, 1],
    ["a\n\nb\n", 5, 4, 1],
    ["\tab", 2, 1, 3],
    ["😀a", 2, 1, 2],
    ["a😀", 2, 1, 2],
    ["e\u0301x", 2, 1, 3],
    ["\ud800a", 1, 1, 2],
    ["abc", 99, 1, 4],
    ["abc", -1, 1, 1],
  ];

for (const [text, offset, line, column] of POSITIONS) {
  Deno.test(`positionAt() finds offset ${offset} of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(positionAt(text, offset), { line, column });
  });
}

Deno.test("offsetOfByte() counts as the UTF-8 encoder does", () => {
  const text = "-- before\naé€😀z";
  const start = text.indexOf("a");
  const encoder = new TextEncoder();
  for (const end of [0, 1, 2, 3, 5, 6]) {
    const bytes = encoder.encode(text.slice(start, start + end)).length;
    assert.equal(offsetOfByte(text, start, bytes), start + end);
  }
});

Deno.test("offsetOfByte() takes a byte inside a character for the character", () => {
  assert.equal(offsetOfByte("a€b", 0, 2), 1);
  assert.equal(offsetOfByte("a😀b", 0, 4), 1);
  assert.equal(offsetOfByte("\ud800b", 0, 2), 0);
});

Deno.test("offsetOfByte() stops at the end of the text", () => {
  assert.equal(offsetOfByte("abc", 1, 99), 3);
  assert.equal(offsetOfByte("", 0, 0), 0);
});
