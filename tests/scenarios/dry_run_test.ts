import assert from "node:assert/strict";
import type { TemporaryFolder } from "./cli.ts";
import { runProject } from "./run_project.ts";

/** Every file of a folder with its bytes and the time of its last change. */
function picture(folder: TemporaryFolder, path = folder.path): Record<string, unknown> {
  const files: Record<string, unknown> = {};
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    const full = `${path}/${name}`;
    if (isDirectory) Object.assign(files, picture(folder, full));
    else files[full] = [Deno.statSync(full).mtime, Deno.readFileSync(full)];
  }
  return files;
}

Deno.test("--dry-run prints the steps and touches nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x); CREATE TABLE b(x);", "DROP TABLE b; DROP TABLE a;");
  project.add("a2", "CREATE TABLE c(x);", "DROP TABLE c;");
  const empty = picture(project);
  const { stdout, stderr } = await project.inProcess("upgrade", "--dry-run");
  assert.equal(
    stdout,
    "upgrade    a1  step a1  (2 statements)\nupgrade    a2  step a2  (1 statement)\n",
  );
  assert.match(stderr, /^Nothing was changed: this is what would run on ".*app\.db"\.$/m);
  assert.deepEqual(picture(project), empty, "a database was made");

  await project.prepare("upgrade");
  const upgraded = picture(project);
  assert.equal(
    await project.prepare("downgrade", "base", "--dry-run"),
    "downgrade  a2  step a2  (1 statement)\ndowngrade  a1  step a1  (2 statements)\n",
  );
  assert.equal(
    await project.prepare("redo", "--dry-run"),
    "downgrade  a2  step a2  (1 statement)\nupgrade    a2  step a2  (1 statement)\n",
  );
  const nothing = await project.inProcess("upgrade", "--dry-run");
  assert.equal(nothing.stdout, "");
  assert.match(nothing.stderr, /^Nothing would run on/m);
  assert.deepEqual(picture(project), upgraded);
});

Deno.test("--dry-run leaves a database in WAL mode as it is", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  await project.sql("PRAGMA journal_mode = WAL; CREATE TABLE mine(x)");
  const before = picture(project);
  await project.prepare("upgrade", "--dry-run");
  assert.deepEqual(picture(project), before);
});

Deno.test("--dry-run shows how the route is divided", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "CREATE TABLE b(x);");
  project.add("a3", "-- aludel: transaction=off\nVACUUM;");
  project.add("a4", "-- aludel: foreign-keys=on\nDELETE FROM a;");
  assert.equal(
    await project.prepare("upgrade", "--dry-run"),
    `Transaction 1 of 3
upgrade    a1  step a1  (1 statement)
upgrade    a2  step a2  (1 statement)
Outside a transaction, statement by statement, 2 of 3
upgrade    a3  step a3  (1 statement)
Transaction with foreign keys enforced, 3 of 3
upgrade    a4  step a4  (1 statement)
`,
  );
  const each = await project.prepare("upgrade", "a2", "--dry-run", "--transaction", "each");
  assert.match(each, /^Transaction 1 of 2\n.*\nTransaction 2 of 2\n/);
  const { segments } = JSON.parse(await project.prepare("upgrade", "--dry-run", "--json"));
  assert.deepEqual(segments.map(({ mode }: { mode: string }) => mode), [
    "transaction",
    "off",
    "foreign-keys",
  ]);
  assert.deepEqual(segments[0].steps[1], {
    direction: "up",
    id: "a2",
    message: "step a2",
    file: "migrations/a2/up.sql",
    statements: 1,
  });
});

Deno.test("--dry-run shows the records that a re-signing makes out of date", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "CREATE TABLE b(x);");
  await project.prepare("seal");
  await project.prepare("upgrade");
  project.edit("a1", "up", "CREATE TABLE a(x); -- spaced");
  await project.prepare("seal", "--force", "a1");
  const { stdout } = await project.inProcess("upgrade", "--dry-run");
  assert.match(stdout, /^reseal {5}a1 .*\nreseal {5}a2 /);
});

Deno.test("--dry-run checks every file of the route", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "SELECT 1;\n  COMMIT;");
  const { code, stdout, stderr } = await project.inProcess("upgrade", "--dry-run");
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^error\[sql-transaction-control\].*\n {2}at migrations\/a2\/up\.sql:2:3$/m);
  assert.ok(!project.has("app.db"));
});

Deno.test("stamp --dry-run says what would be recorded and forgotten, and touches nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "CREATE TABLE b(x);");
  const empty = picture(project);
  const first = await project.inProcess("stamp", "head", "--dry-run");
  assert.match(
    first.stderr,
    /^stamped {2}a1 {2}step a1\nstamped {2}a2 {2}step a2\nNothing was changed:/,
  );
  assert.deepEqual(picture(project), empty);
  await project.prepare("stamp", "head");
  const stamped = picture(project);
  const { stdout } = await project.inProcess("stamp", "a1", "--dry-run", "--json");
  assert.deepEqual(JSON.parse(stdout).removed, ["a2"]);
  await project.prepare("stamp", "--purge", "a1", "--dry-run");
  assert.deepEqual(picture(project), stamped);
});

Deno.test("--dry-run says what may be lost, with the columns that a rebuild leaves out", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a, b, c); INSERT INTO t VALUES (1, 2, 3);");
  await project.prepare("upgrade");
  project.add(
    "a2",
    `ALTER TABLE t RENAME COLUMN a TO d; CREATE TABLE n(d, c); INSERT INTO n SELECT d, c FROM t;
     DROP TABLE t; ALTER TABLE n RENAME TO t;`,
  );
  const { stderr } = await project.inProcess("upgrade", "--dry-run");
  assert.match(stderr, /^may lose {3}a2 rebuilds table "t" without column "b"$/m);
  const answer = JSON.parse((await project.inProcess("upgrade", "--dry-run", "--json")).stdout);
  assert.deepEqual(answer.mayLose, ['a2 rebuilds table "t" without column "b"']);
});

Deno.test("--dry-run knows the columns that CREATE TABLE AS leaves out", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a, b, c); INSERT INTO t VALUES (1, 2, 3);");
  await project.prepare("upgrade");
  project.add(
    "a2",
    "CREATE TABLE n AS SELECT a, c FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
  );
  const { stderr } = await project.inProcess("upgrade", "--dry-run");
  assert.match(stderr, /^may lose {3}a2 rebuilds table "t" without column "b"$/m);
});
