import assert from "node:assert/strict";
import { readCreateIndex } from "../../../src/schema/read/definition_text.ts";

const read = (terms: string) =>
  readCreateIndex(`CREATE INDEX i ON t(${terms})`, ["a", "b c"]).terms;

Deno.test("readCreateIndex() tells columns from expressions", () => {
  assert.deepEqual(
    read(`A COLLATE nocase DESC, "b c" ASC, 'a', ((a))`).map((term) => term.column),
    [
      "a",
      "b c",
      "a",
      "a",
    ],
  );
  const [first] = read("A COLLATE rtrim COLLATE nocase DESC");
  assert.deepEqual(first, {
    column: "a",
    expression: "a",
    collation: "nocase",
    descending: true,
  });
});

Deno.test("readCreateIndex() leaves the COLLATE of an expression where it stands", () => {
  const [first, second] = read("a = b COLLATE nocase DESC, (a = b) COLLATE nocase");
  assert.equal(first?.expression, "a = b COLLATE nocase");
  assert.equal(first?.descending, true);
  assert.equal(second?.expression, "(a = b) COLLATE nocase");
});

Deno.test("readCreateIndex() reads UNIQUE and the condition, and commas inside of calls", () => {
  const index = readCreateIndex(
    "CREATE UNIQUE INDEX [i] on t (coalesce(a, ',', ')')) where a > 0 and (a, 1) < (5, 6)",
    ["a"],
  );
  assert.equal(index.unique, true);
  assert.deepEqual(index.terms.map((term) => term.expression), ["coalesce(a, ',', ')')"]);
  assert.equal(index.where, "a > 0 and (a, 1) < (5, 6)");
});
