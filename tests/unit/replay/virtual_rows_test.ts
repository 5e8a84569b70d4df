import assert from "node:assert/strict";
import { proveRevision } from "../../../src/proof/proof.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

const BEFORE = `
  CREATE TABLE documents (id INTEGER PRIMARY KEY, title TEXT);
  CREATE VIRTUAL TABLE own USING fts5(title, body UNINDEXED);
  CREATE VIRTUAL TABLE bare USING fts5(title, content='');
  CREATE VIRTUAL TABLE found USING fts5(title, content='documents', content_rowid='id');
  CREATE VIRTUAL TABLE boxes USING rtree(id, left, right, +label);`;

/** The losses that are told of a revision on top of BEFORE; none where it is exact. */
async function lossesOf(up: string, down: string): Promise<readonly string[]> {
  const { verdict } = await proveRevision(
    "b1",
    memoryReplay([{ id: "a1", up: BEFORE, down: "" }, { id: "b1", up, down }]),
  );
  assert.ok(verdict.kind === "exact" || verdict.kind === "lossy", JSON.stringify(verdict));
  return verdict.kind === "exact" ? [] : verdict.losses;
}

const CASES: readonly {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly losses: readonly string[];
}[] = [
  {
    name: "a full-text table that is dropped and made anew",
    up: "DROP TABLE own;",
    down: "CREATE VIRTUAL TABLE own USING fts5(title, body UNINDEXED);",
    losses: ["5 of 5 rows of own"],
  },
  {
    name: "a contentless one",
    up: "DROP TABLE bare;",
    down: "CREATE VIRTUAL TABLE bare USING fts5(title, content='');",
    losses: ["5 of 5 rows of bare"],
  },
  {
    name: "an R*Tree",
    up: "DROP TABLE boxes;",
    down: "CREATE VIRTUAL TABLE boxes USING rtree(id, left, right, +label);",
    losses: ["5 of 5 rows of boxes"],
  },
  {
    name: "a value that is overwritten",
    up: "UPDATE boxes SET label = 'x' WHERE rowid IS NOT NULL;",
    down: "UPDATE own SET body = NULL WHERE rowid IS NOT NULL;",
    losses: ["values of own.body in 5 of 5 rows", "values of boxes.label in 5 of 5 rows"],
  },
  {
    name: "rows that are put aside and brought back",
    up: "CREATE TABLE aside AS SELECT rowid AS id, * FROM own; DROP TABLE own;",
    down: `CREATE VIRTUAL TABLE own USING fts5(title, body UNINDEXED);
           INSERT INTO own (rowid, title, body) SELECT id, title, body FROM aside; DROP TABLE aside;`,
    losses: [],
  },
  {
    name: "a full-text table whose rows another table has",
    up: "DROP TABLE found;",
    down: "CREATE VIRTUAL TABLE found USING fts5(title, content='documents', content_rowid='id');",
    losses: [],
  },
];

for (const { name, up, down, losses } of CASES) {
  Deno.test(`proveRevision() sees what virtual tables hold: ${name}`, async () => {
    assert.deepEqual(await lossesOf(up, down), losses);
  });
}
