import assert from "node:assert/strict";
import { toSqlError, withOffsetOf } from "../../../src/db/sqlite_error.ts";

Deno.test("toSqlError() takes the statement and the offset off exec's message", () => {
  const sql = "SELECT nope in t";
  const error = toSqlError(new Error(`no such column: nope in ${sql} at offset 7`), sql, undefined);
  assert.equal(error.sqlite, "no such column: nope");
  assert.equal(error.byteOffset, 7);
});

Deno.test("toSqlError() counts from the start of the text when exec quotes its tail", () => {
  const sql = "SELECT 'ü'; selec 2";
  const error = toSqlError(
    new Error('near "selec": syntax error in  selec 2 at offset 1'),
    sql,
    undefined,
  );
  assert.equal(error.sqlite, 'near "selec": syntax error');
  assert.equal(error.byteOffset, new TextEncoder().encode("SELECT 'ü'; ").length);
});

Deno.test("toSqlError() keeps a message that only looks like one with an offset", () => {
  const message = "raised in the yard at offset 7";
  const error = toSqlError(new Error(message), "INSERT INTO t VALUES (1)", undefined);
  assert.equal(error.sqlite, message);
  assert.equal(error.byteOffset, undefined);
});

const codes: readonly [string, number][] = [
  ["database is locked", 5],
  ["database table is locked: t", 6],
  ["attempt to write a readonly database", 8],
  ["database disk image is malformed", 11],
  ["database or disk is full", 13],
  ["unable to open database file: a.db", 14],
  ["CHECK constraint failed: a > 1", 19],
  ["FOREIGN KEY constraint failed", 19],
  ["file is not a database", 26],
];
for (const [message, code] of codes) {
  Deno.test(`toSqlError() knows the result code of "${message}"`, () => {
    assert.equal(toSqlError(new Error(message), "", undefined).resultCode, code);
  });
}

Deno.test("toSqlError() reduces an extended result code to the primary one", () => {
  const thrown = Object.assign(new Error("UNIQUE constraint failed: t.a"), { errcode: 2067 });
  assert.equal(toSqlError(thrown, "", undefined).resultCode, 19);
});

Deno.test("toSqlError() takes anything that is thrown", () => {
  for (const thrown of ["text", null, undefined, { message: 7 }]) {
    assert.equal(toSqlError(thrown, "", undefined).sqlite, String(thrown));
  }
});

Deno.test("withOffsetOf() joins two errors of one fault only", () => {
  const prepared = Object.assign(new Error("no such column: a"), { errcode: 1 });
  const same = new Error("no such column: a in EXPLAIN SELECT a at offset 15");
  const joined = toSqlError(
    withOffsetOf(prepared, same, "EXPLAIN ", "SELECT a"),
    "SELECT a",
    undefined,
  );
  assert.deepEqual([joined.sqlite, joined.resultCode, joined.byteOffset], [
    "no such column: a",
    1,
    7,
  ]);
  const other = new Error('near "EXPLAIN": syntax error in EXPLAIN EXPLAIN SELECT a at offset 8');
  assert.equal(withOffsetOf(prepared, other, "EXPLAIN ", "EXPLAIN SELECT a"), prepared);
});
