import assert from "node:assert/strict";
import type { Connection } from "../../../src/db/connection.ts";
import { type OpenMode, openNodeSqlite } from "../../../src/db/open.ts";
import { AludelError } from "../../../src/errors.ts";
import { failure } from "../../conformance/connection.ts";
import { killedInTransaction } from "../../fixtures/killed_writer.ts";
import { asOtherUser } from "../../fixtures/other_user.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

const MODES: readonly OpenMode[] = ["create", "write", "read"];

async function make(path: string, ...statements: string[]): Promise<void> {
  await using connection = openNodeSqlite({ path, mode: "create" });
  for (const sql of statements) await connection.execute(sql);
}

async function tables(connection: Connection): Promise<unknown[]> {
  const rows = await connection.query("SELECT name FROM sqlite_schema ORDER BY name");
  return rows.map(({ name }) => name);
}

function codeOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error.code;
  }
  assert.fail("should have failed");
}

for (const mode of ["write", "read"] as const) {
  Deno.test(`openNodeSqlite() makes no file in ${mode} mode`, () => {
    using folder = new TempFolder();
    assert.equal(
      codeOf(() => openNodeSqlite({ path: folder.file("a.db"), mode })),
      "database-missing",
    );
    assert.deepEqual(folder.names(), []);
  });
}

Deno.test("openNodeSqlite() makes a file in create mode", async () => {
  using folder = new TempFolder();
  await make(folder.file("a.db"), "CREATE TABLE t (a)");
  assert.deepEqual(folder.names(), ["a.db"]);
});

for (const mode of MODES) {
  Deno.test(`openNodeSqlite() tells a folder in ${mode} mode`, () => {
    using folder = new TempFolder();
    assert.equal(codeOf(() => openNodeSqlite({ path: folder.path, mode })), "database-is-folder");
  });

  Deno.test(`openNodeSqlite() tells another kind of file in ${mode} mode`, () => {
    using folder = new TempFolder();
    const path = folder.file("a.db");
    const text = "Dear diary, this is no database.\n".repeat(50);
    Deno.writeTextFileSync(path, text);
    assert.equal(codeOf(() => openNodeSqlite({ path, mode })), "database-not-sqlite");
    assert.equal(Deno.readTextFileSync(path), text);
    assert.deepEqual(folder.names(), ["a.db"]);
  });

  Deno.test(`openNodeSqlite() reads an empty file as an empty database in ${mode} mode`, async () => {
    using folder = new TempFolder();
    const path = folder.file("a.db");
    Deno.writeTextFileSync(path, "");
    await using connection = openNodeSqlite({ path, mode });
    assert.deepEqual(await tables(connection), []);
    assert.equal(Deno.statSync(path).size, 0);
  });
}

Deno.test("openNodeSqlite() tells a missing folder from a missing file", () => {
  using folder = new TempFolder();
  const path = folder.file("no/a.db");
  assert.equal(codeOf(() => openNodeSqlite({ path, mode: "create" })), "database-folder-missing");
  assert.equal(codeOf(() => openNodeSqlite({ path, mode: "read" })), "database-missing");
});

Deno.test("openNodeSqlite() tells a damaged database", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await make(path, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
  const bytes = Deno.readFileSync(path);
  bytes.fill(0xff, 100, 200);
  Deno.writeFileSync(path, bytes);
  await using connection = openNodeSqlite({ path, mode: "read" });
  assert.equal((await failure(() => tables(connection))).resultCode, 11);
});

for (
  const name of [
    "a b.db",
    "100%.db",
    "q?mode=ro.db",
    "h#1.db",
    "Straße 世界.db",
    "it's.db",
    "%41.db",
  ]
) {
  Deno.test(`openNodeSqlite() takes the name ${name} as it is`, async () => {
    using folder = new TempFolder();
    const path = folder.file(name);
    await make(path, "CREATE TABLE t (a)");
    for (const mode of MODES) {
      await using connection = openNodeSqlite({ path, mode });
      assert.deepEqual(await tables(connection), ["t"], mode);
    }
    assert.deepEqual(folder.names(), [name]);
  });
}

Deno.test("openNodeSqlite() refuses writes in read mode", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await make(path, "CREATE TABLE t (a)");
  const before = Deno.readFileSync(path);
  await using connection = openNodeSqlite({ path, mode: "read" });
  for (const sql of ["CREATE TABLE u (a)", "INSERT INTO t VALUES (1)", "DROP TABLE t"]) {
    assert.equal((await failure(() => connection.execute(sql))).resultCode, 8, sql);
  }
  assert.deepEqual(Deno.readFileSync(path), before);
});

Deno.test("openNodeSqlite() sets everything that a revision may count on", async () => {
  await using connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  const settings = ["foreign_keys", "recursive_triggers", "legacy_alter_table", "query_only"];
  for (const name of [...settings, "defer_foreign_keys", "ignore_check_constraints"]) {
    assert.deepEqual(await connection.query(`PRAGMA ${name}`), [{ [name]: 0n }]);
  }
  await connection.execute("CREATE TABLE t (a)");
  await connection.execute("PRAGMA writable_schema = ON");
  await failure(() => connection.execute("UPDATE sqlite_schema SET sql = ''"));
});

Deno.test("openNodeSqlite() reads double quotes as names unless told otherwise", async () => {
  await using strict = openNodeSqlite({ path: ":memory:", mode: "create" });
  await failure(() => strict.execute(`SELECT "text"`));
  await using lax = openNodeSqlite({
    path: ":memory:",
    mode: "create",
    doubleQuotedStrings: true,
  });
  assert.deepEqual(await lax.query(`SELECT "text" AS t`), [{ t: "text" }]);
  await lax.execute(`CREATE TABLE t (a DEFAULT "text")`);
  await lax.execute(`CREATE VIEW v AS SELECT "text" AS t`);
});

