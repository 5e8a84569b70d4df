import assert from "node:assert/strict";
import { sameTokens } from "../../../src/sql/read_script.ts";

const SAME: readonly (readonly [string, string])[] = [
  ["SELECT 1;", "SELECT 1;"],
  ["SELECT 1;", "-- now\nSELECT /* one */\n  1 ; -- done"],
  ["", "\n-- nothing\n"],
  ["a+b", "a + b"],
  ["-- aludel: transaction=off\nVACUUM;", "\n\n  -- aludel: transaction=off  \n\nVACUUM;"],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["SELECT 1;", "SELECT 1"],
  ["SELECT 1;", "SELECT 2;"],
  ["SELECT 1;", "select 1;"],
  ['SELECT "a";', "SELECT a;"],
  ["SELECT 'a b';", "SELECT 'a  b';"],
  ["SELECT a b;", "SELECT ab;"],
  ["SELECT 1;", "SELECT 1;;"],
  ["", "SELECT 1;"],
  ["VACUUM;", "-- aludel: transaction=off\nVACUUM;"],
  ["-- aludel: sqlite>=3.40\n", "-- aludel: sqlite>=3.53\n"],
  ["-- aludel: ignore=a b\nSELECT 1;", "SELECT 1;\n-- aludel: ignore=a b\n"],
  ["a - - b", "a -- b"],
];

for (const [a, b] of SAME) {
  Deno.test(`sameTokens() is true for ${JSON.stringify(a)} and ${JSON.stringify(b)}`, () => {
    assert.ok(sameTokens(a, b));
    assert.ok(sameTokens(b, a));
  });
}

for (const [a, b] of DIFFERENT) {
  Deno.test(`sameTokens() is false for ${JSON.stringify(a)} and ${JSON.stringify(b)}`, () => {
    assert.ok(!sameTokens(a, b));
    assert.ok(!sameTokens(b, a));
  });
}
