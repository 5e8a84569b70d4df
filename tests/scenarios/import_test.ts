import assert from "node:assert/strict";
import { importFixtures, unpackImportFixture } from "../fixtures/import_fixture.ts";
import { sqlite3, temporaryFolder } from "./cli.ts";

const ROWS = "SELECT group_concat(name), (SELECT group_concat(title) FROM posts) FROM users";
const KEPT = "Ada,Grace|Hello,World";

for (const name of importFixtures()) {
  Deno.test(`import takes over a project of ${name}, and Aludel goes on with it`, async () => {
    using folder = temporaryFolder();
    const database = await unpackImportFixture(name, folder);
    const path = `${folder.path}/${database}`;
    const tool = name.replace(/-\d.*$/, "");
    const before = await sqlite3(path, ".dump");
    const dry = JSON.parse(await folder.prepare("import", "--dry-run", "--json", "-d", database));
    assert.equal(dry.tool, tool);
    assert.equal(folder.has("aludel.json"), false);
    assert.equal(await sqlite3(path, ".dump"), before);

    const answer = JSON.parse(await folder.prepare("import", "--json", "-d", database));
    const applied = answer.revisions.filter((one: { isApplied: boolean }) => one.isApplied);
    assert.equal(applied.length, answer.revisions.length - 1);
    assert.deepEqual(answer.stamped, applied.map(({ id }: { id: string }) => id));
    for (const [index, { parents }] of answer.revisions.entries()) {
      assert.deepEqual(parents, index === 0 ? [] : [answer.revisions[index - 1].id]);
    }
    // The other tool's own records are as they were.
    const after = await sqlite3(path, ".dump");
    for (const line of before.split("\n")) assert.ok(after.includes(line), line);

    await folder.prepare("verify", "-d", database);
    await folder.prepare("check");
    assert.equal((await folder.inProcess("status", "-d", database)).code, 3);
    await folder.prepare("upgrade", "head", "-d", database);
    assert.equal(await sqlite3(path, ROWS), KEPT);
    assert.equal((await folder.inProcess("status", "-d", database)).code, 0);
    await folder.prepare("downgrade", "-1", "-d", database);
    assert.equal(await sqlite3(path, ROWS), KEPT);
    assert.equal((await folder.inProcess("status", "-d", database)).code, 3);
    await folder.prepare("verify", "-d", database, "--drift");

    const again = await folder.inProcess("import", "-d", database);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /Nothing to do/);
  });

  Deno.test(`import writes nothing for ${name} if the database is not what the files lead to`, async () => {
    using folder = temporaryFolder();
    const database = await unpackImportFixture(name, folder);
    await sqlite3(`${folder.path}/${database}`, "ALTER TABLE posts ADD COLUMN by_hand");
    const { code, stderr } = await folder.inProcess("import", "-d", database);
    assert.equal(code, 1);
    assert.match(stderr, /error\[import-differs\][^]*by_hand[^]*Nothing was written/);
    assert.equal(folder.has("aludel.json"), false);
    assert.equal(
      await sqlite3(
        `${folder.path}/${database}`,
        "SELECT count(*) FROM pragma_table_list('aludel_meta')",
      ),
      "0",
    );
  });

  Deno.test(`import takes over the files of ${name} in a clone without a database`, async () => {
    using folder = temporaryFolder();
    const database = await unpackImportFixture(name, folder);
    Deno.removeSync(`${folder.path}/${database}`);
    const { code, stderr } = await folder.inProcess("import");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /No database is named: only the files/);
    assert.match(stderr, /next: aludel import -d PATH .*\nnext: aludel status\n/);
    await folder.prepare("upgrade", "head", "-d", "new.db");
    await folder.prepare("check");
  });
}