Deno.test("openNodeSqlite() opens a locked database to write, and says busy to look", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await make(path, "CREATE TABLE t (a)");
  await using holder = openNodeSqlite({ path, mode: "write" });
  await holder.execute("BEGIN EXCLUSIVE");
  assert.equal(codeOf(() => openNodeSqlite({ path, mode: "read" })), "database-busy");
  await using waiting = openNodeSqlite({ path, mode: "write" });
  assert.ok((await failure(() => waiting.execute("BEGIN IMMEDIATE"))).busy);
  await holder.execute("COMMIT");
  await waiting.execute("BEGIN IMMEDIATE");
});

for (const mode of ["write", "read"] as const) {
  Deno.test(`openNodeSqlite() plays back what a killed writer left, in ${mode} mode`, async () => {
    using folder = new TempFolder();
    const path = folder.file("a.db");
    await make(path, "CREATE TABLE t (a)", "INSERT INTO t VALUES ('kept')");
    await killedInTransaction(path, "UPDATE t SET a = 'torn'");
    assert.deepEqual(folder.names(), ["a.db", "a.db-journal"]);
    await using connection = openNodeSqlite({ path, mode });
    assert.deepEqual(await connection.query("SELECT a FROM t"), [{ a: "kept" }]);
    assert.deepEqual(await connection.query("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
    assert.deepEqual(folder.names(), ["a.db"]);
  });
}

Deno.test("openNodeSqlite() reads what a killed writer committed to the log only", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await make(path, "PRAGMA journal_mode = WAL", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
  await killedInTransaction(path, "UPDATE t SET a = 3", ["UPDATE t SET a = 2"]);
  assert.deepEqual(folder.names(), ["a.db", "a.db-shm", "a.db-wal"]);
  await using connection = openNodeSqlite({ path, mode: "read" });
  assert.deepEqual(await connection.query("SELECT a FROM t"), [{ a: 2n }]);
});

// What another user may not do is asked as another user: the tests may run as root, who may do everything.

const OPEN_AND_READ = `
  import { openNodeSqlite } from "./src/db/open.ts";
  const [path, mode] = Deno.args;
  try {
    const connection = openNodeSqlite({ path, mode });
    console.log(JSON.stringify(await connection.query("SELECT a FROM t")));
    await connection.execute("INSERT INTO t VALUES ('new')");
    console.log("written");
  } catch (error) {
    console.log(error.code ?? error.sqlite);
  }`;

const cases: readonly {
  readonly title: string;
  readonly setUp: readonly string[];
  readonly fileMode: number;
  readonly folderMode: number;
  readonly read: string;
  readonly write: string;
}[] = [
  {
    title: "a read-only file",
    setUp: [],
    fileMode: 0o444,
    folderMode: 0o777,
    read: '[{"a":"x"}]\nattempt to write a readonly database\n',
    write: '[{"a":"x"}]\nattempt to write a readonly database\n',
  },
  {
    title: "a read-only folder",
    setUp: [],
    fileMode: 0o444,
    folderMode: 0o555,
    read: '[{"a":"x"}]\nattempt to write a readonly database\n',
    write: '[{"a":"x"}]\nattempt to write a readonly database\n',
  },
  {
    title: "a database in WAL mode in a read-only folder",
    setUp: ["PRAGMA journal_mode = WAL"],
    fileMode: 0o444,
    folderMode: 0o555,
    read: '[{"a":"x"}]\nattempt to write a readonly database\n',
    write: "database-readonly\n",
  },
  {
    title: "a file without permission to read",
    setUp: [],
    fileMode: 0o000,
    folderMode: 0o755,
    read: "database-unreadable\n",
    write: "database-unreadable\n",
  },
];
for (const { title, setUp, fileMode, folderMode, ...expected } of cases) {
  Deno.test({
    name: `openNodeSqlite() makes the best of ${title}`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      using folder = new TempFolder();
      const path = folder.file("a.db");
      await make(path, ...setUp, "CREATE TABLE t (a)", "INSERT INTO t VALUES ('x')");
      Deno.chmodSync(path, fileMode);
      Deno.chmodSync(folder.path, folderMode);
      try {
        for (const mode of ["read", "write"] as const) {
          assert.equal(await asOtherUser(OPEN_AND_READ, [path, mode]), expected[mode], mode);
        }
      } finally {
        Deno.chmodSync(folder.path, 0o755);
      }
    },
  });
}

Deno.test("openNodeSqlite() works where Deno's permissions name folders", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await make(path, "CREATE TABLE t (a)");
  const script = `
    import { openNodeSqlite } from "./src/db/open.ts";
    for (const mode of ["create", "write", "read"]) {
      await using connection = openNodeSqlite({ path: Deno.args[0], mode });
      await connection.query("SELECT a FROM t");
    }
    try {
      openNodeSqlite({ path: "/elsewhere.db", mode: "create" });
    } catch (error) {
      console.log(error.code);
    }`;
  const main = folder.file("main.ts");
  const source = new URL("../../../src/", import.meta.url).href;
  Deno.writeTextFileSync(main, script.replace("./src/", source));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", `--allow-read=${folder.path}`, `--allow-write=${folder.path}`, main, path],
    stderr: "inherit",
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "database-unreadable\n");
});
