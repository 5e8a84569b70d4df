import assert from "node:assert/strict";
import { proveOrders } from "../../../src/proof/branches.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

/** Proves branches of one revision each on top of a table `t (x)`. */
function ordersOf(...ups: readonly string[]) {
  const heads = ups.map((_, at) => `b${at + 1}`);
  const replay = memoryReplay([
    { id: "a1", up: "CREATE TABLE t (x);" },
    ...ups.map((up, at) => ({ id: heads[at]!, up, parents: ["a1"] })),
  ]);
  return proveOrders(heads, replay);
}

Deno.test("proveOrders() finds that branches commute", async () => {
  const proof = await ordersOf("CREATE TABLE a (x);", "ALTER TABLE t ADD y;");
  assert.deepEqual(proof, { heads: ["b1", "b2"], orders: 2, finding: null });
});

Deno.test("proveOrders() does not mind the order of columns", async () => {
  const proof = await ordersOf("ALTER TABLE t ADD y;", "ALTER TABLE t ADD z;");
  assert.equal(proof.finding, null);
});

Deno.test("proveOrders() runs all orders of three branches", async () => {
  const proof = await ordersOf("CREATE TABLE a (x);", "CREATE TABLE b (x);", "CREATE TABLE c (x);");
  assert.deepEqual([proof.orders, proof.finding], [12, null]);
});

Deno.test("proveOrders() names the two statements of which one makes the other fail", async () => {
  const { finding } = await ordersOf(
    "CREATE TABLE a (x);\nALTER TABLE t RENAME TO u;\nCREATE TABLE b (x);",
    "CREATE TABLE c (x);\nALTER TABLE t ADD y;\nCREATE TABLE d (x);",
  );
  assert.equal(finding?.code, "proof-order");
  assert.deepEqual(finding.notes.slice(0, 3), [
    "migrations/b1/up.sql:2:1: ALTER TABLE t RENAME TO u;",
    "migrations/b2/up.sql:2:1: ALTER TABLE t ADD y;",
    "SQLite says: no such table: t",
  ]);
});

Deno.test("proveOrders() names the two statements that give different schemas", async () => {
  const { finding } = await ordersOf(
    "CREATE TABLE a (x);\nCREATE VIEW IF NOT EXISTS v AS SELECT 1 AS one;",
    "CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS two;\nCREATE TABLE d (x);",
  );
  assert.equal(finding?.message, '"b1" and "b2" do not commute');
  assert.deepEqual(finding.notes, [
    "migrations/b1/up.sql:2:1: CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS one;",
    "migrations/b2/up.sql:1:1: CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS two;",
    "the other order also needs: replace view v",
  ]);
});

Deno.test("proveOrders() tells a revision that fails by itself from two that clash", async () => {
  const { finding } = await ordersOf("CREATE TABLE a (x);", "DROP TABLE missing;");
  assert.equal(finding?.code, "replay-failed");
  assert.equal(finding.revision, "b2");
});
