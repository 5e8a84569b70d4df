import assert from "node:assert/strict";
import { formatRange, formatRef, parseRange, parseRef } from "../../../src/graph/ref.ts";

Deno.test("parseRef() reads every form of the grammar", () => {
  const name = (name: string) => ({ kind: "name", name });
  const keyword = (keyword: string) => ({ kind: "keyword", keyword });
  const expected: readonly [string, object][] = [
    ["ae1027a6acf", { kind: "point", branch: null, anchor: name("ae1027a6acf") }],
    ["head", { kind: "point", branch: null, anchor: keyword("head") }],
    ["HEADS", { kind: "point", branch: null, anchor: keyword("heads") }],
    ["events@base", { kind: "point", branch: "events", anchor: keyword("base") }],
    ["ev/x.1@ae10", { kind: "point", branch: "ev/x.1", anchor: name("ae10") }],
    ["+2", { kind: "walk", branch: null, from: null, steps: 2 }],
    ["-1", { kind: "walk", branch: null, from: null, steps: -1 }],
    ["ae10+2", { kind: "walk", branch: null, from: name("ae10"), steps: 2 }],
    ["events@-1", { kind: "walk", branch: "events", from: null, steps: -1 }],
    ["events@head-2", { kind: "walk", branch: "events", from: keyword("head"), steps: -2 }],
    ["a-0", { kind: "walk", branch: null, from: name("a"), steps: 0 }],
  ];
  for (const [text, ref] of expected) assert.deepEqual(parseRef(text), ref, text);
});

Deno.test("parseRef() refuses what is no ref", () => {
  const wrong = ["", " head", "@", "a@", "@head", "a@b@c", "head@a", "+", "-0", "a+b", "a:b", "é"];
  for (const text of [...wrong, "1+2+3", "+1234567890", "_a"]) {
    assert.throws(() => parseRef(text), { code: "ref-syntax" }, text);
  }
});

Deno.test("parseRange() reads ranges with empty ends, and needs one colon", () => {
  for (const text of [":", "a:", ":a", "-3:current", "events@base:events@head"]) {
    assert.equal(formatRange(parseRange(text)), text);
  }
  for (const text of ["a", "a:b:c", "a:@"]) {
    assert.throws(() => parseRange(text), { code: "ref-syntax" }, text);
  }
});

Deno.test("formatRef() writes keywords in lower case and signs always", () => {
  assert.equal(formatRef(parseRef("X@HEAD+1")), "X@head+1");
  assert.equal(formatRef(parseRef("a-0")), "a+0");
});
