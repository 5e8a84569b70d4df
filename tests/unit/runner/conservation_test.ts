import assert from "node:assert/strict";
import { openDatabase } from "../../../src/db/open.ts";
import { findLosses, lastRowidsAfter } from "../../../src/runner/conservation.ts";
import { takeInventory } from "../../../src/runner/table_contents.ts";
import { traceTables } from "../../../src/runner/table_fates.ts";
import { readScript } from "../../../src/sql/read_script.ts";
import { mentionsOf } from "./sample_script.ts";

/** Runs both texts in a real database and returns what the second lost. */
async function losses(before: string, text: string): Promise<string[]> {
  await using connection = await openDatabase({ kind: "memory" }, { mode: "create" });
  const run = async (sql: string) => {
    const script = readScript("up.sql", sql);
    for (const { start, end } of script.statements) {
      await connection.execute(script.text.slice(start, end));
    }
  };
  await run(before);
  const mentions = mentionsOf(text);
  const fates = traceTables(mentions);
  const old = await takeInventory(connection, fates.touched.keys());
  await run(text);
  const names = [...fates.touched.values()].flatMap(({ after }) => after ?? []);
  const now = await takeInventory(connection, names, lastRowidsAfter(old, fates));
  return findLosses(old, now, mentions, fates).map((loss) => `${loss.name}: ${loss.fact}`);
}

