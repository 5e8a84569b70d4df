import assert from "node:assert/strict";
import { type Connection, mayChangeSettings, restoreSettings } from "../../../src/db/connection.ts";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

async function pragma(connection: Connection, name: string): Promise<unknown> {
  const [row] = await connection.query(`PRAGMA ${name}`);
  return row?.[name];
}

Deno.test("restoreSettings() puts back what a script changed, inside a transaction too", async () => {
  await using connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  for (const begin of ["SELECT 1", "BEGIN"]) {
    await connection.execute(begin);
    await connection.execute("PRAGMA legacy_alter_table = ON");
    await connection.execute("PRAGMA defer_foreign_keys = ON");
    await restoreSettings(connection);
    assert.equal(await pragma(connection, "legacy_alter_table"), 0n);
    assert.equal(await pragma(connection, "defer_foreign_keys"), 0n);
  }
});

Deno.test("mayChangeSettings() finds the word in any case and says no without it", () => {
  assert.ok(mayChangeSettings("pragma user_version = 3;"));
  assert.ok(mayChangeSettings("/* */PRAGMA legacy_alter_table=ON"));
  assert.ok(!mayChangeSettings("CREATE TABLE t (a);"));
});

Deno.test("journal_mode OFF is refused by a defensive connection", async () => {
  using folder = new TempFolder();
  await using connection = openNodeSqlite({ path: folder.file("a.db"), mode: "create" });
  await connection.execute("PRAGMA journal_mode = OFF");
  assert.equal(await pragma(connection, "journal_mode"), "delete");
});
