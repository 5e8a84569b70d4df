import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

Deno.test("prove tells what a down gives back, and proves only what is new", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x, y);\n", "DROP TABLE t;\n");
  project.add("b1", "ALTER TABLE t DROP COLUMN y;\n", "ALTER TABLE t ADD y;\n");
  project.add("c1", "DROP TABLE t;\n");
  const first = await project.aludel("prove");
  assert.equal(first.code, 0);
  assert.match(
    first.stdout,
    /^exact {4}a1 {2}step a1 \(no rows to lose\)\nlossy {4}b1 {2}step b1 \(on 12 rows in 1 table\)\n {9}lost: values of t\.y in \d+ of 12 rows\none-way {2}c1 {2}step c1 \(on 12 rows in 1 table\)\n$/,
  );
  assert.equal(first.stderr, "Proved 3 revisions.\n");
  const { stderr } = await project.aludel("prove");
  assert.equal(stderr, "Proved 3 revisions (3 cached).\n");

  project.edit("b1", "down", "ALTER TABLE t ADD y DEFAULT 1;\n");
  const { code, stdout } = await project.aludel("prove", "--json");
  const { revisions, fromCache } = JSON.parse(stdout);
  assert.deepEqual([code, fromCache], [3, 1]);
  const kinds = revisions.map((one: { verdict: { kind: string } }) => one.verdict.kind);
  assert.deepEqual(kinds, ["exact", "fails", "one-way"]);
  assert.equal((await project.inProcess("prove", "a1")).code, 0);
  assert.equal(project.has("app.db"), false);
  assert.equal(project.read(".aludel/.gitignore"), "*\n");
});

Deno.test("prove says where and why something fails", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x);\n", "DROP TABLE t;\n");
  project.add("b1", "\nALTER TABLE t ADD y NOT NULL;\n", "ALTER TABLE t DROP COLUMN y;\n");
  project.add("c1", "SELECT 1;\n", "SELECT 1;\n");
  const { stdout, stderr } = await project.fails(3, "prove");
  assert.equal(stderr, "Proved 2 of 3 revisions; 1 failed.\n");
  assert.match(stdout, /^fails {4}b1 {2}step b1$/m);
  assert.match(stdout, /^error\[sql-failed\]: .*\n {2}migrations\/b1\/up\.sql:2:/m);
  assert.match(stdout, /^ {2}It works on tables without rows$/m);
});

Deno.test("prove does not call exact what it could try on no row", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE s (id INTEGER PRIMARY KEY, a TEXT);\n", "DROP TABLE s;\n");
  const check = "CHECK (a IS NOT NULL AND length(a) = 77 AND a > 'zz' AND a < 'zzz')";
  project.add(
    "b1",
    `ALTER TABLE s ADD CONSTRAINT c ${check};\n`,
    "ALTER TABLE s DROP CONSTRAINT c;\n",
  );
  const { stdout, stderr } = await project.fails(3, "prove");
  assert.match(
    stdout,
    /^untried {2}b1 {2}step b1\n {9}no row was there in s\n {9}write rows .* into migrations\/b1\/seed\.sql; /m,
  );
  assert.equal(stderr, "Proved 1 of 2 revisions; 1 untried.\n");
  project.write(
    "migrations/b1/seed.sql",
    "INSERT INTO s (a) VALUES (substr('zzb' || hex(zeroblob(40)), 1, 77));\n",
  );
  assert.match(
    await project.prepare("prove", "b1"),
    /^exact {4}b1 {2}step b1 \(on 1 row in 1 table\)$/m,
  );
  project.write("migrations/b1/seed.sql", "-- the table is empty everywhere\n");
  assert.match(
    await project.prepare("prove", "b1"),
    /^exact {4}b1 {2}step b1 \(no rows to lose\)$/m,
  );
});

Deno.test("prove, lint and autogenerate say that a function is missing, which upgrade then refuses", async () => {
  using project = runProject();
  const table = "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT CHECK (e REGEXP '^[a-z]+$'));\n";
  project.write("schema.sql", table);
  const made = await project.inProcess("revision", "--autogenerate", "-m", "t", "--rev-id", "a1");
  assert.equal(made.code, 0);
  assert.match(
    made.stderr,
    /^This SQLite has no function regexp\(\), so a run will refuse up\.sql/m,
  );
  const proof = await project.fails(3, "prove");
  assert.match(
    proof.stdout,
    /^error\[sql-function-missing\]: This SQLite has no function regexp\(\)/m,
  );
  const lint = await project.fails(3, "lint");
  assert.match(lint.stdout, /^error\[function-missing\]: .*regexp\(\)/m);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /no such function: REGEXP/);
});

