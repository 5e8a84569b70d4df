import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { findErrorOffset } from "../../../src/db/error_offset.ts";
import { openScratch } from "../../../src/db/open_scratch.ts";
import type { SqlError } from "../../../src/db/connection.ts";

const SCHEMA = `CREATE TABLE t (a, b); CREATE TABLE u (a, c); CREATE VIEW v AS SELECT nope FROM t`;

/** Statements that SQLite refuses and whose place it knows. */
const WRONG: readonly string[] = [
  "selec 1",
  "SELECT a,, b FROM t WHERE a, b",
  "SELECT case WHEN a THEN FROM t",
  "CREATE VIEW w AS SELECT x, FROM t",
  "INSERT INTO t VALUES (1, 2), (3, 4), (5,, 6), (7, 8)",
  "SELECT 'é', \"a\", a FROM t WHERE 'from' = 1 FROM t",
  "SELECT 'abc",
  "SELECT 1 # 2",
  "SELECT 123abc",
  "SELECT a FROM t WHERE x = 1",
  "SELECT a AS x FROM t WHERE x > 1 AND y.x = 3",
  "SELECT x FROM t WHERE x = 1 OR x = 2",
  "SELECT x AS a, x FROM (SELECT a AS x FROM t) WHERE a = 1 AND x IN (SELECT t.x FROM t)",
  "SELECT t.x, main.t.y FROM t",
  'SELECT "nope" FROM t',
  'SELECT "a", \'nope\', "nope" FROM t /* nope */',
  "SELECT a FROM t LIMIT a",
  "SELECT a FROM t, u WHERE a = 1",
  "SELECT t.a, u.a FROM t, u WHERE t.a = 1 AND a = 2",
  "SELECT f(1)",
  "SELECT abs(1), abs(), abs(2)",
  "SELECT count(*) FROM t WHERE count(*) > 1",
  "CREATE TABLE t (t)",
  "CREATE INDEX i ON t (zz)",
  "CREATE TABLE w (a INT CHECK (zz > 1))",
  "CREATE TABLE w (a INT CHECK (f(a)))",
];

for (const sql of WRONG) {
  Deno.test(`the place of an error is found as SQLite tells it: ${sql}`, () => {
    using database = new DatabaseSync(":memory:");
    database.exec(SCHEMA);
    const told = offsetOf(database, sql);
    const complaint = (text: string) => {
      try {
        database.prepare(text);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const message = complaint(sql);
    assert.ok(message !== undefined, "SQLite accepts it");
    assert.equal(findErrorOffset(sql, message, complaint), told, message);
  });
}

Deno.test("no place is claimed for an error that is not in the text", () => {
  using database = new DatabaseSync(":memory:");
  database.exec(SCHEMA);
  for (const sql of ["SELECT * FROM v", "SELECT a FROM t ORDER BY 5", "SELECT a FROM t WHERE"]) {
    let message = "";
    try {
      database.prepare(sql);
    } catch (error) {
      message = (error as Error).message;
    }
    assert.notEqual(message, "");
    assert.equal(findErrorOffset(sql, message, () => message), undefined, message);
  }
});

Deno.test("a connection tells the place of an error, whatever the runtime passes on", async () => {
  await using connection = openScratch();
  await assert.rejects(connection.query("SELECT 'ü', a, nope"), (error: SqlError) => {
    assert.equal(error.byteOffset, 13);
    return true;
  });
});

/** What Deno passes on, behind an ASCII prefix; undefined where this runtime tells nothing. */
function offsetOf(database: DatabaseSync, sql: string): number {
  try {
    database.exec(`EXPLAIN ${sql}`);
  } catch (error) {
    const { message } = error as Error;
    const offset = / at offset (\d+)$/.exec(message);
    // The message quotes the text that was compiled to its end.
    assert.ok(offset !== null && message.includes(` in EXPLAIN ${sql} at`), message);
    return Number(offset[1]) - "EXPLAIN ".length;
  }
  throw new Error("SQLite accepts it");
}
