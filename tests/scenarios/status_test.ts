import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

Deno.test("status says where the database stands and what is to do, and exits 3", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  await project.prepare("seal", "a1");
  const { code, stdout, stderr } = await project.inProcess("status");
  assert.equal(code, 3);
  assert.equal(
    stdout,
    `Database  app.db (does not exist yet)
Current   base
Heads     a2  step a2
Pending   2 revisions
          a1  step a1
          a2  step a2
Drafts    a2  step a2
`,
  );
  assert.equal(
    stderr,
    "next: aludel upgrade heads\nnext: aludel seal   # when the drafts are finished\n",
  );
  assert.ok(!project.has("app.db"));
});

Deno.test("status exits 0 once its suggestions were followed", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  await project.prepare("upgrade", "heads");
  await project.prepare("seal");
  const { code, stdout, stderr } = await project.inProcess("status");
  assert.equal(code, 0);
  assert.equal(stdout, "Database  app.db\nCurrent   a1  step a1\nHeads     a1  step a1\n");
  assert.equal(stderr, "Nothing to do.\n");
});

Deno.test("status works without a project's database being named", async () => {
  using project = runProject();
  project.write("aludel.json", "{}");
  const { code, stdout, stderr } = await project.inProcess("status");
  assert.equal(code, 0);
  assert.match(stdout, /^Database {2}none is named$/m);
  assert.match(stderr, /next: aludel status --database app\.db/);
});

Deno.test("status names no upgrade that an edited revision would keep from running", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  await project.prepare("seal");
  project.edit("a1", "up", "CREATE TABLE a(x, y);");
  const { code, stdout, stderr } = await project.inProcess("status");
  assert.equal(code, 3);
  assert.match(stdout, /^Pending {3}a1/m);
  assert.match(stdout, /next: aludel seal --force a1/);
  assert.doesNotMatch(stderr, /aludel upgrade/);
  assert.equal((await project.inProcess("upgrade")).code, 1);
});

Deno.test("status lists what the database has and the disk has not", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  const manifest = project.read("migrations/manifest.json");
  project.add("x1", "CREATE TABLE b(x);", "DROP TABLE b;");
  await project.prepare("upgrade");
  project.write("migrations/manifest.json", manifest);
  Deno.removeSync(`${project.path}/migrations/x1`, { recursive: true });
  await project.prepare("seal");
  const { code, stdout } = await project.inProcess("status");
  assert.equal(code, 3);
  assert.match(
    stdout,
    /^Current {3}x1 {2}step x1\nHeads {5}a1 {2}step a1\nUnknown {3}x1 {2}step x1$/m,
  );
  assert.match(stdout, /^"x1" is not on disk, /m);
});

Deno.test("status counts what does not fit on a screen", async () => {
  using project = runProject();
  for (let i = 10; i < 30; i++) project.add(`r${i}`, "SELECT 1;");
  const { stdout } = await project.inProcess("status");
  assert.equal(stdout.match(/ r\d\d {2}step/g)?.length, 1 + 10 + 10);
  assert.equal(stdout.match(/^ {10}… and 10 more$/gm)?.length, 2);
});

Deno.test("status --json gives every list whole", async () => {
  using project = runProject();
  for (let i = 10; i < 30; i++) project.add(`r${i}`, "SELECT 1;");
  await project.prepare("upgrade", "r15");
  await project.prepare("seal", "r10");
  project.edit("r12", "up", "SELECT 2;");
  const { code, stdout } = await project.inProcess("status", "--json");
  const status = JSON.parse(stdout);
  assert.equal(code, 3);
  assert.equal(status.database, "app.db");
  assert.equal(status.exists, true);
  assert.deepEqual(status.current, ["r15"]);
  assert.deepEqual(status.heads, ["r29"]);
  assert.equal(status.pending.length, 14);
  assert.equal(status.drafts.length, 19);
  assert.deepEqual(status.unknown, []);
  assert.deepEqual(status.findings, [{
    level: "warning",
    code: "draft-edited",
    message: 'Draft "r12" was edited after it was applied',
    revision: "r12",
    place: null,
    notes: [],
    next: [{
      command: "aludel redo r12",
      why: "undo what ran, with the rows in what it made, and run the new text",
    }],
  }]);
  assert.equal(status.clean, false);
});

Deno.test("status changes nothing, and is right while another process writes", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  await project.prepare("seal");
  await project.sql("PRAGMA journal_mode = WAL");
  await project.prepare("upgrade");
  const { DatabaseSync } = await import("node:sqlite");
  using writer = new DatabaseSync(project.database);
  writer.exec("BEGIN IMMEDIATE; DELETE FROM aludel_revision");
  assert.equal((await project.inProcess("status")).code, 0);
  writer.exec("ROLLBACK");
});

Deno.test("status and verify need a project", async () => {
  using project = runProject();
  Deno.removeSync(`${project.path}/migrations`, { recursive: true });
  for (const command of ["status", "verify"]) {
    const { code, stderr } = await project.inProcess(command);
    assert.equal(code, 1);
    assert.match(stderr, /^error\[project-missing\]/);
  }
});