Deno.test("import run again takes what is new, and records what the other tool has applied since", async () => {
  using folder = temporaryFolder();
  const database = await unpackImportFixture("dbmate", folder);
  const path = `${folder.path}/${database}`;
  await folder.prepare("import", "-d", database);
  folder.write(
    "db/migrations/20240215120000_late.sql",
    "-- migrate:up\nCREATE TABLE late (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE late;\n",
  );
  // As dbmate does it, for the pending one and the late one.
  await sqlite3(path, "CREATE TABLE late (id INTEGER PRIMARY KEY)");
  await sqlite3(path, "ALTER TABLE posts ADD COLUMN likes INTEGER NOT NULL DEFAULT 0");
  await sqlite3(
    path,
    "INSERT INTO schema_migrations VALUES ('20240215120000'), ('20240301120000')",
  );
  const answer = JSON.parse(await folder.prepare("import", "--json"));
  assert.deepEqual(
    answer.revisions.filter((one: { isNew: boolean }) => one.isNew).map((one: { id: string }) =>
      one.id
    ),
    ["20240215120000"],
  );
  // It is a branch beside what is there already, whose parents are sealed.
  assert.deepEqual(answer.revisions[2].parents, ["20240201120000"]);
  assert.deepEqual(answer.stamped, ["20240215120000", "20240301120000"]);
  assert.equal(
    (await folder.prepare("current")).split("\n").filter((line) => line !== "").length,
    2,
  );
  await folder.prepare("verify", "--drift");
  folder.write(
    "db/migrations/20240401120000_next.sql",
    "-- migrate:up\nCREATE TABLE next (x);\n-- migrate:down\nDROP TABLE next;\n",
  );
  const next = JSON.parse(await folder.prepare("import", "--json"));
  assert.deepEqual(next.revisions[4].parents, ["20240215120000", "20240301120000"]);
  await folder.prepare("upgrade", "head");
  assert.equal((await folder.inProcess("status")).code, 0);
});

Deno.test("import records only what is applied, if the other tool has applied a late file and no later one", async () => {
  using folder = temporaryFolder();
  const database = await unpackImportFixture("dbmate", folder);
  const path = `${folder.path}/${database}`;
  await folder.prepare("import", "-d", database);
  folder.write(
    "db/migrations/20240215120000_late.sql",
    "-- migrate:up\nCREATE TABLE late (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE late;\n",
  );
  await sqlite3(path, "CREATE TABLE late (id INTEGER PRIMARY KEY)");
  await sqlite3(path, "INSERT INTO schema_migrations VALUES ('20240215120000')");
  const answer = JSON.parse(await folder.prepare("import", "--json"));
  assert.deepEqual(answer.stamped, ["20240215120000"]);
  await folder.prepare("verify", "--drift");
  await folder.prepare("upgrade", "heads");
  // What Aludel has applied is not forgotten when the other tool goes on.
  await sqlite3(path, "CREATE TABLE more (x)");
  await sqlite3(path, "INSERT INTO schema_migrations VALUES ('20240216120000')");
  folder.write(
    "db/migrations/20240216120000_more.sql",
    "-- migrate:up\nCREATE TABLE more (x);\n-- migrate:down\nDROP TABLE more;\n",
  );
  await folder.prepare("import");
  await folder.prepare("verify", "--drift");
  assert.match(
    await sqlite3(path, "SELECT group_concat(id) FROM aludel_revision"),
    /20240301120000/,
  );
});

Deno.test("import reads the records from the table that is named, and leaves it out of the schema", async () => {
  using folder = temporaryFolder();
  const database = await unpackImportFixture("goose", folder);
  await sqlite3(`${folder.path}/${database}`, "ALTER TABLE goose_db_version RENAME TO done");
  assert.match(
    (await folder.inProcess("import", "-d", database)).stderr,
    /error\[import-state\].*no table "goose_db_version"/,
  );
  await folder.prepare("import", "-d", database, "--table", "done");
  assert.deepEqual(JSON.parse(folder.read("aludel.json")).exclude, ["done"]);
  await folder.prepare("upgrade", "head");
  await folder.prepare("verify", "--drift");
});

