import assert from "node:assert/strict";
import type { SqlValue } from "../../../src/db/connection.ts";
import { isMissingMathFunction, MATH_FUNCTIONS } from "../../../src/db/math_functions.ts";
import { openNodeSqlite } from "../../../src/db/open.ts";

// SQLite's own answers: scripts/once/make_math_answers.ts asked a library that has the functions.
import answers from "../../fixtures/math_answers.json" with { type: "json" };

Deno.test("MATH_FUNCTIONS answer as SQLite's own do", async () => {
  await using connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  for (const [expression, type, value] of answers as [string, string, string | null][]) {
    const [row] = await connection.query(
      `SELECT typeof(v) AS type, v FROM (SELECT ${expression} AS v)`,
    );
    assert.equal(row?.["type"], type, expression);
    assertNear(row?.["v"] ?? null, value, expression);
  }
});

/** Reals may differ in the last digits between two mathematical libraries. */
function assertNear(actual: SqlValue, expected: string | null, expression: string): void {
  if (typeof actual !== "number" || !Number.isFinite(actual)) {
    assert.equal(
      actual === null ? null : String(actual).replace("Infinity", "Inf"),
      expected,
      expression,
    );
    return;
  }
  const distance = Math.abs(actual - Number(expected));
  assert.ok(distance <= 4e-15 * Math.max(1e-300, Math.abs(actual)), `${expression}: ${actual}`);
}

Deno.test("MATH_FUNCTIONS has all names of the documentation and answers cover them", () => {
  const names = ("acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor " +
    "ln log log10 log2 mod pi pow power radians sin sinh sqrt tan tanh trunc").split(" ");
  assert.deepEqual([...new Set(MATH_FUNCTIONS.map(({ name }) => name))].sort(), names);
  const asked = new Set(answers.map(([expression]) => expression!.replace(/\(.*/, "")));
  assert.deepEqual([...asked].sort(), names);
});

Deno.test("MATH_FUNCTIONS never throw, whatever value they get", () => {
  const values: SqlValue[] = [null, 0n, -1n, 2n ** 63n - 1n, NaN, 0.5, -Infinity, "", "x", "1e999"];
  values.push(new Uint8Array([1]));
  for (const { body } of MATH_FUNCTIONS) {
    const call = body as (...all: SqlValue[]) => SqlValue;
    for (const first of values) for (const second of values) call(first, second);
  }
});

Deno.test("isMissingMathFunction() tells a math function from another one", () => {
  assert.ok(isMissingMathFunction("no such function: SIN"));
  assert.ok(isMissingMathFunction("unknown function: log2()"));
  assert.ok(isMissingMathFunction("error in view v: no such function: floor"));
  assert.ok(!isMissingMathFunction("no such function: regexp"));
  assert.ok(!isMissingMathFunction("no such column: sin"));
});
