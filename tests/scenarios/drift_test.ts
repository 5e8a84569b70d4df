import assert from "node:assert/strict";
import { type RunProject, runProject } from "./run_project.ts";

/** A database at its head. */
async function upToDate(): Promise<RunProject> {
  const project = runProject();
  project.add(
    "a1",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n",
    "DROP TABLE users;\n",
  );
  project.add("b1", "CREATE INDEX by_name ON users (name);\n", "DROP INDEX by_name;\n");
  await project.prepare("seal");
  await project.prepare("upgrade");
  return project;
}

Deno.test("verify --drift shows what was changed beside the revisions, and the SQL against it", async () => {
  using project = await upToDate();
  assert.equal((await project.inProcess("verify", "--drift")).code, 0);
  await project.sql("DROP INDEX by_name; ALTER TABLE users ADD age INT; CREATE TABLE other (x);");
  assert.equal((await project.inProcess("verify")).code, 0);
  const { stdout } = await project.fails(3, "verify", "--drift");
  assert.match(stdout, /^error\[schema-drift\]: The schema of "app\.db" is not/);
  for (
    const line of ["drop index by_name on users", "add column users.age INT", "create table other"]
  ) {
    assert.ok(stdout.includes(`  beside the revisions: ${line}\n`), line);
  }
  const { drift } = JSON.parse((await project.inProcess("verify", "--drift", "--json")).stdout);
  assert.equal(drift.changes.length, 3);
  await project.sql(`SELECT 1;\n${drift.sql}`);
  assert.equal((await project.inProcess("verify", "--drift")).code, 0);
});

Deno.test("status --drift counts drift as something to do", async () => {
  using project = await upToDate();
  assert.equal((await project.inProcess("status", "--drift")).code, 0);
  await project.sql("CREATE VIEW v AS SELECT name FROM users");
  assert.equal((await project.inProcess("status")).code, 0);
  const { stdout } = await project.fails(3, "status", "--drift");
  assert.match(stdout, /^ {2}beside the revisions: create view v$/m);
});

Deno.test("verify --drift leaves out what the settings exclude", async () => {
  using project = await upToDate();
  await project.sql("CREATE TABLE queue_jobs (x); CREATE INDEX jobs ON queue_jobs (x)");
  assert.equal((await project.inProcess("verify", "--drift")).code, 3);
  const settings = JSON.parse(project.read("aludel.json"));
  project.write("aludel.json", JSON.stringify({ ...settings, exclude: ["queue_*"] }));
  assert.equal((await project.inProcess("verify", "--drift")).code, 0);
});

Deno.test("verify --drift goes by the texts that ran, not by those on disk", async () => {
  using project = await upToDate();
  project.add("c1", "CREATE TABLE late (x);\n", "DROP TABLE late;\n");
  await project.prepare("upgrade");
  project.edit("c1", "up", "CREATE TABLE late (x, y);\n");
  const { drift } = JSON.parse((await project.inProcess("verify", "--drift", "--json")).stdout);
  assert.deepEqual(drift, { changes: [], sql: null });
});

Deno.test("verify --drift does without a database", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x);\n", "DROP TABLE t;\n");
  const { drift } = JSON.parse((await project.inProcess("verify", "--drift", "--json")).stdout);
  assert.equal(drift, null);
});

Deno.test("verify --drift warns of columns in another order, which is no drift", async () => {
  using project = await upToDate();
  await project.sql(
    `DROP TABLE users; CREATE TABLE users (name TEXT, id INTEGER PRIMARY KEY);
     CREATE INDEX by_name ON users (name)`,
  );
  const { code, stdout, stderr } = await project.inProcess("verify", "--drift");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^warning\[column-order\]: "app\.db" has the columns of "users" in another order/m,
  );
  assert.doesNotMatch(stderr, /everything matches/);
  assert.equal((await project.inProcess("status", "--drift")).code, 0);
  const { findings, drift } = JSON.parse(
    (await project.inProcess("verify", "--drift", "--json")).stdout,
  );
  assert.deepEqual([findings.length, findings[0].code, drift.changes], [1, "column-order", []]);
});