const TEN = "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)";
const TABLE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t ${TEN} SELECT i, i FROM n;`;
const rebuild = (columns: string, copy: string) =>
  `CREATE TABLE new_t(${columns}); ${copy}; DROP TABLE t; ALTER TABLE new_t RENAME TO t;`;
const KEPT = rebuild(
  "id INTEGER PRIMARY KEY, a, b",
  "INSERT INTO new_t(id, a) SELECT id, a FROM t",
);

Deno.test("findLosses() finds nothing when a rebuild keeps all", async () => {
  assert.deepEqual(await losses(TABLE, KEPT), []);
  assert.deepEqual(
    await losses(
      TABLE,
      `ALTER TABLE t RENAME TO old; CREATE TABLE t(id INTEGER PRIMARY KEY, a);
       INSERT INTO t SELECT * FROM old; DROP TABLE old;`,
    ),
    [],
  );
});

Deno.test("findLosses() counts the rows that a rebuild forgets", async () => {
  assert.deepEqual(
    await losses(
      TABLE,
      rebuild("id INTEGER PRIMARY KEY, a", "INSERT INTO new_t SELECT * FROM t WHERE a > 3"),
    ),
    ['t: table "t": 3 of 10 rows are gone, and no DELETE names it'],
  );
});

Deno.test("findLosses() lets rows go that a DELETE or REPLACE names, under any name of the table", async () => {
  assert.deepEqual(await losses(TABLE, `DELETE FROM t WHERE a > 3; ${KEPT}`), []);
  const late = rebuild(
    "id INTEGER PRIMARY KEY, a",
    "INSERT INTO new_t SELECT * FROM t; DELETE FROM new_t WHERE a > 3",
  );
  assert.deepEqual(await losses(TABLE, late), []);
  assert.deepEqual(
    await losses(
      TABLE,
      rebuild(
        "id INTEGER PRIMARY KEY, a UNIQUE",
        "INSERT OR REPLACE INTO new_t SELECT id, a / 2 FROM t",
      ),
    ),
    [],
  );
  const ignored = rebuild(
    "id INTEGER PRIMARY KEY, a UNIQUE",
    "INSERT OR IGNORE INTO new_t SELECT id, a / 2 FROM t",
  );
  assert.equal((await losses(TABLE, ignored)).length, 1);
});

Deno.test("findLosses() does not take a DELETE in a trigger's body for one that runs", async () => {
  const text = `CREATE TABLE new_t(id INTEGER PRIMARY KEY, a); DROP TABLE t;
    ALTER TABLE new_t RENAME TO t; CREATE TRIGGER g AFTER INSERT ON u BEGIN DELETE FROM t; END;`;
  assert.deepEqual(await losses(`${TABLE} CREATE TABLE u(x);`, text), [
    't: table "t": 10 of 10 rows are gone, and no DELETE names it',
  ]);
});

Deno.test("findLosses() names the indexes and triggers that went with the old table", async () => {
  const before = `${TABLE} CREATE INDEX by_a ON t(a); CREATE INDEX "By B" ON t(a DESC);
    CREATE TRIGGER stamp AFTER INSERT ON t BEGIN SELECT 1; END;`;
  assert.deepEqual(await losses(before, KEPT), [
    'By B: index "By B" is gone',
    'by_a: index "by_a" is gone',
    'stamp: trigger "stamp" is gone',
  ]);
  assert.deepEqual(
    await losses(
      before,
      `DROP INDEX "by b"; DROP TRIGGER STAMP; ${KEPT} CREATE INDEX by_a ON t(a);`,
    ),
    [],
  );
});

Deno.test("findLosses() follows a table's indexes and triggers through its rename", async () => {
  const before =
    `${TABLE} CREATE INDEX i ON t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;`;
  assert.deepEqual(await losses(before, "ALTER TABLE t RENAME TO u;"), []);
});

Deno.test("findLosses() lets everything go with a table that is dropped for good", async () => {
  const before =
    `${TABLE} CREATE INDEX i ON t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;`;
  assert.deepEqual(await losses(before, "DROP TABLE t;"), []);
});

Deno.test("findLosses() misses an INSTEAD OF trigger when its view is created again without it", async () => {
  const before = `${TABLE} CREATE VIEW v AS SELECT * FROM t;
    CREATE TRIGGER put INSTEAD OF INSERT ON v BEGIN SELECT 1; END;`;
  assert.deepEqual(await losses(before, "DROP VIEW v; CREATE VIEW v AS SELECT id FROM t;"), [
    'put: trigger "put" is gone',
  ]);
  assert.deepEqual(await losses(before, "DROP VIEW v;"), []);
});

Deno.test("findLosses() sees an AUTOINCREMENT and its sequence go", async () => {
  const before = `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a);
    INSERT INTO t VALUES (1, 1), (9, 2); DELETE FROM t WHERE id = 9;`;
  assert.deepEqual(
    await losses(before, rebuild("id INTEGER PRIMARY KEY, a", "INSERT INTO new_t SELECT * FROM t")),
    ['t: table "t": it is no longer AUTOINCREMENT'],
  );
  const again = rebuild(
    "id INTEGER PRIMARY KEY AUTOINCREMENT, a",
    "INSERT INTO new_t SELECT * FROM t",
  );
  const [loss, ...more] = await losses(before, again);
  assert.match(loss!, /^t: table "t": its AUTOINCREMENT sequence fell from 9 to 1,/);
  assert.deepEqual(more, []);
  assert.deepEqual(
    await losses(
      before,
      `${again} UPDATE sqlite_sequence SET seq = 9 WHERE name = 't';`,
    ),
    [],
  );
});

Deno.test("findLosses() does not take the word in a comment for AUTOINCREMENT", async () => {
  assert.deepEqual(
    await losses(
      "CREATE TABLE t(id INTEGER PRIMARY KEY /* no AUTOINCREMENT */, a DEFAULT 'AUTOINCREMENT');",
      rebuild("id INTEGER PRIMARY KEY, a", "INSERT INTO new_t SELECT * FROM t"),
    ),
    [],
  );
});

Deno.test("findLosses() sees implicit rowids change, and none where a column is the rowid", async () => {
  const before =
    "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3); DELETE FROM t WHERE a = 2;";
  assert.deepEqual(await losses(before, rebuild("a", "INSERT INTO new_t SELECT a FROM t")), [
    't: table "t": its rows have other rowids than before; copy the rowid too',
  ]);
  assert.deepEqual(
    await losses(before, rebuild("a", "INSERT INTO new_t(rowid, a) SELECT rowid, a FROM t")),
    [],
  );
  assert.deepEqual(
    await losses(
      before,
      `CREATE TABLE new_t(a PRIMARY KEY) WITHOUT ROWID; INSERT INTO new_t SELECT a FROM t;
       DROP TABLE t; ALTER TABLE new_t RENAME TO t;`,
    ),
    [],
  );
});

Deno.test("findLosses() sees implicit rowids change where the revision adds rows", async () => {
  const before =
    "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3); DELETE FROM t WHERE a = 2;";
  const more = "INSERT INTO new_t(a) VALUES (4), (5), (6)";
  for (
    const copy of [
      `INSERT INTO new_t SELECT a FROM t; ${more}`,
      `${more}; INSERT INTO new_t SELECT a FROM t`,
    ]
  ) {
    assert.deepEqual(await losses(before, rebuild("a", copy)), [
      't: table "t": its rows have other rowids than before; copy the rowid too',
    ]);
  }
  const kept = `INSERT INTO new_t(rowid, a) SELECT rowid, a FROM t; ${more}`;
  assert.deepEqual(await losses(before, rebuild("a", kept)), []);
  assert.deepEqual(
    await losses(before, `ALTER TABLE t RENAME TO u; INSERT INTO u VALUES (4);`),
    [],
  );
  const none = "CREATE TABLE t(a);";
  assert.deepEqual(await losses(none, rebuild("a", more)), []);
});

Deno.test("findLosses() finds the rowid where a column hides its name", async () => {
  const before =
    "CREATE TABLE t(rowid TEXT, oid TEXT); INSERT INTO t VALUES ('x', 'y'), ('z', 'w');";
  assert.deepEqual(
    await losses(
      before,
      rebuild("rowid TEXT, oid TEXT", "INSERT INTO new_t SELECT * FROM t ORDER BY 1"),
    ),
    [],
  );
  const gap = `${before} DELETE FROM t WHERE rowid = 'x';`;
  assert.equal(
    (await losses(gap, rebuild("rowid TEXT, oid TEXT", "INSERT INTO new_t SELECT * FROM t")))
      .length,
    1,
  );
});

Deno.test("findLosses() keeps virtual tables apart from their shadows", async () => {
  const before = "CREATE VIRTUAL TABLE s USING fts5(body); INSERT INTO s VALUES ('a'), ('b');";
  assert.deepEqual(await losses(before, "DROP TABLE s;"), []);
  assert.deepEqual(
    await losses(
      before,
      "DROP TABLE s; CREATE VIRTUAL TABLE s USING fts5(body, tokenize = 'porter');",
    ),
    ['s: table "s": 2 of 2 rows are gone, and no DELETE names it'],
  );
});
