import assert from "node:assert/strict";
import { findBroken } from "../../../src/project/author/autogenerate.ts";
import { databaseOf } from "../schema/schema_of.ts";

Deno.test("findBroken() names the views and triggers that SQLite cannot compile, and changes nothing", async () => {
  await using connection = await databaseOf(
    "CREATE TABLE t (a)",
    "CREATE VIEW good AS SELECT a FROM t",
    "CREATE VIEW v AS SELECT * FROM nowhere",
    'CREATE VIEW "v 2" AS SELECT * FROM v',
    "CREATE VIEW gone_column AS SELECT zzz FROM t",
    "CREATE TRIGGER ok AFTER INSERT ON t BEGIN SELECT new.a; END",
    "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM nowhere; END",
  );
  const before = await connection.query("SELECT * FROM sqlite_schema");
  assert.deepEqual(
    [...await findBroken(connection)].sort(),
    ["trigger g", "view gone_column", "view v", "view v 2"],
  );
  assert.deepEqual(await connection.query("SELECT * FROM sqlite_schema"), before);
});
