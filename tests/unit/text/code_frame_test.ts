import assert from "node:assert/strict";
import { codeFrame, placeOf } from "../../../src/text/position.ts";
import { displayWidth } from "../../../src/text/layout.ts";

function frame(text: string, offset: number): string[] {
  return codeFrame(text, offset).split("\n");
}

Deno.test("codeFrame() shows the line with a caret under the place", () => {
  assert.deepEqual(frame("SELECT 1;\nSELECT x;\n", 17), ["2 | SELECT x;", "  |        ^"]);
});

Deno.test("codeFrame() widens the gutter with the line number", () => {
  assert.deepEqual(frame("\n".repeat(99) + "ab", 100), ["100 | ab", "    |  ^"]);
});

Deno.test("codeFrame() points behind the last character at the end of a text or line", () => {
  assert.deepEqual(frame("ab", 2), ["1 | ab", "  |   ^"]);
  assert.deepEqual(frame("ab\ncd", 2), ["1 | ab", "  |   ^"]);
  assert.deepEqual(frame("", 0), ["1 | ", "  | ^"]);
});

Deno.test("codeFrame() puts the caret under the column of wide and combining characters", () => {
  assert.deepEqual(frame("日本 x", 3), ["1 | 日本 x", "  |      ^"]);
  assert.deepEqual(frame("e\u0301 x", 3), ["1 | e\u0301 x", "  |   ^"]);
  assert.deepEqual(frame("😀x", 2), ["1 | 😀x", "  |   ^"]);
});

Deno.test("codeFrame() makes invisible characters visible and drops a final CR", () => {
  assert.deepEqual(frame("a\tb\x1b[31m\x7f\u202ex\r\n", 2), [
    "1 | a b␛[31m␡\ufffdx",
    "  |   ^",
  ]);
});

Deno.test("codeFrame() cuts a long line around the caret and keeps within 80 columns", () => {
  for (const filler of ["abcdefghij", "日本語😀e\u0301"]) {
    const text = filler.repeat(500);
    for (const offset of [0, 5, 40, 100, text.length / 2, text.length - 30, text.length]) {
      const [line, caret] = frame(text, offset);
      assert.ok(displayWidth(line!) <= 80, line);
      assert.ok(displayWidth(caret!) <= 80);
      assert.ok(line!.includes("…"));
      assert.ok(displayWidth(line!) >= displayWidth(caret!) - 1);
    }
  }
});

Deno.test("codeFrame() points at the right character of a cut line", () => {
  const text = `${"a".repeat(300)}X${"b".repeat(300)}`;
  const [line, caret] = frame(text, 300);
  assert.equal(line![caret!.indexOf("^")], "X");
});

Deno.test("placeOf() gives file, line, column and frame", () => {
  assert.deepEqual(placeOf("up.sql", "a\nbc", 3), {
    file: "up.sql",
    line: 2,
    column: 2,
    frame: "2 | bc\n  |  ^",
  });
});
