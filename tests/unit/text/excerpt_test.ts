import assert from "node:assert/strict";
import { excerpt } from "../../../src/text/layout.ts";

Deno.test("excerpt() keeps what is short and cuts what is long, between characters", () => {
  assert.equal(excerpt("abc", 3), "abc");
  assert.equal(excerpt("abcd", 3), "ab…");
  assert.equal(excerpt("a😀bc", 3), "a…");
  assert.equal(excerpt("x".repeat(1_000)).length, 200);
});
