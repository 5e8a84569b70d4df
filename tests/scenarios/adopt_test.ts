import assert from "node:assert/strict";
import { sqlite3, temporaryFolder } from "./cli.ts";

const AWKWARD = `
CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" TEXT, g AS (id * 2) STORED) STRICT;
CREATE TABLE c (p REFERENCES p (id) ON DELETE CASCADE, q REFERENCES gone);
CREATE INDEX i ON c (p) WHERE q IS NOT NULL;
CREATE VIEW broken AS SELECT * FROM missing;
CREATE VIEW v AS SELECT "a b" FROM p;
CREATE VIRTUAL TABLE f USING fts5(body, content='p', content_rowid='id');
CREATE TRIGGER ins AFTER INSERT ON c BEGIN UPDATE p SET "a b" = 'x' WHERE id = new.p; END;
CREATE TRIGGER iv INSTEAD OF DELETE ON v BEGIN SELECT 1; END;
INSERT INTO p ("a b") VALUES ('kept');
ANALYZE;
`;

Deno.test("init --from adopts a database with everything in it", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/old.db`;
  await sqlite3(database, AWKWARD.replace(" STRICT", ""));
  const before = await sqlite3(database, "SELECT sql FROM sqlite_schema ORDER BY name");
  await folder.done("init", "--from", "old.db");
  assert.deepEqual(JSON.parse(folder.read("aludel.json")), { database: "old.db" });
  assert.equal(
    await sqlite3(
      database,
      "SELECT sql FROM sqlite_schema WHERE tbl_name NOT LIKE 'aludel%' ORDER BY name",
    ),
    before,
  );
  assert.equal(await sqlite3(database, "SELECT * FROM p"), "1|kept|2");
  assert.equal(await sqlite3(database, "SELECT kind FROM aludel_revision"), "stamped");
  assert.equal(
    await sqlite3(database, "SELECT event, details FROM aludel_log"),
    'baseline|{"tables":2}',
  );
  await folder.done("check");
  await folder.done("lint");
  assert.equal(await folder.done("diff", "old.db", "head"), "");
  assert.equal(await folder.done("diff", "old.db", "schema.sql"), "");
  await folder.done("upgrade", "head", "-d", "new.db");
  assert.equal(await folder.done("diff", "old.db", "new.db"), "");
});

Deno.test("init --from goes on from there with autogenerate", async () => {
  using folder = temporaryFolder();
  await sqlite3(`${folder.path}/old.db`, AWKWARD.replace(" STRICT", ""));
  await folder.done("init", "--from", "old.db");
  const schema = folder.read("schema.sql");
  folder.write("schema.sql", schema.replace('"a b" TEXT,', '"a b" TEXT DEFAULT 1,'));
  await folder.done("revision", "--autogenerate", "-m", "default");
  await folder.done("upgrade", "head");
  assert.equal(await sqlite3(`${folder.path}/old.db`, "SELECT * FROM p"), "1|kept|2");
  await folder.done("check");
  assert.equal(await folder.done("diff", "old.db", "schema.sql"), "");
});

Deno.test("init --from switches double-quoted strings on for a schema that needs them", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/old.db`;
  await sqlite3(database, `CREATE TABLE t (a CHECK (a <> "bad")); CREATE INDEX i ON t (a, "x");`);
  await folder.done("init", "--from", "old.db");
  assert.equal(JSON.parse(folder.read("aludel.json")).doubleQuotedStrings, true);
  await folder.done("check");
});

Deno.test("init --from leaves a managed database and a project with revisions alone", async () => {
  using folder = temporaryFolder();
  await sqlite3(`${folder.path}/old.db`, "CREATE TABLE t (a)");
  assert.match(
    (await folder.aludel("init", "--from", "no.db")).stderr,
    /error\[database-missing\]/,
  );
  await folder.done("init", "--from", "old.db");
  assert.match((await folder.aludel("init", "--from", "old.db")).stderr, /error\[adopt-recorded\]/);
  await sqlite3(`${folder.path}/other.db`, "CREATE TABLE t (a)");
  const outcome = await folder.aludel("init", "--from", "other.db");
  assert.match(outcome.stderr, /error\[adopt-revisions\]/);
  assert.equal(
    await sqlite3(`${folder.path}/other.db`, "SELECT count(*) FROM sqlite_schema"),
    "1",
  );
});

Deno.test("init --from keeps a schema.sql that is there", async () => {
  using folder = temporaryFolder();
  await sqlite3(`${folder.path}/old.db`, "CREATE TABLE t (a)");
  folder.write("schema.sql", "CREATE TABLE t (a, b);\n");
  await folder.done("init", "--from", "old.db");
  assert.equal(folder.read("schema.sql"), "CREATE TABLE t (a, b);\n");
  assert.equal((await folder.aludel("check")).stdout, "+ add column t.b\n");
});