Deno.test("import refuses a file that was edited after it was taken over", async () => {
  using folder = temporaryFolder();
  const database = await unpackImportFixture("dbmate", folder);
  await folder.prepare("import", "-d", database);
  const file = "db/migrations/20240201120000_create_posts.sql";
  const text = folder.read(file);
  folder.write(file, text.replace("title TEXT", "title  TEXT -- shown"));
  assert.match((await folder.inProcess("import")).stderr, /other spaces or comments/);
  folder.write(file, text.replace("title TEXT", "title TEXT NOT NULL"));
  const { code, stderr } = await folder.inProcess("import");
  assert.equal(code, 1);
  assert.match(stderr, /error\[import-edited\].*20240201120000/);
});

Deno.test("import refuses records that cannot be taken over, and says why", async () => {
  const cases = [
    ["golang-migrate", "UPDATE schema_migrations SET dirty = 1", /Version 2 is dirty/],
    [
      "sqlx",
      "UPDATE _sqlx_migrations SET success = 0 WHERE version = 20240201120000",
      /failed half-way/,
    ],
    [
      "flyway",
      "UPDATE flyway_schema_history SET success = 0 WHERE version = '1.1'",
      /failed half-way/,
    ],
    [
      "prisma",
      "UPDATE _prisma_migrations SET rolled_back_at = NULL, finished_at = NULL",
      /did not finish/,
    ],
    ["dbmate", "INSERT INTO schema_migrations VALUES ('20231231000000')", /whose file is missing/],
    [
      "dbmate",
      "DELETE FROM schema_migrations WHERE version LIKE '202401%'",
      /but not "20240101120000"/,
    ],
    ["dbmate", "DROP TABLE schema_migrations", /no table "schema_migrations"/],
    [
      "golang-migrate",
      "ALTER TABLE schema_migrations DROP COLUMN dirty",
      /is not one of golang-migrate/,
    ],
  ] as const;
  for (const [name, sql, fact] of cases) {
    using folder = temporaryFolder();
    const database = await unpackImportFixture(name, folder);
    await sqlite3(`${folder.path}/${database}`, sql);
    const { code, stderr } = await folder.inProcess("import", "-d", database);
    assert.equal(code, 1);
    assert.match(stderr, /error\[import-state\]/, name);
    assert.match(stderr, fact);
    assert.equal(folder.has("aludel.json"), false);
  }
});

Deno.test("import holds a tool's checksums against the files as the tool itself does", async () => {
  const edited = async (name: string, file: string, change: (text: string) => string) => {
    using folder = temporaryFolder();
    const database = await unpackImportFixture(name, folder);
    folder.write(file, change(folder.read(file)));
    return await folder.inProcess("import", "-d", database);
  };
  const comment = (text: string) => `-- a comment\n${text}`;
  for (
    const [name, file] of [
      ["sqlx", "migrations/20240101120000_create_users.up.sql"],
      ["refinery", "migrations/V1__create_users.sql"],
      ["flyway", "sql/V1__create_users.sql"],
    ] as const
  ) {
    const { code, stderr } = await edited(name, file, comment);
    assert.equal(code, 1);
    assert.match(stderr, /error\[import-edited\]/, name);
    const crlf = await edited(name, file, (text) => text.replaceAll("\n", "\r\n"));
    assert.equal(crlf.code, 0, crlf.stderr);
  }
  const prisma = await edited(
    "prisma",
    "prisma/migrations/20240101120000_create_users/migration.sql",
    comment,
  );
  assert.equal(prisma.code, 0);
  assert.match(prisma.stderr, /has changed since Prisma Migrate applied it/);
});

