import assert from "node:assert/strict";
import { aludelCommand } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

interface ListedPoint {
  readonly name: string;
  readonly kind: string;
  readonly reason: string;
  readonly heads: readonly string[];
}

/** Newest first. */
async function points(project: RunProject): Promise<readonly ListedPoint[]> {
  return JSON.parse(await project.prepare("backup", "list", "--json")).points;
}

/** Two applied revisions and some rows. */
async function shop(): Promise<RunProject> {
  const project = runProject();
  project.add("a1", "CREATE TABLE t(id INTEGER PRIMARY KEY, note TEXT);", "DROP TABLE t;");
  await project.prepare("upgrade");
  await project.sql("INSERT INTO t VALUES (1, 'one'), (2, 'two')");
  return project;
}

Deno.test("a run that drops what has rows keeps it first, names it, and restore has it back", async () => {
  using project = await shop();
  project.add("a2", "ALTER TABLE t DROP COLUMN note;", "ALTER TABLE t ADD COLUMN note TEXT;");
  const run = await project.aludel("upgrade");
  assert.equal(run.code, 0, run.stderr);
  const [point] = await points(project);
  assert.match(run.stderr, new RegExp(`^kept +${point!.name} `, "m"));
  assert.match(
    run.stderr,
    new RegExp(`^lost +t: note in 2 rows {2}\\(kept ${point!.name}\\)$`, "m"),
  );
  assert.match(
    run.stderr,
    new RegExp(`next: aludel restore ${point!.name}   # get dropped data back`),
  );
  assert.deepEqual(point!.heads, ["a1"]);
  assert.equal(point!.reason, "upgrade: t: note in 2 rows");

  await project.done("restore");
  assert.equal(await project.sql("SELECT * FROM t"), "1|one\n2|two");
  assert.equal(await project.applied(), "a1");
  // The log goes on, and says what happened.
  const log = "SELECT event, revision, details ->> 'point', details ->> 'kept' FROM aludel_log";
  const [kept] = await points(project);
  assert.equal(kept!.kind, "restore");
  assert.equal(
    await project.sql(log),
    `upgrade|a1||\nupgrade|a2||\nrestore||${point!.name}|${kept!.name}`,
  );
  // Restoring again undoes the restore.
  await project.done("restore");
  assert.equal(await project.applied(), "a1 a2");
  assert.equal(await project.sql("SELECT * FROM t"), "1\n2");
});

Deno.test("a downgrade that drops a table keeps it first", async () => {
  using project = await shop();
  await project.done("downgrade", "base");
  assert.equal((await points(project))[0]?.reason, "downgrade: t: 2 rows");
  await project.done("restore");
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
});

Deno.test("nothing is kept where nothing is lost: empty tables, whole rebuilds, a first upgrade", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a); INSERT INTO t VALUES (1); CREATE TABLE e(a, b);");
  project.add("a2", "DROP TABLE e; DELETE FROM t;");
  await project.prepare("upgrade", "a2");
  await project.sql("INSERT INTO t VALUES (1)");
  project.add(
    "a3",
    "CREATE TABLE n(a, b); INSERT INTO n SELECT a, 2 FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
  );
  await project.prepare("upgrade");
  assert.equal(project.has("app.db.restore"), false);
  // A rebuild that leaves a column out takes it away.
  project.add(
    "a4",
    "CREATE TABLE n(a); INSERT INTO n SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
  );
  await project.prepare("upgrade");
  assert.equal(
    (await points(project))[0]?.reason,
    "upgrade: t: b in 1 row",
  );
});

Deno.test("the policy is a setting of the project or of a database, or a flag", async () => {
  using project = await shop();
  project.add("a2", "CREATE TABLE u(a);", "DROP TABLE u;");
  await project.prepare("upgrade", "--restore-points", "always");
  assert.equal((await points(project))[0]?.reason, "before upgrade of a2");
  project.write(
    "aludel.json",
    JSON.stringify({
      database: "main",
      databases: { main: { url: "app.db", restorePoints: "never" } },
      restorePoints: "always",
    }),
  );
  await project.prepare("downgrade", "base");
  assert.equal((await points(project)).length, 1);
});

