import assert from "node:assert/strict";
import {
  characterWidth,
  displayWidth,
  firstColumns,
  padColumns,
} from "../../../src/text/layout.ts";

Deno.test("characterWidth() is 2 for wide characters, 0 for marks, 1 for the rest", () => {
  for (const wide of ["日", "한", "ア", "，", "😀", "𠀀", "🧪"]) {
    assert.equal(characterWidth(wide), 2);
  }
  for (const mark of ["\u0301", "\u0308", "\u20dd"]) assert.equal(characterWidth(mark), 0);
  for (const plain of ["a", "é", "ß", "│", "…", "ﾊ", "\ud800"]) {
    assert.equal(characterWidth(plain), 1);
  }
});

Deno.test("displayWidth() adds up characters", () => {
  assert.equal(displayWidth("日本 e\u0301"), 6);
  assert.equal(displayWidth(""), 0);
});

Deno.test("firstColumns() cuts where a wide character has no room, never inside one", () => {
  assert.equal(firstColumns("日本語", 5), "日本");
  assert.equal(firstColumns("日本語", 6), "日本語");
  assert.equal(firstColumns("ab", 80), "ab");
  assert.equal(firstColumns("e\u0301e", 1), "e\u0301");
});

Deno.test("padColumns() fills up to a column, whatever the characters take", () => {
  assert.equal(padColumns("日本", 6), "日本  ");
  assert.equal(padColumns("ab", 6), "ab    ");
  assert.equal(padColumns("日本語", 4), "日本語");
});