Deno.test("import names what cannot be taken over, at its place in the other tool's file", async () => {
  using folder = temporaryFolder();
  folder.write("sql/V1__a.sql", "BEGIN;\nCREATE TABLE a (x);\nCOMMIT;\nCREATE TABEL b (x);\n");
  const wrong = await folder.inProcess("import");
  assert.match(wrong.stderr, /error\[import-file\][^]*sql\/V1__a.sql:4:8/);
  folder.write("sql/V1__a.sql", "CREATE TABLE a (x);\n");
  folder.write("sql/R__views.sql", "CREATE VIEW v AS SELECT 1;\n");
  assert.match((await folder.inProcess("import")).stderr, /whenever it changes[^]*R__views.sql/);
  assert.equal(folder.has("aludel.json"), false);
});

Deno.test("import asks which tool it is if the files do not decide, and finds none", async () => {
  using folder = temporaryFolder();
  assert.match((await folder.inProcess("import")).stderr, /error\[import-tool\]/);
  assert.match((await folder.inProcess("import", "dbmat")).stderr, /next: aludel import dbmate/);
  folder.write("one/1_a.sql", "-- +goose Up\nCREATE TABLE a (x);\n");
  folder.write("two/1_a.sql", "-- migrate:up\nCREATE TABLE a (x);\n");
  assert.match(
    (await folder.inProcess("import")).stderr,
    /error\[import-ambiguous\][^]*next: aludel import dbmate --source two/,
  );
  await folder.prepare("import", "--source", "two");
  assert.deepEqual(JSON.parse(folder.read("aludel.json")), {});
});

Deno.test("import takes the parents of Drizzle 1.0 from its snapshots, and asks for a merge", async () => {
  using folder = temporaryFolder();
  const write = (name: string, id: string, prevIds: string[], table: string) => {
    const snapshot = { version: "7", dialect: "sqlite", id, prevIds };
    folder.write(`drizzle/${name}/snapshot.json`, JSON.stringify(snapshot));
    folder.write(`drizzle/${name}/migration.sql`, `CREATE TABLE ${table} (id integer)`);
  };
  write("20260101000000_base", "a", ["00000000-0000-0000-0000-000000000000"], "a");
  write("20260102000000_left", "b", ["a"], "b");
  write("20260103000000_right", "c", ["a"], "c");
  const { stderr } = await folder.inProcess("import");
  assert.match(stderr, /next: aludel merge heads/);
  write("20260104000000_both", "d", ["b", "c"], "d");
  await folder.prepare("import");
  assert.match(await folder.prepare("heads"), /^20260104000000/);
  await folder.prepare("upgrade", "head", "-d", "new.db");
});

