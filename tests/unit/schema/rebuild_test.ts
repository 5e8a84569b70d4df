import assert from "node:assert/strict";
import type { Connection } from "../../../src/db/connection.ts";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { tryScript } from "../../../src/runner/try_script.ts";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { introspect } from "../../../src/schema/read/introspect.ts";
import { planChanges } from "../../../src/schema/plan/plan.ts";
import { writePlan } from "../../../src/schema/plan/statement.ts";
import { readScript } from "../../../src/sql/read_script.ts";
import { schemaOf } from "./schema_of.ts";

/** A database after a rebuild of its table `t`, by the statements that planChanges() writes. */
async function rebuilt(
  before: readonly string[],
  after: readonly string[],
): Promise<Connection> {
  const connection = openScratch();
  for (const sql of before) await connection.execute(sql);
  const from = await introspect(connection);
  const to = await schemaOf(...after);
  const plan = planChanges(from, to, compareSchemas(from, to), { sqlite: [3, 53] });
  const text = writePlan(plan, { title: "Up: a rebuild", purpose: "file" });
  assert.match(text, /rebuild table t /);
  const script = readScript("up.sql", text);
  await tryScript(connection, { id: "r", direction: "up", script });
  return connection;
}

async function values(connection: Connection, sql: string): Promise<unknown[]> {
  return (await connection.query(sql)).map((row) => Object.values(row)).flat();
}

Deno.test("rebuildTable() keeps the children of a parent that cascades", async () => {
  const child = "CREATE TABLE c (t INTEGER NOT NULL REFERENCES t (id) ON DELETE CASCADE)";
  await using connection = await rebuilt(
    [
      "PRAGMA foreign_keys = ON",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
      child,
      "INSERT INTO t VALUES (1, 'x'), (2, 'y')",
      "INSERT INTO c VALUES (1), (2), (2)",
    ],
    ["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'z')", child],
  );
  assert.deepEqual(await values(connection, "SELECT count(*) FROM c"), [3n]);
  // The reference still says t: renaming the old table away has not taken it along.
  assert.deepEqual(
    await values(connection, "SELECT sql FROM sqlite_schema WHERE name = 'c'"),
    [child],
  );
  assert.deepEqual(await connection.query("PRAGMA foreign_key_check"), []);
});

Deno.test("rebuildTable() keeps the AUTOINCREMENT sequence above ids that are gone", async () => {
  await using connection = await rebuilt(
    [
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)",
      "INSERT INTO t (a) VALUES ('x'), ('y'), ('z')",
      "DELETE FROM t WHERE id = 3",
    ],
    ["CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT DEFAULT 'z')"],
  );
  await connection.execute("INSERT INTO t (a) VALUES ('new')");
  assert.deepEqual(await values(connection, "SELECT id FROM t ORDER BY id"), [1n, 2n, 4n]);
  assert.deepEqual(await values(connection, "SELECT name, seq FROM sqlite_sequence"), ["t", 4n]);
});

Deno.test("rebuildTable() keeps the sequence of an empty AUTOINCREMENT table", async () => {
  await using connection = await rebuilt(
    [
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)",
      "INSERT INTO t VALUES (7, 'x')",
      "DELETE FROM t",
    ],
    ["CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT DEFAULT 'z')"],
  );
  assert.deepEqual(await values(connection, "SELECT name, seq FROM sqlite_sequence"), ["t", 7n]);
});

Deno.test("rebuildTable() keeps implicit rowids, and so the full-text index over them", async () => {
  const index = "CREATE VIRTUAL TABLE f USING fts5(a, content='t')";
  await using connection = await rebuilt(
    [
      "CREATE TABLE t (a TEXT)",
      index,
      "INSERT INTO t (rowid, a) VALUES (3, 'apple'), (8, 'pear'), (11, 'plum')",
      "INSERT INTO f (f) VALUES ('rebuild')",
      "DELETE FROM t WHERE rowid = 8",
      "INSERT INTO f (f, rowid, a) VALUES ('delete', 8, 'pear')",
    ],
    ["CREATE TABLE t (a TEXT DEFAULT 'z')", index],
  );
  assert.deepEqual(await values(connection, "SELECT rowid FROM t"), [3n, 11n]);
  assert.deepEqual(await values(connection, "SELECT rowid FROM f WHERE f MATCH 'plum'"), [11n]);
  // With a rank of 1 the check also compares with the content: https://sqlite.org/fts5.html
  await connection.execute("INSERT INTO f (f, rank) VALUES ('integrity-check', 1)");
});

