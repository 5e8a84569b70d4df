import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanScript } from "../../../src/import/cleaning.ts";

Deno.test("cleanScript() takes out what the runner does, with its line, and leaves the rest as it is", () => {
  const text = `-- RedefineTables
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;
COMMIT; PRAGMA foreign_keys = ON;
`;
  const { text: left, takenOut, transaction, isEmpty } = cleanScript(text);
  assert.equal(
    left,
    "-- RedefineTables\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;\n \n",
  );
  assert.deepEqual(takenOut.map(({ line, sql, why }) => [line, sql, why]), [
    [2, "PRAGMA foreign_keys=OFF", "runner"],
    [3, "BEGIN TRANSACTION", "runner"],
    [5, "COMMIT", "runner"],
    [5, "PRAGMA foreign_keys = ON", "runner"],
  ]);
  assert.deepEqual([transaction, isEmpty], ["on", false]);
});

Deno.test("cleanScript() runs alone what no transaction can hold, and takes it out beside others", () => {
  const alone = cleanScript("PRAGMA journal_mode = WAL;\nVACUUM;\n");
  assert.deepEqual([alone.transaction, alone.takenOut, alone.isEmpty], ["off", [], false]);
  const beside = cleanScript("PRAGMA journal_mode = WAL;\nCREATE TABLE a (x);\n");
  assert.equal(beside.text, "CREATE TABLE a (x);\n");
  assert.equal(beside.takenOut[0]?.why, "transaction");
});

Deno.test("cleanScript() takes out what sets up a connection, and keeps what belongs to the database", () => {
  const { text, takenOut } = cleanScript(
    "PRAGMA busy_timeout = 5000;\nPRAGMA user_version = 3;\nPRAGMA synchronous=NORMAL;\n",
  );
  assert.equal(text, "PRAGMA user_version = 3;\n");
  assert.deepEqual(takenOut.map(({ why }) => why), ["connection", "connection"]);
});

Deno.test("cleanScript() takes out no word in a comment, a string or a name", () => {
  for (
    const text of [
      "-- BEGIN;\nSELECT 1;\n",
      "SELECT 'BEGIN; COMMIT;';\n",
      'CREATE TABLE "begin" (x);\n',
      "",
      "-- only a comment",
    ]
  ) assert.deepEqual([cleanScript(text).text, cleanScript(text).takenOut], [text, []]);
});

Deno.test("a cleaned script has nothing left to take out, and its blanked form keeps every place", () => {
  const statement = fc.constantFrom(
    "BEGIN;",
    "COMMIT;",
    "PRAGMA foreign_keys=OFF;",
    "CREATE TABLE a (x);",
    "INSERT INTO a VALUES (';BEGIN;');",
    "-- BEGIN;\n",
    "PRAGMA cache_size = 10;",
    "VACUUM;",
  );
  const space = fc.constantFrom("", " ", "\n", "\n\n");
  fc.assert(
    fc.property(fc.array(fc.tuple(statement, space)), (parts) => {
      const text = parts.flat().join("");
      const { text: left, blanked } = cleanScript(text);
      assert.equal(blanked.length, text.length);
      assert.equal(blanked.split("\n").length, text.split("\n").length);
      assert.deepEqual(cleanScript(left).takenOut, []);
      const count = (of: string) => of.split("CREATE TABLE").length;
      assert.deepEqual([count(left), count(blanked)], [count(text), count(text)]);
    }),
  );
});
