import assert from "node:assert/strict";
import { type Plan, type PlannedStatement, writePlan } from "../../../src/schema/plan/statement.ts";
import { readScript } from "../../../src/sql/read_script.ts";

function planOf(...statements: readonly Partial<PlannedStatement>[]): Plan {
  return {
    changes: [],
    sqlite: undefined,
    statements: statements.map((statement) => ({
      sql: "SELECT 1",
      cost: "metadata",
      comment: "",
      hazards: [],
      ...statement,
    })),
  };
}

const FILE = { title: "Up: x", purpose: "file" } as const;

Deno.test("writePlan() says what a statement does, costs, endangers and may lose", () => {
  const plan = planOf({
    sql: "DROP TABLE t",
    cost: "scan",
    comment: "drop table t",
    hazards: [{ code: "drop-table", message: "The rows of t are lost" }],
    losses: [{ name: "a b", reason: "on purpose" }],
  });
  assert.equal(
    writePlan({ ...plan, sqlite: [3, 53] }, FILE),
    "-- aludel: sqlite>=3.53\n-- Up: x\n\n-- drop table t (scan)\n" +
      "-- drop-table: The rows of t are lost\n" +
      '-- aludel: allow-loss="a b" on purpose\nDROP TABLE t;\n',
  );
});

Deno.test("writePlan() ends a statement after a comment at its end", () => {
  const text = writePlan(planOf({ sql: "SELECT 1 -- one" }, { sql: "SELECT 2 /* two */" }), FILE);
  assert.equal(readScript("up.sql", text).statements.length, 2);
  assert.match(text, /SELECT 1 -- one\n;\nSELECT 2 \/\* two \*\/;\n$/);
});

Deno.test("writePlan() keeps a comment of several lines a comment", () => {
  const text = writePlan(planOf({ comment: "rename column t.a\nDROP TABLE t; -- b" }), {
    title: "Up: first\r\nDELETE FROM t;",
    notes: ["one\ntwo"],
    purpose: "file",
  });
  const { statements } = readScript("up.sql", text);
  assert.equal(statements.length, 1);
});

Deno.test("writePlan() leaves values to choose open in a file, and fills them in for a trial", () => {
  const plan = planOf({
    sql: "INSERT INTO n SELECT a,\n  NULL -- aludel: choose=b\nFROM t",
    choice: { columns: ["b"], trial: "INSERT INTO n SELECT a, 0\nFROM t" },
  });
  const file = readScript("up.sql", writePlan(plan, FILE));
  assert.deepEqual(file.header.choose?.map(({ name }) => name), ["b"]);
  const trial = readScript("up.sql", writePlan(plan, { ...FILE, purpose: "trial" }));
  assert.equal(trial.header.choose, undefined);
});
