import assert from "node:assert/strict";
import { sqlite3 } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

const GLOB = ["--glob", "tenants/*.db"];

/** A project with the revision a1, and databases in tenants/ at it, with a row in a table of the application. */
async function fleetAt(...names: readonly string[]): Promise<RunProject> {
  const project = runProject();
  project.add("a1", "CREATE TABLE one(x, y);", "DROP TABLE one;");
  Deno.mkdirSync(`${project.path}/tenants`);
  for (const name of names) {
    await project.prepare("upgrade", "-d", `tenants/${name}.db`);
    await sqlite3(path(project, name), `INSERT INTO one VALUES ('${name}', 2)`);
  }
  return project;
}

const path = (project: RunProject, name: string) => `${project.path}/tenants/${name}.db`;

/** What a database holds, and what it has recorded; the log only grows. */
const content = (project: RunProject, name: string) =>
  sqlite3(
    path(project, name),
    "SELECT group_concat(sql) FROM sqlite_schema WHERE name NOT LIKE 'aludel%' AND name NOT LIKE 'sqlite%'; " +
      "SELECT * FROM one; SELECT id, lineage, up_sql, applied_by FROM aludel_revision;",
  );

async function contents(project: RunProject, names: readonly string[]): Promise<string[]> {
  return await Promise.all(names.map((name) => content(project, name)));
}

Deno.test("fleet undo takes back what the run did by the stored downs, and leaves the rest alone", async () => {
  const names = ["a", "b", "c"];
  using project = await fleetAt(...names);
  project.add("a2", "CREATE TABLE two(x);", "DROP TABLE two;");
  // The database c has the revision already, from another hand.
  await project.prepare("upgrade", "-d", "tenants/c.db");
  const before = await contents(project, names);
  assert.match(await project.done("fleet", "upgrade", ...GLOB), /2 upgraded, 1 had nothing to do/);
  // Another down on disk changes nothing.
  project.edit("a2", "down", "DROP TABLE one;");
  const { code, stdout } = await project.aludel("fleet", "undo");
  assert.equal(code, 0);
  assert.match(stdout, /^Run \S+: 2 undone\.$/m);
  assert.deepEqual(await contents(project, names), before);
  // Once more, and nothing happens; nor does the run go on.
  await project.done("fleet", "undo");
  assert.deepEqual(await contents(project, names), before);
  assert.match((await project.fails(1, "fleet", "resume")).stderr, /error\[fleet-undone\]/);
});

Deno.test("fleet undo puts the restore point back where something was lost, unless it was written to since", async () => {
  const names = ["a", "b"];
  using project = await fleetAt(...names);
  const before = await contents(project, names);
  project.add("a2", "ALTER TABLE one DROP COLUMN y;", "ALTER TABLE one ADD COLUMN y;");
  await project.done("fleet", "upgrade", ...GLOB);
  await sqlite3(path(project, "b"), "INSERT INTO one VALUES ('new')");
  const written = await content(project, "b");
  const { code, stderr, stdout } = await project.aludel("fleet", "undo", "--json");
  assert.equal(code, 4, stderr);
  const [a, b] = stdout.trim().split("\n").map((line) => JSON.parse(line)).sort((x, y) =>
    x.database < y.database ? -1 : 1
  );
  assert.deepEqual([a.state, a.undone, b.state, b.error.code], [
    "undone",
    ["a2"],
    "failed",
    "fleet-written",
  ]);
  assert.equal(await content(project, "a"), before[0]);
  assert.equal(await content(project, "b"), written);
  assert.match(await project.done("fleet", "undo", "--discard-writes"), /2 undone/);
  assert.deepEqual(await contents(project, names), before);
  // What was written is in a restore point.
  assert.match(await project.done("backup", "list", "-d", "tenants/b.db"), /restore/);
});

Deno.test("fleet undo puts a database back that a revision without a down has changed, if it was copied", async () => {
  const names = ["a", "b"];
  using project = await fleetAt(...names);
  const before = await contents(project, names);
  project.add("a2", "CREATE TABLE two(x);");
  await project.done("fleet", "upgrade", ...GLOB, "--restore-points", "always");
  await project.done("fleet", "undo");
  assert.deepEqual(await contents(project, names), before);
  await project.done("fleet", "upgrade", ...GLOB);
  const { stderr } = await project.fails(1, "fleet", "undo");
  assert.match(stderr, /Revision "a2" cannot be undone/);
});

