import assert from "node:assert/strict";
import { rangeNeedsApplied, refNeedsApplied } from "../../../src/graph/resolve_ref.ts";
import { parseRange, parseRef } from "../../../src/graph/ref.ts";

Deno.test("refNeedsApplied() is true for what is counted from, or is, where a database stands", () => {
  const answers = Object.fromEntries(
    [
      "current",
      "-1",
      "+2",
      "current-1",
      "billing@+1",
      "head",
      "base",
      "3f9c",
      "3f9c-1",
      "billing@head",
    ]
      .map((ref) => [ref, refNeedsApplied(parseRef(ref))]),
  );
  assert.deepEqual(answers, {
    "current": true,
    "-1": true,
    "+2": true,
    "current-1": true,
    "billing@+1": true,
    "head": false,
    "base": false,
    "3f9c": false,
    "3f9c-1": false,
    "billing@head": false,
  });
});

Deno.test("rangeNeedsApplied() knows that an end can be counted from the other one", () => {
  const answers = Object.fromEntries(
    [":", "a:b", "-3:current", "current:", "-3:head", "-3:", "3f9c:+2", ":+2", "+1:head", "-1:+1"]
      .map((range) => [range, rangeNeedsApplied(parseRange(range))]),
  );
  assert.deepEqual(answers, {
    ":": false,
    "a:b": false,
    "-3:current": true,
    "current:": true,
    "-3:head": false,
    "-3:": false,
    "3f9c:+2": false,
    ":+2": false,
    "+1:head": true,
    "-1:+1": true,
  });
});