Deno.test("prove takes functions that the settings name for the application's, and says so", async () => {
  using project = runProject();
  project.write("aludel.json", '{ "database": "app.db", "functions": ["regexp"] }');
  project.add("a1", "CREATE TABLE t (e TEXT CHECK (e REGEXP '^[a-z]+$'));\n", "DROP TABLE t;\n");
  const { stdout } = await project.done("prove").then((text) => ({ stdout: text }));
  assert.match(stdout, /^exact {4}a1 .*\n {9}In up\.sql regexp\(\) stood for NULL$/m);
  await project.done("lint", "a1");
});

Deno.test("prove runs branches in every order and names the statements that clash", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x);\n", "DROP TABLE t;\n");
  project.add("b1", "ALTER TABLE t ADD y;\n", "ALTER TABLE t DROP COLUMN y;\n", ["a1"]);
  project.add("c1", "ALTER TABLE t RENAME TO u;\n", "ALTER TABLE u RENAME TO t;\n", ["a1"]);
  const { stdout } = await project.fails(3, "prove");
  assert.match(stdout, /^differ {3}b1, c1$/m);
  assert.match(stdout, /^ {2}migrations\/b1\/up\.sql:1:1: ALTER TABLE t ADD y;$/m);
  assert.match(stdout, /^ {2}migrations\/c1\/up\.sql:1:1: ALTER TABLE t RENAME TO u;$/m);
  project.edit("c1", "up", "CREATE INDEX i ON t (x);\n");
  project.edit("c1", "down", "DROP INDEX i;\n");
  assert.match(
    await project.prepare("prove"),
    /^commute {2}b1, c1: 2 orders give the same schema$/m,
  );
});

Deno.test("prove gives the same answers on several threads", async () => {
  using project = runProject();
  for (let at = 10; at < 40; at++) {
    project.add(`r${at}`, `CREATE TABLE t${at} (x);\n`, at === 30 ? "" : `DROP TABLE t${at};\n`);
  }
  const answers = async (jobs: string) => {
    const { code, stdout } = await project.aludel("prove", "--json", "--again", "--jobs", jobs);
    assert.equal(code, 3);
    return JSON.parse(stdout);
  };
  const one = await answers("1");
  assert.equal(one.revisions[20].verdict.finding.code, "proof-schema");
  assert.deepEqual(await answers("2"), one);
});

Deno.test("prove --strict does not put up with lost data", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x, y);\n", "DROP TABLE t;\n");
  project.add("b1", "ALTER TABLE t DROP COLUMN y;\n", "ALTER TABLE t ADD y;\n");
  assert.equal((await project.inProcess("prove")).code, 0);
  assert.equal((await project.inProcess("prove", "--strict")).code, 3);
});

Deno.test("prove says of a revision that is only in the database that it is not on disk", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x);\n", "DROP TABLE t;\n");
  await project.prepare("upgrade");
  project.write("migrations/manifest.json", '{"format":1,"revisions":[\nnull]}\n');
  for (const command of ["prove", "lint"]) {
    const { code, stderr } = await project.inProcess(command, "current");
    assert.equal(code, 1);
    assert.match(stderr, /^error\[revision-not-on-disk\]: Revision "a1" is not on disk/);
  }
});

Deno.test("prove makes no row that the up is to add and the down takes away, and says so", async () => {
  for (
    const [up, down] of [
      [
        "INSERT INTO role VALUES (1, 'admin'), (2, 'user');",
        "DELETE FROM role WHERE id IN (1, 2);",
      ],
      ["INSERT INTO role (name) VALUES ('admin');", "DELETE FROM role WHERE name = 'admin';"],
    ] as const
  ) {
    using project = runProject();
    project.add("a1", "CREATE TABLE role (id INTEGER PRIMARY KEY, name TEXT UNIQUE);");
    project.add("a2", up, down);
    const { stdout } = await project.fails(0, "prove", "a2");
    assert.match(
      stdout,
      /^exact +a2 .*\(on 12 rows in 1 table\)\n +Rows that down\.sql picks were left out/,
    );
  }
  using wide = runProject();
  wide.add("a1", "CREATE TABLE role (id INTEGER PRIMARY KEY, name TEXT);");
  wide.add(
    "a2",
    "INSERT INTO role (name) VALUES ('admin');",
    "DELETE FROM role WHERE name = 'admin';",
  );
  assert.match((await wide.inProcess("prove", "a2")).stdout, /^lossy +a2 /);
});