Deno.test("fleet undo refuses a database that has moved on since", async () => {
  using project = await fleetAt("a", "b", "c");
  project.add("a2", "CREATE TABLE two(x);", "DROP TABLE two;");
  await project.done("fleet", "upgrade", ...GLOB);
  project.add("a3", "CREATE TABLE three(x);", "DROP TABLE three;");
  await project.prepare("upgrade", "-d", "tenants/a.db");
  await project.prepare("downgrade", "a1", "-d", "tenants/b.db");
  await project.prepare("upgrade", "a2", "-d", "tenants/b.db");
  const before = await contents(project, ["a", "b"]);
  const { stdout, stderr } = await project.fails(4, "fleet", "undo");
  assert.match(stdout, /^Run \S+: 1 undone, 2 could not be undone\.$/m);
  assert.match(stderr, /Database "tenants\/a\.db" has moved on since the run/);
  assert.deepEqual(await contents(project, ["a", "b"]), before);
  const lines = (await project.done("fleet", "report", "--json")).trim().split("\n");
  assert.equal(lines.filter((line) => JSON.parse(line).error?.code === "fleet-moved").length, 2);
});

Deno.test("a rehearsal that fails keeps its group from being touched, and no other", async () => {
  using project = await fleetAt("a", "b", "c", "d");
  project.add("a2", "CREATE TABLE two(x);", "DROP TABLE two;");
  for (const name of ["a", "b"]) await sqlite3(path(project, name), "CREATE TABLE two(y)");
  const { stdout, stderr } = await project.fails(1, "fleet", "upgrade", ...GLOB);
  assert.match(stdout, /^2 failed {2}sql-failed: /m);
  assert.match(stdout, /^Run \S+: 0 upgraded, 2 failed, 2 left\.$/m);
  assert.match(stderr, /table two already exists/);
  const resumed = await project.fails(4, "fleet", "resume");
  assert.match(resumed.stderr, /^rehearsed {2}2 databases, on a copy of tenants\/c\.db/m);
  assert.match(resumed.stdout, /^Run \S+: 2 upgraded, 2 failed\.$/m);
  assert.equal(
    await sqlite3(path(project, "a"), "SELECT count(*) FROM aludel_log WHERE event <> 'upgrade'"),
    "0",
  );
});

Deno.test("fleet report writes Markdown, JUnit and a page, whatever the databases are called", async () => {
  using project = await fleetAt("a", "<b>|&", "c");
  project.add("a2", "CREATE TABLE two(x);", "DROP TABLE two;");
  await sqlite3(path(project, "<b>|&"), "CREATE TABLE two(y)");
  await project.fails(
    4,
    "fleet",
    "upgrade",
    ...GLOB,
    "--on-error",
    "continue",
    "--junit",
    "run.xml",
    "--markdown",
  );
  assert.match(
    project.read("run.xml"),
    /tests="3" failures="1" [\s\S]*name="tenants\/&#60;b&#62;\|&#38;\.db"[^>]*><failure type="sql-failed"/,
  );
  const markdown = await project.done("fleet", "report", "--markdown");
  assert.match(markdown, /^\| 1 \| `sql-failed` .*table two already exists \|$/m);
  assert.match(markdown, /^\| tenants\/\\<b>\\\|&\.db \|/m);
  await project.done("fleet", "report", "--out", "run.html");
  const page = project.read("run.html");
  assert.match(page, /<td class="failed">failed<\/td>/);
  assert.doesNotMatch(page, /<b>/);
  assert.doesNotMatch(page, /https?:/);
});

Deno.test("fleet undo of a database that has vanished asks for it, unless the run did nothing to it", async () => {
  const names = ["a", "b", "c"];
  using project = await fleetAt(...names);
  project.add("a2", "CREATE TABLE two(x);", "DROP TABLE two;");
  await project.prepare("upgrade", "-d", "tenants/c.db");
  await project.done("fleet", "upgrade", ...GLOB);
  for (const name of ["b", "c"]) Deno.renameSync(path(project, name), `${project.path}/${name}.db`);
  const { stdout, stderr } = await project.fails(4, "fleet", "undo");
  assert.match(stdout, /1 undone, 1 could not be undone/);
  assert.match(stderr, /Database "tenants\/b\.db" does not exist/);
  assert.doesNotMatch(stdout + stderr, /create it/);
  Deno.renameSync(`${project.path}/b.db`, path(project, "b"));
  assert.match(await project.done("fleet", "undo"), /2 undone/);
  assert.doesNotMatch(await content(project, "b"), /two/);
});
