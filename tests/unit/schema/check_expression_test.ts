import assert from "node:assert/strict";
import { databaseOf, tableOf } from "./schema_of.ts";
import { isNeverNull } from "../../../src/schema/plan/check_expression.ts";

const TABLE = "CREATE TABLE t (a INTEGER NOT NULL, b INTEGER, c TEXT NOT NULL)";

const NEVER = [
  "a > 0",
  "a BETWEEN 1 AND 3 AND c <> ''",
  "b IS NULL OR b > 0",
  "b IS NULL OR (b > 0 AND b < a)",
  "length(c) < 10",
  "a IN (1, 2, 3)",
  "c IS NOT 'x'",
  "c LIKE 'x%'",
];

const PERHAPS = [
  "b > 0",
  "a / (a - 1) > 0",
  "a % 2 = 0",
  "nullif(a, 1) = 2",
  "a > NULL",
  "CASE WHEN a > 1 THEN NULL END",
  "c ->> '$.x' = 1",
  "b IS NULL AND a > 0 OR b > 1",
  "(b IS NULL OR a) AND b > 1",
  "my_function(a)",
  "CAST(NULL AS TEXT)",
];

Deno.test("isNeverNull() knows expressions that are TRUE or FALSE in every row", async () => {
  const table = await tableOf(TABLE);
  for (const expression of NEVER) assert.equal(isNeverNull(expression, table), true, expression);
});

Deno.test("isNeverNull() says no when in doubt", async () => {
  const table = await tableOf(TABLE);
  for (const expression of PERHAPS) assert.equal(isNeverNull(expression, table), false, expression);
});

Deno.test("isNeverNull() is right about what SQLite computes", async () => {
  await using connection = await databaseOf(
    TABLE,
    "INSERT INTO t VALUES (0, NULL, ''), (1, 1, 'x'), (2, NULL, 'xy'), (-5, 7, '12345678901')",
  );
  for (const expression of NEVER) {
    const [row] = await connection.query(
      `SELECT count(*) AS n FROM t WHERE (${expression}) IS NULL`,
    );
    assert.equal(row?.n, 0n, expression);
  }
});
