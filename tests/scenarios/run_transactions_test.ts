import assert from "node:assert/strict";
import { type RunProject, runProject } from "./run_project.ts";

function fiveWithABadThird(project: RunProject): void {
  project.add("a1", "CREATE TABLE t1(a);", "DROP TABLE t1;");
  project.add("a2", "CREATE TABLE t2(a);", "DROP TABLE t2;");
  project.add(
    "a3",
    "CREATE TABLE t3(a);\nINSERT INTO t3 VALUES (1);\nINSERT INTO t3 VALUES (1, 2);\n",
  );
  project.add("a4", "CREATE TABLE t4(a);");
  project.add("a5", "CREATE TABLE t5(a);");
}

Deno.test("upgrade rolls the whole route back when the third of five revisions fails", async () => {
  using project = runProject();
  fiveWithABadThird(project);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(
    stderr,
    /^error\[sql-failed\]: Statement failed in revision "a3"\n {2}at migrations\/a3\/up\.sql:3:1\n/m,
  );
  assert.match(stderr, /INSERT INTO t3 VALUES \(1, 2\);\n +\| \^/);
  assert.match(stderr, /SQLite says: table t3 has 1 columns but 2 values were supplied/);
  assert.match(
    stderr,
    /All 5 revisions of its transaction were rolled back; the database is unchanged/,
  );
  assert.match(stderr, /next: aludel edit a3 {3}# correct the file/);
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema"), "0");
});

Deno.test("upgrade --transaction each keeps what was committed before the failure, and exits with 4", async () => {
  using project = runProject();
  fiveWithABadThird(project);
  const { stderr } = await project.fails(4, "upgrade", "--transaction", "each");
  assert.match(stderr, /Revision "a3" was rolled back; 2 earlier revisions stay: a1, a2/);
  assert.equal(await project.applied(), "a1 a2");
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 't3'"), "0");
  assert.equal(
    await project.sql("SELECT event, revision FROM aludel_log"),
    "upgrade|a1\nupgrade|a2\nfailure|a3",
  );
  // Nothing of this run was kept: an error like any other.
  const again = await project.fails(1, "upgrade", "--transaction", "each");
  assert.match(again.stderr, /Revision "a3" was rolled back; the database is unchanged/);
  project.edit("a3", "up", "CREATE TABLE t3(a);");
  await project.done("upgrade", "--transaction", "each");
  assert.equal(await project.applied(), "a1 a2 a3 a4 a5");
});

Deno.test("upgrade reports a failure as one JSON document", async () => {
  using project = runProject();
  fiveWithABadThird(project);
  const { stdout } = await project.fails(4, "upgrade", "--transaction", "each", "--json");
  const { error } = JSON.parse(stdout);
  assert.equal(error.code, "sql-failed");
  assert.equal(error.exitCode, 4);
  assert.equal(error.revision, "a3");
  assert.deepEqual([error.place.file, error.place.line], ["migrations/a3/up.sql", 3]);
});

Deno.test("upgrade checks every file before the first statement runs", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  project.add("a2", "SELECT 'never closed;");
  const { stderr } = await project.fails(1, "upgrade", "--transaction", "each");
  assert.match(stderr, /at migrations\/a2\/up\.sql:1:8/);
  assert.equal(project.has("app.db"), false);
});

Deno.test("upgrade checks the downs of what it applies, too", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "COMMIT;");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[sql-transaction-control\].*\n {2}at migrations\/a1\/down\.sql:1:1/);
});

Deno.test("a downgrade that fails tells that the stored text ran, and --from-disk mends it", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "DROP TABLE t1;");
  await project.done("upgrade");
  project.edit("a1", "down", "DROP TABLE t;");
  const { stderr } = await project.fails(1, "downgrade", "base");
  assert.match(stderr, /down\.sql \(as stored in the database\):1:1/);
  assert.match(
    stderr,
    /next: aludel downgrade base --from-disk {3}# .*not the down\.sql stored in the database/,
  );
  await project.done("downgrade", "base", "--from-disk");
  assert.equal(await project.applied(), "");
});

Deno.test("redo takes the stored down, or with --from-disk the file's", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "DROP TABLE nope;");
  await project.done("upgrade");
  project.edit("a1", "down", "DROP TABLE t;");
  project.edit("a1", "up", "CREATE TABLE t(a, b);");
  await project.fails(1, "redo");
  await project.done("redo", "--from-disk");
  assert.equal(await project.sql("SELECT count(*) FROM pragma_table_info('t')"), "2");
});

Deno.test("state and schema agree with the sqlite3 shell at every step", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "DROP TABLE t;");
  project.add("a2", "CREATE TABLE u(a);", "DROP TABLE u;");
  const tables = () =>
    project.sql(
      "SELECT coalesce(group_concat(name), '') FROM sqlite_schema WHERE name IN ('t', 'u')",
    );
  const seen: string[] = [];
  for (const words of ["upgrade +1", "upgrade +1", "downgrade -1", "upgrade", "downgrade base"]) {
    await project.done(...words.split(" "));
    seen.push(`${words}: ${await tables()} (${await project.applied()})`);
  }
  assert.deepEqual(seen, [
    "upgrade +1: t (a1)",
    "upgrade +1: t,u (a1 a2)",
    "downgrade -1: t (a1)",
    "upgrade: t,u (a1 a2)",
    "downgrade base:  ()",
  ]);
});

Deno.test("--dry-run shows the segments and creates nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  project.add("a2", "-- aludel: transaction=off\nVACUUM;");
  project.add("a3", "-- aludel: foreign-keys=on\nDELETE FROM t;");
  const outcome = await project.fails(0, "upgrade", "--dry-run");
  assert.deepEqual(outcome.stdout.trimEnd().split("\n"), [
    "Transaction 1 of 3",
    "upgrade    a1  step a1  (1 statement)",
    "Outside a transaction, statement by statement, 2 of 3",
    "upgrade    a2  step a2  (1 statement)",
    "Transaction with foreign keys enforced, 3 of 3",
    "upgrade    a3  step a3  (1 statement)",
  ]);
  assert.equal(project.has("app.db"), false);
});

Deno.test("settings and temporary objects of one file do not reach the next", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE TABLE old(a); CREATE TEMP TABLE t(a); CREATE TEMP TRIGGER g AFTER INSERT ON old BEGIN SELECT raise(ABORT, 'no'); END;
     PRAGMA defer_foreign_keys = on; PRAGMA legacy_alter_table = on; ALTER TABLE old RENAME TO o; PRAGMA legacy_alter_table = off;`,
  );
  project.add("a2", "CREATE TABLE t(a); INSERT INTO t VALUES (1); INSERT INTO o VALUES (2);");
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT * FROM t, o"), "1|2");
});

Deno.test("a pragma that sets up the connection is refused", async () => {
  using project = runProject();
  project.add("a1", "PRAGMA case_sensitive_like = on;");
  await project.fails(1, "upgrade");
  project.edit("a1", "up", "PRAGMA legacy_alter_table = on; CREATE TABLE t(a);");
  assert.match((await project.fails(1, "upgrade")).stderr, /is allowed only around the rename/);
});
