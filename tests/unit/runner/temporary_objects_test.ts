import assert from "node:assert/strict";
import { openDatabase } from "../../../src/db/open.ts";
import { dropTemporaryObjects } from "../../../src/runner/temporary_objects.ts";

Deno.test("dropTemporaryObjects() empties the temporary schema and leaves main alone", async () => {
  await using connection = await openDatabase({ path: ":memory:", mode: "create" });
  const statements = [
    "CREATE TABLE t(a)",
    "CREATE TEMP TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE)",
    "CREATE TEMP VIEW v AS SELECT * FROM t",
    "CREATE TEMP TRIGGER on_view INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER on_main AFTER INSERT ON main.t BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER on_temp AFTER INSERT ON temp.t BEGIN SELECT 1; END",
    "CREATE INDEX temp.i ON t(b)",
    "CREATE VIRTUAL TABLE temp.words USING fts5(body)",
  ];
  for (const sql of statements) await connection.execute(sql);
  await dropTemporaryObjects(connection, statements.join(";\n"));
  const left = await connection.query(
    "SELECT name FROM temp.sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
  );
  assert.deepEqual(left, []);
  assert.equal((await connection.query("SELECT name FROM main.sqlite_schema")).length, 1);
});
