import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { readScript } from "../../../src/sql/read_script.ts";

Deno.test("readScript() gives a plain header and no statements for an empty file", () => {
  assert.deepEqual(readScript("up.sql", "\n"), {
    file: "up.sql",
    text: "\n",
    header: { transaction: "on", foreignKeys: "off", sqlite: undefined, allowLoss: [] },
    statements: [],
    marks: { token: undefined, stateNames: [], openComment: undefined },
  });
});

Deno.test("readScript() puts directives into the header", () => {
  const text = "-- aludel: sqlite>=3.53\n-- aludel: foreign-keys=on\n" +
    "-- aludel: allow-loss=a first\nDELETE FROM a;\n-- aludel: allow-loss='b c' second\n";
  const { header, statements } = readScript("up.sql", text);
  assert.deepEqual(header, {
    transaction: "on",
    foreignKeys: "on",
    sqlite: [3, 53],
    allowLoss: [{ name: "a", reason: "first" }, { name: "b c", reason: "second" }],
  });
  assert.deepEqual(statements.map(({ verb, start, end }) => [verb, text.slice(start, end)]), [
    ["DELETE", "DELETE FROM a;"],
  ]);
});

Deno.test("readScript() takes a directive twice when both say the same", () => {
  const { header } = readScript("x", "-- aludel: transaction=off\n-- aludel: transaction=off\n");
  assert.equal(header.transaction, "off");
});

for (
  const sql of [
    "-- aludel: transaction=off\n-- aludel: transaction=on\n",
    "-- aludel: sqlite>=3.40\n-- aludel: sqlite>=3.53\n",
    "-- aludel: foreign-keys=on\n-- aludel: transaction=off\n",
    "-- aludel: transaction=off\n-- aludel: foreign-keys=on\n",
  ]
) {
  Deno.test(`readScript() refuses the contradiction in ${JSON.stringify(sql)}`, () => {
    assert.throws(() => readScript("up.sql", sql), (error) => {
      assert.ok(error instanceof AludelError);
      assert.equal(error.code, "directive-conflict");
      assert.equal(error.place?.line, 2);
      return true;
    });
  });
}