Deno.test("a run that is rolled back leaves no restore point; one that is half done offers it", async () => {
  using project = await shop();
  project.add("a2", "DELETE FROM t;", "");
  project.add("a3", "SELECT nothing;");
  await project.fails(1, "upgrade");
  assert.equal(project.has("app.db.restore"), false);
  const whole = await project.fails(1, "upgrade");
  assert.doesNotMatch(whole.stderr, /^kept/m);
  assert.doesNotMatch(whole.stderr, /aludel restore/);
  const { stderr } = await project.fails(4, "upgrade", "--transaction", "each");
  const [point] = await points(project);
  assert.match(
    stderr,
    new RegExp(`next: aludel restore ${point!.name}   # restore the state before`),
  );
  await project.done("restore");
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
  assert.equal(await project.applied(), "a1");
});

Deno.test("a run that begins again for text in double quotes offers the restore point that stayed", async () => {
  using project = await shop();
  await project.sql(`CREATE VIEW v AS SELECT * FROM t WHERE note = "text"`);
  project.add("a2", "DELETE FROM t; ALTER TABLE t RENAME TO u;", "");
  const { stderr } = await project.fails(0, "upgrade");
  assert.equal(stderr.match(/^kept /gm)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /^removed /m);
  const [point, ...others] = await points(project);
  assert.deepEqual(others, []);
  assert.match(stderr, new RegExp(`next: aludel restore ${point!.name}   # get dropped data back`));
  await project.done("restore", point!.name);
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
});

Deno.test("a run outside a transaction is protected too", async () => {
  using project = await shop();
  project.add("a2", "-- aludel: transaction=off\nPRAGMA page_size = 8192;\nVACUUM;", "");
  await project.done("upgrade", "--restore-points", "always");
  assert.equal(await project.sql("PRAGMA page_size"), "8192");
  await project.done("restore");
  assert.equal(await project.sql("PRAGMA page_size"), "4096");
});

Deno.test("only the newest restore points of runs are kept, and all of backup's", async () => {
  using project = await shop();
  project.write("aludel.json", JSON.stringify({ database: "app.db", restorePointsKept: 2 }));
  await project.prepare("backup", "-m", "mine");
  for (let round = 0; round < 4; round++) {
    await project.sql("DELETE FROM t; INSERT INTO t VALUES (1, 'x')");
    await project.prepare("redo", "a1");
  }
  assert.deepEqual((await points(project)).map(({ kind }) => kind), ["run", "run", "backup"]);
});

Deno.test("a copy is no more open than its original, and a restore leaves the original's mode", {
  ignore: Deno.build.os === "windows", // which has no modes
}, async () => {
  using project = await shop();
  Deno.chmodSync(project.database, 0o600);
  await project.done("backup");
  const folder = `${project.database}.restore`;
  const [point] = await points(project);
  assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
  for (const file of ["app.db", "point.json"]) {
    assert.equal(Deno.statSync(`${folder}/${point!.name}/${file}`).mode! & 0o777, 0o600);
  }
  Deno.chmodSync(project.database, 0o640);
  const { ino } = Deno.statSync(project.database);
  await project.done("restore");
  const now = Deno.statSync(project.database);
  assert.deepEqual([now.mode! & 0o777, now.ino], [0o640, ino]);
});

Deno.test("backup copies what a write-ahead log holds while a writer is at work, and restore ends in WAL", async () => {
  using project = await shop();
  await project.sql("PRAGMA journal_mode = WAL");
  const writer = new Deno.Command("sqlite3", {
    args: [
      "-cmd",
      ".timeout 5000",
      project.database,
      "BEGIN IMMEDIATE; INSERT INTO t VALUES (3, 'three');",
      ".shell touch held; while test -e held && ! test -e release; do sleep 0.05; done",
      "COMMIT",
    ],
    cwd: project.path,
    stdout: "null",
  }).spawn();
  while (!project.has("held")) await new Promise((resolve) => setTimeout(resolve, 20));
  await project.done("backup");
  const { stderr } = await project.fails(1, "restore", "--lock-timeout", "0.2");
  assert.match(stderr, /error\[lock-timeout\].*\n(?:.*\n)* +Nothing was changed/);
  project.write("release", "");
  await writer.status;
  assert.equal(await project.sql("SELECT count(*) FROM t"), "3");
  await project.done("restore");
  assert.equal(await project.sql("SELECT count(*) FROM t; PRAGMA journal_mode"), "2\nwal");
});

