import assert from "node:assert/strict";
import { mayViolate } from "../../../src/runner/foreign_keys.ts";
import { readScript } from "../../../src/sql/read_script.ts";

function judge(text: string): boolean {
  return mayViolate(readScript("up.sql", text));
}

Deno.test("mayViolate() says no when views, triggers and new indexes are all there is", () => {
  for (
    const text of [
      "",
      "CREATE INDEX i ON t(a); CREATE UNIQUE INDEX IF NOT EXISTS j ON t(a);",
      "DROP VIEW v; CREATE VIEW v AS SELECT 1;",
      "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM p; END; DROP TRIGGER h;",
    ]
  ) {
    assert.equal(judge(text), false, text);
  }
});

Deno.test("mayViolate() says yes when rows or keys may change", () => {
  for (
    const text of [
      "INSERT INTO t VALUES (1);",
      "DELETE FROM t;",
      "WITH x AS (SELECT 1) UPDATE t SET a = 1;",
      "DROP TABLE t;",
      "ALTER TABLE t ADD b REFERENCES p;",
      "CREATE TABLE c AS SELECT * FROM t;",
      "DROP INDEX the_unique_one_of_a_parent;",
      "SELECT 1;",
    ]
  ) {
    assert.equal(judge(text), true, text);
  }
});
