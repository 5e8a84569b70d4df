import assert from "node:assert/strict";
import { aludel, aludelCommand, run } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;

/** Runs a command as one whom file permissions bind, also where the tests run as root. */
async function asOrdinaryUser(project: RunProject, ...args: string[]) {
  const words = [...aludelCommand(), ...args];
  if (!isRoot) return await run(words[0]!, words.slice(1), { cwd: project.path });
  // Root without the right to pass over permissions: another user could not read Deno's cache.
  const limits = "--bounding-set=-dac_override,-dac_read_search";
  return await run("setpriv", [limits, ...words], { cwd: project.path });
}

function oneRevision(): RunProject {
  const project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "DROP TABLE t;");
  return project;
}

Deno.test("a file that is no SQLite database is left as it is", async () => {
  using project = oneRevision();
  const text = "These are my notes, and they are long enough to be taken for a page. ".repeat(50);
  project.write("app.db", text);
  for (const words of [["upgrade"], ["upgrade", "--dry-run"], ["downgrade", "base"]]) {
    const { stderr } = await project.fails(1, ...words);
    assert.match(stderr, /error\[database-not-sqlite\]: File "app\.db" is not an SQLite database/);
  }
  assert.equal(project.read("app.db"), text);
});

Deno.test("an empty file, and a database with other tables only, take their first revision", async () => {
  using project = oneRevision();
  project.write("app.db", "");
  await project.done("upgrade");
  using other = oneRevision();
  await other.sql("CREATE TABLE mine(a); INSERT INTO mine VALUES (1);");
  await other.done("upgrade", "--dry-run");
  assert.equal(await other.sql("SELECT count(*) FROM sqlite_schema"), "1");
  await other.done("upgrade");
  assert.equal(await other.sql("SELECT a FROM mine"), "1");
});

Deno.test("state tables of a newer Aludel, and strange ones of that name, are refused untouched", async () => {
  using project = oneRevision();
  await project.done("upgrade");
  await project.sql("UPDATE aludel_meta SET value = '99' WHERE key = 'format'");
  const before = await project.sql(".dump");
  for (const words of [["upgrade"], ["downgrade", "base"], ["redo"]]) {
    const { stderr } = await project.fails(1, ...words);
    assert.match(stderr, /error\[state-newer-format\](.|\n)*next: Update Aludel/);
  }
  assert.equal(await project.sql(".dump"), before);
  using strange = oneRevision();
  await strange.sql("CREATE TABLE aludel_log(x)");
  assert.match((await strange.fails(1, "upgrade")).stderr, /error\[state-foreign-tables\]/);
});

Deno.test("a damaged database is an error and not a bug", async () => {
  using project = oneRevision();
  await project.sql(
    "CREATE TABLE a(x); CREATE TABLE b(y); INSERT INTO a VALUES (zeroblob(20000));",
  );
  const file = Deno.openSync(project.database, { write: true });
  file.seekSync(100, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(400).fill(0x5a));
  file.close();
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[database-corrupt\]/);
});

Deno.test("a definition that only another SQLite knows is no damage", async () => {
  using project = oneRevision();
  await project.sql(
    `CREATE TABLE t (id INTEGER PRIMARY KEY);
     PRAGMA writable_schema = on;
     UPDATE sqlite_schema SET sql = sql || ' RANDOM ROWID' WHERE name = 't';`,
  );
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[database-other-sqlite\]: .* defines "t" in a way/);
  assert.doesNotMatch(stderr, /restore a backup/);
});