/** A shell that has read the database and keeps it so until `release` is there. */
async function holding(project: RunProject, begin: string): Promise<{ end(): Promise<void> }> {
  const holder = new Deno.Command("sqlite3", {
    args: [
      project.database,
      begin,
      ".shell touch held; while test -e held && ! test -e release; do sleep 0.05; done",
      "SELECT count(*) FROM t; COMMIT",
    ],
    cwd: project.path,
    stdout: "null",
  }).spawn();
  while (!project.has("held")) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    async end() {
      project.write("release", "");
      await holder.status;
      Deno.removeSync(`${project.path}/held`);
      Deno.removeSync(`${project.path}/release`);
    },
  };
}

Deno.test("restore in WAL mode does not mind readers, whatever keeps the database open", async () => {
  using project = await shop();
  await project.sql("PRAGMA journal_mode = WAL");
  await project.done("backup");
  await project.sql("DELETE FROM t");
  const reader = await holding(project, "BEGIN; SELECT count(*) FROM t;");
  await project.done("restore");
  assert.equal(await project.sql("SELECT count(*) FROM t; PRAGMA journal_mode"), "2\nwal");
  await reader.end();
  assert.equal(await project.sql("SELECT count(*) FROM t; PRAGMA integrity_check"), "2\nok");
});

Deno.test("restore with another page size waits for readers in WAL mode, and says why", async () => {
  using project = await shop();
  await project.done("backup");
  await project.sql("PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL; DELETE FROM t");
  const reader = await holding(project, "BEGIN; SELECT count(*) FROM t;");
  const { stderr } = await project.fails(1, "restore", "--lock-timeout", "0.2");
  assert.match(stderr, /error\[lock-timeout\][^]*page size differs[^]*Nothing was changed/);
  await reader.end();
  await project.done("restore");
  assert.equal(await project.sql("SELECT count(*) FROM t; PRAGMA journal_mode"), "2\nwal");
});

Deno.test("backup and restore wait for a lock, and say whom they wait for", async () => {
  using project = await shop();
  await project.done("backup");
  for (const args of [["backup"], ["restore"]]) {
    const writer = await holding(project, "BEGIN EXCLUSIVE;");
    const [program, ...before] = aludelCommand();
    const child = new Deno.Command(program!, {
      args: [...before, ...args],
      cwd: project.path,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let stderr = "";
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += chunk;
      if (/^Waiting for /m.test(stderr) && project.has("held")) await writer.end();
    }
    assert.equal((await child.status).code, 0, stderr);
    if (Deno.build.os === "linux") assert.match(stderr, /^Waiting for pid \d+ \(sqlite3\)/m);
  }
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
});

Deno.test("restore --dry-run checks the point and says what would change", async () => {
  using project = await shop();
  await project.done("backup", "-m", "two rows");
  project.add("a2", "CREATE TABLE u(a); DELETE FROM t WHERE id = 1;", "");
  await project.prepare("upgrade", "--restore-points", "never");
  const before = Deno.readFileSync(project.database);
  const said = await project.done("restore", "--dry-run");
  assert.match(said, /two rows\n/);
  assert.match(
    said,
    /Revisions +a2 now, a1 then\nRows +t: 1 now, 2 then\n +u: 0 now, not there then\n/,
  );
  const { rows, from, to } = JSON.parse(await project.done("restore", "--dry-run", "--json"));
  assert.deepEqual(rows, [
    { table: "t", before: 1, after: 2 },
    { table: "u", before: 0, after: null },
  ]);
  assert.deepEqual([from, to], [["a2"], ["a1"]]);
  assert.deepEqual(Deno.readFileSync(project.database), before);
  assert.equal((await points(project)).length, 1);
});

Deno.test("a link or a file where the restore points would be is left alone", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using project = await shop();
  const path = `${project.database}.restore`;
  Deno.writeTextFileSync(path, "mine");
  for (const args of [["backup"], ["backup", "list"], ["restore"], ["downgrade", "base"]]) {
    const { stderr } = await project.fails(1, ...args);
    assert.match(stderr, /error\[restore-folder-taken\][^]*next: mv \S+ \S+\.old/);
  }
  assert.equal(Deno.readTextFileSync(path), "mine");
  Deno.removeSync(path);
  Deno.mkdirSync(`${project.path}/points`);
  Deno.symlinkSync("points", path);
  project.add("a2", "DELETE FROM t;\nSELECT nothing;");
  await project.fails(1, "upgrade");
  assert.equal(Deno.readLinkSync(path), "points");
  await project.done("downgrade", "base");
  await project.done("restore");
  assert.equal(Deno.readLinkSync(path), "points");
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
});

