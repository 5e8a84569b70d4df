import assert from "node:assert/strict";
import { closest, editDistance } from "../../../src/text/closest.ts";

Deno.test("closest() finds the nearest candidate, the first among equals", () => {
  const commands = ["upgrade", "downgrade", "history", "heads", "show"];
  assert.equal(closest("upgrad", commands), "upgrade");
  assert.equal(closest("pugrade", commands), "upgrade");
  assert.equal(closest("Hsitory", commands), "history");
  assert.equal(closest("ab", ["ac", "ad"]), "ac");
});

Deno.test("closest() finds nothing when nothing is near", () => {
  assert.equal(closest("frobnicate", ["upgrade", "show"]), undefined);
  assert.equal(closest("a", ["b"]), undefined);
  assert.equal(closest("", ["b"]), undefined);
});

Deno.test("editDistance() counts insertions, removals, replacements and swaps", () => {
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("abc", "abc"), 0);
  assert.equal(editDistance("ca", "ac"), 1);
  assert.equal(editDistance("kitten", "sitting"), 3);
});