Deno.test({
  name: "a read-only file or folder is an error that says so, and nothing is run",
  ignore: Deno.build.os === "windows",
  async fn() {
    using project = oneRevision();
    project.add("a2", "CREATE TABLE u(a);");
    await project.done("upgrade", "a1");
    Deno.chmodSync(project.database, 0o444);
    const file = await asOrdinaryUser(project, "upgrade");
    assert.equal(file.code, 1, file.stderr);
    assert.match(file.stderr, /error\[database-readonly\]: Database "app\.db" cannot be written/);
    assert.match(file.stderr, /the database is unchanged/);
    Deno.chmodSync(project.database, 0o644);
    Deno.chmodSync(project.path, 0o555);
    try {
      const folder = await asOrdinaryUser(project, "upgrade");
      assert.equal(folder.code, 1, folder.stderr);
      assert.match(folder.stderr, /error\[database-(readonly|unreadable)\]/);
    } finally {
      Deno.chmodSync(project.path, 0o755);
    }
    assert.equal(await project.applied(), "a1");
  },
});

Deno.test("a hot journal that a crash left is played back by looking and by running", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a); INSERT INTO t VALUES ('kept');");
  await project.done("upgrade");
  for (const words of [["upgrade", "--dry-run"], ["show", "a1"], ["upgrade"]]) {
    // The shell is stopped in the middle of a transaction that has already written to the file.
    await run("bash", [
      "-c",
      `sqlite3 app.db "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE; UPDATE t SET a = 'torn';
         CREATE TABLE big(x); INSERT INTO big WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
           SELECT randomblob(500) FROM n;" ".shell kill -9 \\$PPID" || true`,
    ], { cwd: project.path });
    assert.ok(project.has("app.db-journal"), "the shell left no journal");
    await project.done(...words);
    assert.equal(project.has("app.db-journal"), false, words.join(" "));
    assert.equal(await project.sql("SELECT a FROM t; PRAGMA integrity_check"), "kept\nok");
  }
});

Deno.test("a folder that is missing, and a folder where the file should be, are named", async () => {
  using project = oneRevision();
  const missing = await project.fails(1, "upgrade", "--database", "data/app.db");
  assert.match(
    missing.stderr,
    /error\[database-folder-missing\](.|\n)*Nothing was run(.|\n)*next: mkdir -p/,
  );
  assert.doesNotMatch(missing.stderr, /rolled back/);
  const folder = await project.fails(1, "upgrade", "--database", "migrations");
  assert.match(folder.stderr, /error\[database-is-folder\]/);
});

Deno.test("an upgrade that fails leaves no state tables in a database that had none", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a); SELECT nope;");
  await project.sql("CREATE TABLE mine(a)");
  await project.fails(1, "upgrade");
  assert.equal(await project.sql("SELECT group_concat(name) FROM sqlite_schema"), "mine");
});

Deno.test("a database whose URL says mode=ro is looked at and never written", async () => {
  using project = oneRevision();
  await project.done("upgrade");
  await project.done("backup");
  project.add("a2", "CREATE TABLE u(a);");
  const before = Deno.readFileSync(project.database);
  for (
    const words of [["upgrade"], ["downgrade", "base"], ["stamp", "a2"], ["restore"], ["redo"]]
  ) {
    for (const url of ["file:app.db?mode=ro", "sqlite:app.db?immutable=1"]) {
      const { stderr } = await project.fails(1, ...words, "-d", url);
      assert.match(stderr, /error\[database-readonly\]: Database "app\.db" is named as read-only/);
    }
  }
  const current = await project.done("current", "-d", "file:app.db?mode=ro");
  assert.match(current, /^a1/);
  await project.done("upgrade", "--rehearse", "-d", "file:app.db?mode=ro");
  assert.deepEqual(Deno.readFileSync(project.database), before);
});

Deno.test("a database whose URL says mode=rw is not created", async () => {
  using project = oneRevision();
  const { stderr } = await project.fails(1, "upgrade", "-d", "file:app.db?mode=rw");
  assert.match(
    stderr,
    /error\[database-missing\](.|\n)*mode=rw(.|\n)*next: aludel upgrade -d app\.db /,
  );
  assert.ok(!project.has("app.db"));
  await project.done("upgrade");
  await project.done("downgrade", "base", "-d", "file:app.db?mode=rw");
});

