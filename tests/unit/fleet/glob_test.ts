import assert from "node:assert/strict";
import { expandBraces, isGlob } from "../../../src/fleet/glob.ts";

Deno.test("expandBraces() gives every choice, also of several braces", () => {
  assert.deepEqual(expandBraces("a.{db,sqlite}"), ["a.db", "a.sqlite"]);
  assert.deepEqual(expandBraces("{a,b}/{c,d}"), ["a/c", "a/d", "b/c", "b/d"]);
  assert.deepEqual(expandBraces("x{a,{b,c}}"), ["xa", "xb", "xa", "xc"]);
  assert.deepEqual(expandBraces("{a}"), ["{a}"]);
});

Deno.test("isGlob() tells a pattern from a path", () => {
  for (const text of ["*.db", "a?", "[ab]", "{a,b}"]) assert.ok(isGlob(text), text);
  for (const text of ["a.db", "a b", "a]"]) assert.ok(!isGlob(text), text);
});
