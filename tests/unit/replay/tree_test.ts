import assert from "node:assert/strict";
import type { Connection } from "../../../src/db/connection.ts";
import type { ReplayTree } from "../../../src/replay/tree.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

/** a1 ← b1, c1 ← m1 (both) ← d1; each makes a table of its own name. */
function diamond() {
  const make = (id: string) => `CREATE TABLE ${id} (x);`;
  return memoryReplay([
    { id: "a1", up: make("a1") },
    { id: "b1", up: make("b1"), parents: ["a1"] },
    { id: "c1", up: make("c1"), parents: ["a1"] },
    { id: "m1", up: make("m1"), parents: ["b1", "c1"] },
    { id: "d1", up: make("d1"), parents: ["m1"] },
  ]);
}

async function tablesOf(opening: Promise<Connection>): Promise<string> {
  await using connection = await opening;
  const rows = await connection.query("SELECT name FROM sqlite_schema ORDER BY name");
  return rows.map(({ name }) => String(name)).join(" ");
}

Deno.test("ReplayTree gives a revision what is under it, and nothing of other branches", async () => {
  const tree = diamond();
  assert.equal(await tablesOf(tree.before("a1")), "");
  assert.equal(await tablesOf(tree.before("c1")), "a1");
  assert.equal(await tablesOf(tree.at(["c1"])), "a1 c1");
  assert.equal(await tablesOf(tree.before("m1")), "a1 b1 c1");
  assert.equal(await tablesOf(tree.at(["d1"])), "a1 b1 c1 d1 m1");
  assert.equal(await tablesOf(tree.at(["b1", "c1"])), "a1 b1 c1");
  assert.equal(await tablesOf(tree.at([])), "");
});

Deno.test("ReplayTree gives databases that do not share their changes", async () => {
  const tree = diamond();
  await using first = await tree.at(["a1"]);
  await first.execute("DROP TABLE a1");
  assert.equal(await tablesOf(tree.at(["a1"])), "a1");
});

Deno.test("ReplayTree opens a long chain of merges", async () => {
  const revisions = [{ id: "a0", up: "CREATE TABLE t (x);", parents: [] as string[] }];
  for (let at = 1; at <= 400; at++) {
    revisions.push({ id: `b${at}`, up: "-- nothing\n", parents: [`a${at - 1}`] });
    revisions.push({ id: `c${at}`, up: "-- nothing\n", parents: [`a${at - 1}`] });
    revisions.push({ id: `a${at}`, up: "-- nothing\n", parents: [`b${at}`, `c${at}`] });
  }
  assert.equal(await tablesOf(memoryReplay(revisions).at(["a400"])), "t");
});

Deno.test("ReplayTree learns of functions that only the application has", async () => {
  const tree = memoryReplay([
    { id: "a1", up: "CREATE TABLE t (x); INSERT INTO t VALUES (slugify('A b'));" },
    { id: "b1", up: "CREATE INDEX i ON t (slugify(x));" },
  ]);
  assert.equal(await tablesOf(tree.at(["b1"])), "i t");
});

Deno.test("ReplayTree names the revision that fails, whichever is asked for", async () => {
  const tree = memoryReplay([
    { id: "a1", up: "CREATE TABLE t (x);" },
    { id: "b1", up: "SELECT 1;\nDROP TABLE missing;" },
    { id: "c1", up: "SELECT 1;" },
  ]);
  await assert.rejects(() => tree.at(["c1"]), {
    code: "replay-failed",
    revision: "b1",
    sqlite: "no such table: missing",
  });
});

Deno.test("ReplayTree.walk() shows the database after each revision", async () => {
  const tree = memoryReplay([
    { id: "a", up: "CREATE TABLE t (x);\nINSERT INTO t VALUES (1);" },
    { id: "b", parents: ["a"], up: "INSERT INTO t VALUES (2), (3);" },
    { id: "c", parents: ["b"], up: "DELETE FROM t WHERE x = 1;" },
  ]);
  assert.deepEqual(await countRows(tree, ["a", "b", "c"]), [["a", 1n], ["b", 3n], ["c", 2n]]);
});

Deno.test("ReplayTree.walk() undoes what a visit does", async () => {
  const tree = memoryReplay([
    { id: "a", up: "CREATE TABLE t (x);\nINSERT INTO t VALUES (1);" },
    { id: "b", parents: ["a"], up: "INSERT INTO t VALUES (2);" },
  ]);
  const seen: bigint[] = [];
  await tree.walk(["a", "b"], async (_, connection) => {
    const [row] = await connection.query("SELECT count(*) AS n FROM t");
    seen.push(row!["n"] as bigint);
    await connection.execute("DROP TABLE t");
  });
  assert.deepEqual(seen, [1n, 2n]);
});

for (const header of ["", "-- aludel: foreign-keys=on\n"]) {
  Deno.test(`ReplayTree.walk() goes on without a function that only the application has: ${header.trim() || "no directive"}`, async () => {
    const tree = memoryReplay([
      { id: "a", up: "CREATE TABLE t (x);\nINSERT INTO t VALUES (1);" },
      {
        id: "b",
        parents: ["a"],
        up: `${header}INSERT INTO t VALUES (2);\nUPDATE t SET x = app_slug(x);`,
      },
      { id: "c", parents: ["b"], up: "INSERT INTO t VALUES (app_slug(3));" },
    ]);
    assert.deepEqual(await countRows(tree, ["a", "b", "c"]), [["a", 1n], ["b", 2n], ["c", 3n]]);
  });
}

Deno.test("ReplayTree.walk() says which revision fails, and where", async () => {
  const tree = memoryReplay([
    { id: "a", up: "CREATE TABLE t (x);" },
    { id: "b", parents: ["a"], up: "INSERT INTO t VALUES (1);\nINSERT INTO missing VALUES (1);" },
  ]);
  await assert.rejects(countRows(tree, ["a", "b"]), (error: Error) => {
    const { code, revision, place } = error as unknown as {
      readonly code: string;
      readonly revision: string;
      readonly place: { readonly line: number };
    };
    assert.deepEqual([code, revision, place.line], ["replay-failed", "b", 2]);
    return true;
  });
});

async function countRows(tree: ReplayTree, ids: readonly string[]) {
  const seen: (readonly [string, unknown])[] = [];
  await tree.walk(ids, async (id, connection) => {
    const [row] = await connection.query("SELECT count(*) AS n FROM t");
    seen.push([id, row!["n"]]);
  });
  return seen;
}