Deno.test("upgrade works on the file that DATABASE_URL means", async () => {
  for (
    const [url, file] of [
      ["sqlite+aiosqlite:///./data/app.db", "data/app.db"],
      ["sqlite+aiosqlite:///data/app.db", "data/app.db"],
      ["jdbc:sqlite:jdbc.db", "jdbc.db"],
      ["~/home.db", "home/home.db"],
      ["sqlite:my%20app.db", "my app.db"],
      ...(Deno.build.os === "windows" ? [] : [["data\\app.db", "data\\app.db"] as const]),
    ] as const
  ) {
    using project = oneRevision();
    project.write("aludel.json", "{}");
    project.write("data/keep", "");
    project.write("home/keep", "");
    const env = { DATABASE_URL: url, HOME: `${project.path}/home` };
    const { code, stderr } = await aludel(["upgrade"], { cwd: project.path, env });
    assert.equal(code, 0, stderr);
    assert.ok(project.has(file), url);
    assert.doesNotMatch(stderr, /notice/);
  }
});

Deno.test("a first run that meets what is there already leads to locate and stamp", async () => {
  for (
    const [there, up] of [
      ["CREATE TABLE users(a)", "CREATE TABLE users(a);"],
      [`CREATE TABLE "my users"(a)`, `CREATE TABLE "my users"(a);`],
      ["CREATE TABLE t(a); CREATE INDEX i ON t(a)", "CREATE INDEX i ON t(a);"],
      ["CREATE VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT 1;"],
      [
        "CREATE TABLE t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;",
      ],
      ["CREATE INDEX users ON t(a)", "CREATE TABLE users(a);"],
    ]
  ) {
    using project = runProject();
    await project.sql(there!.includes("INDEX users") ? `CREATE TABLE t(a); ${there}` : there!);
    project.add("a1", up!, "");
    const { stderr } = await project.fails(1, "upgrade");
    const [first, second] = [...stderr.matchAll(/next: (aludel \w+)/g)].map((match) => match[1]);
    assert.deepEqual([first, second], ["aludel locate", "aludel stamp"], stderr);
  }
  using own = oneRevision();
  own.add("a2", "CREATE TABLE x(a); CREATE TABLE x(a);");
  assert.doesNotMatch((await own.fails(1, "upgrade")).stderr, /locate/);
  await own.done("upgrade", "a1");
  own.edit("a2", "up", "CREATE TABLE t(a);");
  assert.doesNotMatch((await own.fails(1, "upgrade")).stderr, /locate/);
});

Deno.test("a schema format that this SQLite does not know is an error of every command", async () => {
  using project = oneRevision();
  await project.prepare("upgrade");
  using file = Deno.openSync(project.database, { write: true });
  file.seekSync(47, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array([5]));
  for (
    const words of [
      ["upgrade"],
      ["status"],
      ["current"],
      ["verify"],
      ["backup"],
      ["stamp", "head"],
      ["downgrade", "base"],
    ]
  ) {
    const { stderr } = await project.fails(1, ...words);
    assert.match(stderr, /error\[database-format\]/, words.join(" "));
  }
});

Deno.test("a revision without a statement is applied with a notice, a merge without one", async () => {
  using project = oneRevision();
  project.add("b1", "-- Up: nothing yet\n", "");
  project.add("m1", "", "", ["a1", "b1"]);
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(
    stderr,
    /^Revision "b1" does nothing: its up\.sql has no statement\n {2}next: aludel edit b1 && aludel redo b1/m,
  );
  assert.doesNotMatch(stderr, /"m1" does nothing/);
  assert.equal(await project.applied(), "a1 b1 m1");
});

Deno.test("upgrade says that it created the file, the first time only", async () => {
  using project = oneRevision();
  assert.match((await project.aludel("upgrade")).stderr, /^created {4}app\.db$/m);
  await project.done("downgrade", "base");
  assert.doesNotMatch((await project.aludel("upgrade")).stderr, /created/);
  project.write("empty.db", "");
  assert.doesNotMatch((await project.aludel("upgrade", "-d", "empty.db")).stderr, /created/);
});
