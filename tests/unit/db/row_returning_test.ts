import assert from "node:assert/strict";
import { firstVerb, mayReturnRows } from "../../../src/db/statement.ts";

const verbs: readonly [string, string][] = [
  ["select 1", "SELECT"],
  [" ;; -- x\n /* y */ Insert into t values (1)", "INSERT"],
  ["(SELECT 1)", "("],
  ["", ""],
  ["-- only", ""],
  ["/* open", ""],
  [";", ""],
];
for (const [sql, verb] of verbs) {
  Deno.test(`firstVerb() finds "${verb}" in ${JSON.stringify(sql)}`, () => {
    assert.equal(firstVerb(sql), verb);
  });
}

const rows: readonly [string, boolean][] = [
  ["SELECT 1", true],
  ["VALUES (1)", true],
  ["WITH x AS (SELECT 1) DELETE FROM t", true],
  ["PRAGMA incremental_vacuum", true],
  ["EXPLAIN SELECT 1", true],
  ["UPDATE t SET a = 1 Returning a", true],
  ["REPLACE INTO t VALUES (1) RETURNING *", true],
  ["INSERT INTO t VALUES (1)", false],
  ["CREATE TABLE t (returning_at TEXT)", false],
  ["COMMIT", false],
  ["VACUUM", true],
];
for (const [sql, expected] of rows) {
  Deno.test(`mayReturnRows() says ${expected} to ${sql}`, () => {
    assert.equal(mayReturnRows(firstVerb(sql), sql), expected);
  });
}