Deno.test("with the clock set back the newest restore point is still the last one, and a run keeps its own", async () => {
  using project = await shop();
  project.write("aludel.json", JSON.stringify({ database: "app.db", restorePointsKept: 1 }));
  await project.done("backup", "-m", "from the future");
  const folder = `${project.database}.restore`;
  const [future] = await points(project);
  const file = `${folder}/${future!.name}/point.json`;
  const text = Deno.readTextFileSync(file).replace(/"created": "\d+/, '"created": "2999')
    .replace('"kind": "backup"', '"kind": "run"');
  Deno.writeTextFileSync(file, text);
  const { stderr } = await project.fails(0, "downgrade", "base");
  const [, name] = /next: aludel restore (\S+) /.exec(stderr) ?? [];
  assert.deepEqual((await points(project)).map((point) => point.name), [name]);
  await project.done("restore");
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
});

Deno.test("what a restore point says of itself reaches no terminal", async () => {
  using project = await shop();
  await project.done("backup", "-m", "a\u001b[2Jb\u202ec\nd");
  const escaped = /a\\x1b\[2Jb\\u202ec\\nd\n/;
  assert.match(await project.prepare("backup", "list"), escaped);
  assert.match((await project.fails(1, "restore", "none")).stderr, escaped);
  assert.match((await project.fails(0, "restore")).stderr, escaped);
  assert.equal((await points(project)).at(-1)!.reason, "a\u001b[2Jb\u202ec\nd");
});

Deno.test("what a restore point says of itself cannot lead out of its folder", async () => {
  using project = await shop();
  await project.done("backup");
  const folder = `${project.database}.restore`;
  const [point] = await points(project);
  const file = `${folder}/${point!.name}/point.json`;
  const text = Deno.readTextFileSync(file);
  Deno.writeTextFileSync(file, text.replace('"file": "app.db"', '"file": "../../app.db"'));
  assert.deepEqual(await points(project), []);
  Deno.writeTextFileSync(file, text);
  if (Deno.build.os === "windows") return;
  Deno.removeSync(`${folder}/${point!.name}/app.db`);
  Deno.symlinkSync("../../app.db", `${folder}/${point!.name}/app.db`);
  const { stderr } = await project.fails(1, "restore");
  assert.match(stderr, /error\[restore-point-damaged\][^]*is not a file/);
});

Deno.test("restore refuses a damaged restore point, and a database that it cannot keep", async () => {
  using project = await shop();
  await project.done("backup");
  const [point] = await points(project);
  const copy = `${project.database}.restore/${point!.name}/app.db`;
  const sound = Deno.readFileSync(copy);
  Deno.writeFileSync(copy, sound.with(5000, sound[5000]! ^ 1));
  const live = Deno.readFileSync(project.database);
  assert.match((await project.fails(1, "restore")).stderr, /error\[restore-point-damaged\]/);
  assert.deepEqual(Deno.readFileSync(project.database), live);
  Deno.writeFileSync(copy, sound);

  // What an encrypted database looks like.
  const noise = crypto.getRandomValues(new Uint8Array(live.length));
  Deno.writeFileSync(project.database, noise);
  const refused = await project.fails(1, "restore");
  assert.match(refused.stderr, /error\[database-not-sqlite\]/);
  assert.match(refused.stderr, /next: mv .*app\.db .*app\.db\.damaged && aludel restore/);
  assert.match((await project.fails(1, "backup")).stderr, /error\[database-not-sqlite\]/);
  assert.deepEqual(Deno.readFileSync(project.database), noise);

  Deno.renameSync(project.database, `${project.database}.damaged`);
  Deno.writeTextFileSync(`${project.database}-wal`, "left behind");
  assert.match((await project.fails(1, "restore")).stderr, /error\[restore-journal-left\]/);
  Deno.removeSync(`${project.database}-wal`);
  await project.done("restore");
  assert.equal(await project.sql("SELECT count(*) FROM t; PRAGMA integrity_check"), "2\nok");
});

Deno.test("backup refuses a damaged database and keeps the older restore points", async () => {
  using project = await shop();
  await project.done("backup");
  using file = Deno.openSync(project.database, { write: true });
  file.seekSync(4096, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(4096).fill(9));
  const { stderr } = await project.fails(1, "backup");
  assert.match(stderr, /error\[database-corrupt\]/);
  assert.equal((await points(project)).length, 1);
});

Deno.test("backup list is a command, and a reason that reads so is a reason", async () => {
  using project = await shop();
  await project.prepare("backup", "-m", "list");
  const found = await project.prepare("-d", "app.db", "--json", "backup", "list");
  assert.deepEqual(JSON.parse(found).points.map(({ reason }: ListedPoint) => reason), ["list"]);
});

Deno.test("each of several transactions looks again only where somebody else has written", async () => {
  using project = await shop();
  project.add("a2", "UPDATE t SET note = 'x';", "");
  project.add("a3", "DELETE FROM t;", "");
  await project.prepare("upgrade", "--transaction", "each");
  assert.deepEqual((await points(project)).map(({ reason }) => reason), [
    "upgrade: t: note in 2 rows",
  ]);
});

Deno.test("backup and restore say what is missing", async () => {
  using project = runProject();
  assert.match((await project.fails(1, "backup")).stderr, /error\[database-missing\]/);
  assert.match((await project.fails(1, "restore")).stderr, /error\[restore-point-missing\]/);
  const memory = await project.fails(1, "backup", "-d", ":memory:");
  assert.match(memory.stderr, /error\[copy-unsupported\]/);
  assert.deepEqual(await points(project), []);
});

Deno.test("a restore point from before Aludel's records is put back with a log of its own", async () => {
  using project = runProject();
  await project.sql("CREATE TABLE old(a); INSERT INTO old VALUES (1)");
  project.add("a1", "DROP TABLE old;");
  await project.done("upgrade");
  await project.done("restore");
  assert.equal(await project.sql("SELECT a FROM old"), "1");
  assert.equal(await project.applied(), "");
  assert.equal(
    await project.sql("SELECT group_concat(event, ' ') FROM aludel_log"),
    "upgrade restore",
  );
});

Deno.test("restore writes through a symbolic link, and its points lie by the file", async () => {
  using project = await shop();
  Deno.mkdirSync(`${project.path}/data`);
  Deno.renameSync(project.database, `${project.path}/data/real.db`);
  Deno.symlinkSync("data/real.db", project.database, { type: "file" });
  await project.done("downgrade", "base");
  assert.equal(project.has("data/real.db.restore"), true);
  await project.done("restore");
  assert.equal(Deno.lstatSync(project.database).isSymlink, true);
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
});

Deno.test("a run that begins again for text in double quotes makes one restore point", async () => {
  for (const args of [[], ["--transaction", "each"]]) {
    using project = runProject();
    await project.sql(
      `CREATE TABLE o(a); CREATE TABLE log(a); CREATE VIEW v AS SELECT * FROM o WHERE a = "text";
       CREATE TABLE dead(a); INSERT INTO dead VALUES (1);`,
    );
    project.add("a1", "CREATE TABLE fresh(a);");
    project.add("a2", "DROP TABLE dead;\nALTER TABLE log RENAME TO journal;");
    const { stderr } = await project.fails(0, "upgrade", ...args);
    assert.match(stderr, /warning: The database's own schema uses double quotes for text/);
    assert.equal(stderr.match(/^kept /gm)?.length, 1, stderr);
    assert.doesNotMatch(stderr, /^removed/m);
    assert.equal((await points(project)).length, 1);
    await project.prepare("restore");
    assert.equal(await project.sql("SELECT a FROM dead"), "1");
  }
});

Deno.test("an index over another table's rows is rebuilt under another column without a restore point", async () => {
  using project = runProject();
  const index = (column: string) =>
    `CREATE VIRTUAL TABLE found USING fts5(${column}, content='posts', content_rowid='id');\n`;
  project.add(
    "a1",
    `CREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT);\n${index("body")}
     INSERT INTO posts VALUES (1, 'tea'); INSERT INTO found(found) VALUES ('rebuild');`,
  );
  await project.prepare("upgrade");
  project.add(
    "a2",
    `DROP TABLE found;\nALTER TABLE posts RENAME COLUMN body TO content;\n${index("content")}
     INSERT INTO found(found) VALUES ('rebuild');`,
  );
  const { stderr } = await project.fails(0, "upgrade");
  assert.doesNotMatch(stderr, /^kept/m);
  assert.deepEqual(await points(project), []);
  assert.equal(await project.sql("SELECT content FROM found('tea')"), "tea");
});

Deno.test("the restore point that a later transaction names has what it lost", async () => {
  const old = "CREATE TABLE old (a); INSERT INTO old VALUES (1);\nCREATE TABLE t (a);";
  const cases: readonly [made: string, loses: string, table: string, rows: string, kept: number][] =
    [
      ["CREATE TABLE u (a); INSERT INTO u VALUES (5), (6);", "DROP TABLE u;", "u", "5\n6", 2],
      ["CREATE TABLE u AS SELECT 5 AS a;", "DELETE FROM u;", "u", "5", 2],
      ["INSERT INTO t VALUES (5);", "DELETE FROM t;", "t", "5", 2],
      [
        'CREATE TABLE u (a); INSERT INTO u VALUES (5);\nALTER TABLE u RENAME TO "V 1";',
        'DROP TABLE "v 1";',
        '"V 1"',
        "5",
        2,
      ],
      [
        "CREATE TRIGGER note AFTER UPDATE ON old BEGIN INSERT INTO t VALUES (new.a); END;\n" +
        "UPDATE old SET a = a + 1; DROP TRIGGER note;",
        "DROP TABLE t;",
        "t",
        "2",
        2,
      ],
      // The first copy has these rows too.
      ["INSERT INTO t VALUES (5);", "DROP TABLE old;", "old", "1", 1],
    ];
  for (const [made, loses, table, rows, kept] of cases) {
    using project = runProject();
    project.add("a1", `${old}\nCREATE TABLE first (a); INSERT INTO first VALUES (1);`);
    await project.prepare("upgrade");
    project.add("a2", "DROP TABLE first;");
    project.add("a3", made);
    project.add("a4", loses);
    const { stderr } = await project.fails(0, "upgrade", "--transaction", "each");
    const named = stderr.match(/^lost .*\(kept (\S+)\)$/gm)!.at(-1)!.match(/kept (\S+)\)/)![1]!;
    assert.equal((await points(project)).length, kept, stderr);
    await project.prepare("restore", named);
    assert.equal(await project.sql(`SELECT a FROM ${table}`), rows, stderr);
  }
});

Deno.test("a run that fails after a second restore point names the one from before the run", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE first (a); INSERT INTO first VALUES (1);");
  await project.prepare("upgrade");
  project.add("a2", "DROP TABLE first;");
  project.add("a3", "CREATE TABLE u (a); INSERT INTO u VALUES (5);");
  project.add("a4", "DROP TABLE u;");
  project.add("a5", "DROP TABLE nowhere;");
  const { stderr } = await project.fails(4, "upgrade", "--transaction", "each");
  const [way] = stderr.match(/(?<=aludel restore )\S+(?= .*before the run)/) ?? [];
  await project.prepare("restore", way!);
  assert.equal(await project.sql("SELECT a FROM first"), "1");
  assert.equal(await project.applied(), "a1");
});
