import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { needsDoubleQuotedStrings } from "../../../src/runner/double_quoted_strings.ts";

const QUESTION = 'no such column: "text" - should this be a string literal in single-quotes?';

function failed(sqlite: string): AludelError {
  return new AludelError("sql-failed", "Statement failed", { sqlite, next: [] });
}

Deno.test("needsDoubleQuotedStrings() sees that a stored object is to blame", () => {
  assert.equal(needsDoubleQuotedStrings(failed(`error in view v: ${QUESTION}`), 'x "text"'), true);
  assert.equal(needsDoubleQuotedStrings(failed(QUESTION), "INSERT INTO t SELECT * FROM v;"), true);
});

Deno.test("needsDoubleQuotedStrings() lets a script's own text fail", () => {
  assert.equal(needsDoubleQuotedStrings(failed(QUESTION), 'INSERT INTO t VALUES ("text");'), false);
  assert.equal(needsDoubleQuotedStrings(failed("no such column: text"), ""), false);
  assert.equal(needsDoubleQuotedStrings(failed("error in view v: no such table: t"), ""), false);
  assert.equal(needsDoubleQuotedStrings(new Error(QUESTION), ""), false);
});
