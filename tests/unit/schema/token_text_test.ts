import assert from "node:assert/strict";
import {
  normalDefault,
  normalExpression,
  normalText,
  normalType,
} from "../../../src/schema/model/normal_text.ts";

const KNOWN = { isName: (folded: string) => ["a", "b", "größe", "key"].includes(folded) };

const SAME: readonly [string, string][] = [
  ["a>0", "A  >\n0"],
  ["a > 0 -- why", "a /* not */ > 0"],
  ['"A" > `b`', "[a] > b"],
  ['"größe"', "[größe]"],
  ["a is not null", "A IS NOT NULL"],
  ["a <> b", "a != b"],
  ["a == b", "a = b"],
  ["x'AB'", "X'ab'"],
  ["1E5", "1e5"],
  ['max("a", b)', 'MAX(a, "b")'],
  ['"MAX"(a)', "max(a)"],
  ['a COLLATE "NoCase"', "a collate nocase"],
  ['T."Foo"', "t.[foo]"],
  ['1 AS "Foo"', "1 as foo"],
  ['"key" + 1', "key + 1"],
];

const DIFFERENT: readonly [string, string, string][] = [
  ["'A'", "'a'", "strings have their letters"],
  ['"Some Text"', '"some text"', "what names nothing may be a string"],
  ["'a'", '"a"', "a string is no name"],
  ["1", "1.0", "an integer is no real"],
  ['"left"', "left", "LEFT can begin a join"],
  ['"true"', "true", "a quoted TRUE is a name"],
  ['"null"', "null", "a quoted NULL is a name"],
  ['"current_timestamp"', "current_timestamp", "a quoted CURRENT_TIMESTAMP is a name"],
  ["a + b", "b + a", "nothing is calculated"],
  ["É", "é", "SQLite folds A to Z alone"],
  ["a b", "ab", "two names are not one"],
  ["'a' 'b'", "'a'' ''b'", "two strings are not one"],
  ["a->b", "a - > b", "operators stay whole"],
];

Deno.test("normalText() is one for spellings that mean the same", () => {
  for (const [one, other] of SAME) {
    assert.equal(normalText(one, KNOWN), normalText(other, KNOWN), `${one} and ${other}`);
  }
});

Deno.test("normalText() is two for texts that do not mean the same", () => {
  for (const [one, other, why] of DIFFERENT) {
    assert.notEqual(normalText(one, KNOWN), normalText(other, KNOWN), why);
  }
});

Deno.test("normalText() renames names, but neither strings nor what stands after AS", () => {
  const rename = (folded: string) => folded === "a" ? "New" : folded;
  assert.equal(
    normalText(`a + "A" || 'a' AS a`, { ...KNOWN, rename }),
    `"New" + "New" || 'a' AS a`,
  );
});

Deno.test("normalExpression() takes away the parentheses around the whole, and no others", () => {
  assert.equal(normalExpression("((a > 0))"), "a > 0");
  assert.equal(normalExpression("(a) + (b)"), "( a ) + ( b )");
  assert.equal(normalExpression("()"), "( )");
});

Deno.test("normalType() takes a type as SQLite does", () => {
  assert.equal(normalType("varchar ( 10 )"), normalType("VARCHAR(10)"));
  assert.equal(normalType('"my type"'), normalType("My  /* own */ Type"));
  assert.equal(normalType(""), "");
  assert.notEqual(normalType("VARCHAR(10)"), normalType("VARCHAR(100)"));
  assert.notEqual(normalType("VARCHAR(10)"), normalType("VARCHAR10"));
});

Deno.test("normalDefault() takes a single name for the string that it is", () => {
  assert.equal(normalDefault("foo"), "'foo'");
  assert.equal(normalDefault('"foo"'), "'foo'");
  assert.equal(normalDefault("'foo'"), "'foo'");
  assert.notEqual(normalDefault("foo"), normalDefault("Foo"));
  assert.equal(normalDefault("current_timestamp"), normalDefault("CURRENT_TIMESTAMP"));
  assert.notEqual(normalDefault('"true"'), normalDefault("true"));
  assert.equal(normalDefault("- 5"), normalDefault("-5"));
  assert.notEqual(normalDefault("5"), normalDefault("'5'"));
});