Deno.test("rebuildTable() keeps what ANALYZE has measured", async () => {
  const index = "CREATE INDEX i ON t (a)";
  const rows = Array.from({ length: 50 }, (_, at) => `('v${at % 7}')`).join(", ");
  const before = ["CREATE TABLE t (a TEXT UNIQUE ON CONFLICT IGNORE)", index];
  const statistics =
    "SELECT tbl || ' ' || idx || ' ' || stat FROM sqlite_stat1 UNION ALL SELECT tbl || idx || nlt FROM sqlite_stat4";
  await using untouched = openScratch();
  const setup = [...before, `INSERT INTO t VALUES ${rows}`, "ANALYZE"];
  for (const sql of setup) await untouched.execute(sql);
  const expected = await values(untouched, statistics);
  assert.ok(expected.length > 2);
  await using connection = await rebuilt(setup, [
    "CREATE TABLE t (a TEXT UNIQUE ON CONFLICT IGNORE DEFAULT 'z')",
    index,
  ]);
  assert.deepEqual(await values(connection, statistics), expected);
});

Deno.test("rebuildTable() keeps triggers on the table and those of others that name it, and views", async () => {
  const others = [
    "CREATE TABLE log (x)",
    "CREATE VIEW v AS SELECT a FROM t",
    "CREATE VIEW w AS SELECT a FROM v",
    "CREATE TRIGGER own AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END",
    "CREATE TRIGGER other AFTER DELETE ON log BEGIN INSERT INTO t (a) VALUES (old.x); END",
  ];
  await using connection = await rebuilt(
    ["CREATE TABLE t (a TEXT, b)", ...others, "INSERT INTO t (a) VALUES ('first')"],
    ["CREATE TABLE t (a TEXT, b DEFAULT 1)", ...others],
  );
  // The copy has fired no trigger.
  assert.deepEqual(await values(connection, "SELECT x FROM log"), ["first"]);
  await connection.execute("INSERT INTO t (a) VALUES ('second')");
  assert.deepEqual(await values(connection, "SELECT x FROM log"), ["first", "second"]);
  await connection.execute("DELETE FROM log WHERE x = 'second'");
  assert.deepEqual(await values(connection, "SELECT a FROM w"), ["first", "second", "second"]);
});

Deno.test("rebuildTable() leaves no row out where a conflict clause would", async () => {
  await using connection = await rebuilt(
    ["CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"],
    ["CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE, b)"],
  );
  assert.deepEqual(await values(connection, "SELECT count(*) FROM t"), [2n]);
  await assert.rejects(
    rebuilt(
      ["CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, 'x'), (1, 'y')"],
      ["CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE, b)"],
    ),
    { code: "sql-failed", sqlite: "UNIQUE constraint failed: t__new.a" },
  );
});

Deno.test("rebuildTable() copies texts with NUL, large integers and blobs as they are", async () => {
  const content = "SELECT typeof(a) || hex(CAST(a AS BLOB)) || quote(b) FROM t ORDER BY rowid";
  const rows = [
    "CREATE TABLE t (a, b)",
    "INSERT INTO t VALUES (CAST(x'610062' AS TEXT), 9007199254740993), (x'00', 0.1), (NULL, -0.0)",
  ];
  await using untouched = openScratch();
  for (const sql of rows) await untouched.execute(sql);
  await using connection = await rebuilt(rows, ["CREATE TABLE t (a DEFAULT 1, b)"]);
  assert.deepEqual(await values(connection, content), await values(untouched, content));
});

Deno.test("planChanges() keeps the boxes of an R*Tree that a view and a trigger name", async () => {
  const around = [
    "CREATE VIEW v AS SELECT id, x0 FROM r",
    "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO r VALUES (new.a, 0, 1, 'new', 0); END",
  ];
  await using connection = await rebuilt(
    [
      "CREATE TABLE t (a INTEGER)",
      "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +label TEXT)",
      ...around,
      "INSERT INTO r VALUES (4, 0.5, 1.5, 'left'), (9007199254740993, -2, 7, 'right')",
    ],
    [
      "CREATE TABLE t (a INTEGER CHECK (a > 0))",
      "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +label TEXT, +level INTEGER)",
      ...around,
    ],
  );
  assert.deepEqual(
    await values(connection, "SELECT id, x0, x1, label FROM r ORDER BY id"),
    [4n, 0.5, 1.5, "left", 9007199254740993n, -2, 7, "right"],
  );
  await connection.execute("INSERT INTO t VALUES (5)");
  assert.deepEqual(await values(connection, "SELECT id FROM v ORDER BY id"), [
    4n,
    5n,
    9007199254740993n,
  ]);
});
