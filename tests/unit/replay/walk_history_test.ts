import assert from "node:assert/strict";
import { walkHistory } from "../../../src/replay/tree.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

Deno.test("walkHistory() shows the database after each revision", async () => {
  const replay = memoryReplay([
    { id: "a", up: "CREATE TABLE t (x);\nINSERT INTO t VALUES (1);" },
    { id: "b", parents: ["a"], up: "INSERT INTO t VALUES (2), (3);" },
    { id: "c", parents: ["b"], up: "DELETE FROM t WHERE x = 1;" },
  ]);
  assert.deepEqual(await countRows(replay, ["a", "b", "c"]), [["a", 1n], ["b", 3n], ["c", 2n]]);
});

Deno.test("walkHistory() undoes what a visit does", async () => {
  const replay = memoryReplay([
    { id: "a", up: "CREATE TABLE t (x);\nINSERT INTO t VALUES (1);" },
    { id: "b", parents: ["a"], up: "INSERT INTO t VALUES (2);" },
  ]);
  const seen: bigint[] = [];
  await walkHistory(["a", "b"], replay, async (_, connection) => {
    const [row] = await connection.query("SELECT count(*) AS n FROM t");
    seen.push(row!["n"] as bigint);
    await connection.execute("DROP TABLE t");
  });
  assert.deepEqual(seen, [1n, 2n]);
});

for (const header of ["", "-- aludel: foreign-keys=on\n"]) {
  Deno.test(`walkHistory() goes on without a function that only the application has: ${header.trim() || "no directive"}`, async () => {
    const replay = memoryReplay([
      { id: "a", up: "CREATE TABLE t (x);\nINSERT INTO t VALUES (1);" },
      {
        id: "b",
        parents: ["a"],
        up: `${header}INSERT INTO t VALUES (2);\nUPDATE t SET x = app_slug(x);`,
      },
      { id: "c", parents: ["b"], up: "INSERT INTO t VALUES (app_slug(3));" },
    ]);
    assert.deepEqual(await countRows(replay, ["a", "b", "c"]), [["a", 1n], ["b", 2n], ["c", 3n]]);
  });
}

Deno.test("walkHistory() says which revision fails, and where", async () => {
  const replay = memoryReplay([
    { id: "a", up: "CREATE TABLE t (x);" },
    { id: "b", parents: ["a"], up: "INSERT INTO t VALUES (1);\nINSERT INTO missing VALUES (1);" },
  ]);
  await assert.rejects(countRows(replay, ["a", "b"]), (error: Error) => {
    const { code, revision, place } = error as unknown as {
      readonly code: string;
      readonly revision: string;
      readonly place: { readonly line: number };
    };
    assert.deepEqual([code, revision, place.line], ["replay-failed", "b", 2]);
    return true;
  });
});

async function countRows(replay: ReturnType<typeof memoryReplay>, ids: readonly string[]) {
  const seen: (readonly [string, unknown])[] = [];
  await walkHistory(ids, replay, async (id, connection) => {
    const [row] = await connection.query("SELECT count(*) AS n FROM t");
    seen.push([id, row!["n"]]);
  });
  return seen;
}