Deno.test("import keeps settings that are there, and puts revisions beside the other tool's files", async () => {
  using folder = temporaryFolder();
  await unpackImportFixture("wrangler", folder);
  folder.write("aludel.json", '{ "migrations": "schema/revisions" }\n');
  await folder.prepare("import", "--json");
  assert.ok(folder.has("schema/revisions/manifest.json"));
  using other = temporaryFolder();
  await unpackImportFixture("wrangler", other);
  await other.prepare("import");
  assert.deepEqual(JSON.parse(other.read("aludel.json")), {
    database: (await other.prepare("current", "--json")).match(/\.wrangler[^"]*/)![0],
    migrations: "revisions",
  });
  assert.ok(other.has("revisions/manifest.json"));
});

Deno.test("import --baseline takes over the schema alone, in a folder with another tool's files", async () => {
  using folder = temporaryFolder();
  const database = await unpackImportFixture("golang-migrate", folder);
  await folder.prepare("import", "--baseline", "-d", database);
  assert.ok(folder.has("revisions/manifest.json"));
  await folder.prepare("check");
  await folder.prepare("verify");
  assert.equal((await folder.inProcess("import", "dbmate", "--baseline")).code, 2);
});

Deno.test("import into a project that began with a baseline says what to do, and writes nothing", async () => {
  using folder = temporaryFolder();
  const database = await unpackImportFixture("dbmate", folder);
  await folder.prepare("import", "--baseline", "-d", database);
  const before = folder.read("migrations/manifest.json");
  const { code, stderr } = await folder.inProcess("import");
  assert.equal(code, 1);
  assert.match(stderr, /error\[import-beside\][^]*baseline[^]*users[^]*Nothing was written/);
  assert.match(stderr, /Stay with these revisions[^]*stamp base --purge/);
  assert.equal(folder.read("migrations/manifest.json"), before);
});

Deno.test("import plans the way back that a tool does not have, but for a migration that writes rows", async () => {
  using folder = temporaryFolder();
  const migration = (name: string, sql: string) =>
    folder.write(`prisma/migrations/${name}/migration.sql`, sql);
  folder.write("prisma/migrations/migration_lock.toml", 'provider = "sqlite"\n');
  migration("20240101000000_init", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n");
  migration("20240102000000_seed", "INSERT INTO users VALUES (1, 'root');\n");
  migration(
    "20240103000000_fill",
    "ALTER TABLE users ADD COLUMN n INT;\nUPDATE users SET n = 1;\n",
  );
  migration(
    "20240104000000_rebuild",
    "CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'x', n INT);\n" +
      "INSERT INTO new_users SELECT * FROM users;\nDROP TABLE users;\nALTER TABLE new_users RENAME TO users;\n",
  );
  migration("20240105000000_nothing", "-- Nothing\n");
  const { revisions } = JSON.parse(await folder.prepare("import", "--json"));
  assert.deepEqual(revisions.map((one: { hasDown: boolean }) => one.hasDown), [
    true,
    false,
    false,
    true,
    false,
  ]);
  await folder.prepare("upgrade", "20240104000000", "-d", "app.db");
  await folder.prepare("downgrade", "-1", "-d", "app.db");
  const path = `${folder.path}/app.db`;
  assert.equal(await sqlite3(path, "SELECT * FROM users"), "1|root|1");
  assert.doesNotMatch(await sqlite3(path, ".schema users"), /DEFAULT/);

  // What is planned, or written since, is no edit of the tool's file; another up is.
  const again = await folder.inProcess("import");
  assert.match(again.stderr, /Nothing to do/);
  const dir = JSON.parse(folder.read("migrations/manifest.json")).revisions[0].dir;
  folder.write(`migrations/${dir}/down.sql`, "DROP TABLE IF EXISTS users;\n");
  await folder.prepare("seal", "--force", "20240101000000");
  await folder.prepare("import");
  migration("20240101000000_init", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n");
  const edited = await folder.inProcess("import");
  assert.match(edited.stderr, /error\[import-edited\]/);
});

Deno.test("import in a project on D1 says how its database is named", async () => {
  using folder = temporaryFolder();
  folder.write("drizzle/0000_init.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n");
  folder.write(
    "drizzle/meta/_journal.json",
    '{"dialect":"sqlite","entries":[{"idx":0,"when":1690000000000,"tag":"0000_init"}]}\n',
  );
  folder.write(
    "wrangler.toml",
    '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "shop"\nmigrations_dir = "drizzle"\n',
  );
  // Wrangler applies Drizzle's files here: which of the two has, the database says.
  const several = await folder.inProcess("import");
  assert.match(
    several.stderr,
    /error\[import-ambiguous\][^]*next: aludel import -d d1:\/\/shop {3}# its records decide/,
  );
  const bare = await folder.inProcess("import", "-d", "shop");
  assert.match(
    bare.stderr,
    /error\[database-missing\][^]*at Cloudflare[^]*next: aludel import -d d1:\/\/shop/,
  );
  assert.equal(folder.has("aludel.json"), false);
  const { stderr } = await folder.inProcess("import", "wrangler");
  assert.match(stderr, /To take over what Cloudflare's has: -d d1:\/\/shop/);
});
