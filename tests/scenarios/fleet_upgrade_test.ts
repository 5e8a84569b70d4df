import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { sqlite3 } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

/** A project with two revisions, and databases in tenants/ that have a table of the application. */
async function fleet(...names: readonly string[]): Promise<RunProject> {
  const project = runProject();
  project.add("a1", "CREATE TABLE one(x);", "DROP TABLE one;");
  project.add("a2", "CREATE TABLE two(x);", "DROP TABLE two;");
  Deno.mkdirSync(`${project.path}/tenants`);
  for (const name of names) {
    await sqlite3(`${project.path}/tenants/${name}.db`, "CREATE TABLE app(x)");
  }
  return project;
}

const applied = (project: RunProject, name: string) =>
  sqlite3(
    `${project.path}/tenants/${name}.db`,
    "SELECT coalesce(group_concat(id, ' '), '') FROM aludel_revision",
  );

const GLOB = ["--glob", "tenants/*.db"];

Deno.test("fleet upgrade applies the revisions to every database, and fleet status says so", async () => {
  using project = await fleet("a", "b", "c");
  const before = await project.aludel("fleet", "status", ...GLOB);
  assert.equal(before.code, 3);
  assert.match(
    before.stdout,
    /^2 pending {2}3 {2}tenants\/a\.db, tenants\/b\.db, tenants\/c\.db$/m,
  );
  const run = await project.aludel("fleet", "upgrade", ...GLOB);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /^Run \S+: 3 upgraded\.$/m);
  for (const name of ["a", "b", "c"]) assert.equal(await applied(project, name), "a1 a2");
  const after = await project.aludel("fleet", "status", ...GLOB);
  assert.deepEqual([after.code, after.stdout], [0, "up to date  3\n"]);
});

Deno.test("fleet upgrade --json prints a line for each database and one for the run", async () => {
  using project = await fleet("a", "b");
  const lines = (await project.done("fleet", "upgrade", ...GLOB, "--json")).trim().split("\n");
  const [a, b, run] = lines.map((line) => JSON.parse(line)).sort((x, y) =>
    (x.database ?? "z") < (y.database ?? "z") ? -1 : 1
  );
  assert.equal(a.database, "tenants/a.db");
  assert.deepEqual([b.state, b.applied, b.current], ["done", ["a1", "a2"], ["a2"]]);
  assert.deepEqual([run.databases, run.done, run.failed, run.stopped], [2, 2, 0, null]);
});

Deno.test("a fleet sorts out what it cannot upgrade, and stops before anything has run", async () => {
  using project = await fleet("a", "ahead", "corrupt", "foreign", "locked");
  project.write("tenants/text.db", "this is no database, but a text that is long enough");
  const other = `${project.path}/other.json`;
  // A database of another project, one with a later revision, one whose pages are damaged.
  await project.prepare("upgrade", "-d", "tenants/foreign.db");
  await sqlite3(
    `${project.path}/tenants/foreign.db`,
    "UPDATE aludel_revision SET id = 'z' || id, parents = '[]'",
  );
  const manifest = project.read("migrations/manifest.json");
  project.add("a3", "CREATE TABLE three(x);", "DROP TABLE three;");
  await project.prepare("upgrade", "-d", "tenants/ahead.db");
  project.write("migrations/manifest.json", manifest);
  const corrupt = Deno.readFileSync(`${project.path}/tenants/corrupt.db`);
  corrupt.fill(0xff, 100, 4096);
  Deno.writeFileSync(`${project.path}/tenants/corrupt.db`, corrupt);
  assert.ok(!project.has(other));
  const locked = new DatabaseSync(`${project.path}/tenants/locked.db`);
  locked.exec("BEGIN EXCLUSIVE");
  try {
    const { code, stdout } = await project.aludel("fleet", "status", ...GLOB);
    assert.equal(code, 3);
    assert.match(stdout, /^2 pending\s+1 {2}tenants\/a\.db$/m);
    assert.match(stdout, /^ahead of the disk\s+1 {2}tenants\/ahead\.db$/m);
    assert.match(stdout, /^another project's\s+1 {2}tenants\/foreign\.db$/m);
    assert.match(stdout, /^locked\s+1 {2}tenants\/locked\.db$/m);
    assert.match(stdout, /^unreadable\s+2 {2}tenants\/corrupt\.db, tenants\/text\.db$/m);
    const stopped = await project.aludel("fleet", "upgrade", ...GLOB, "--lock-timeout", "0.2");
    assert.equal(stopped.code, 4);
    assert.match(stopped.stdout, /^Run \S+: 0 upgraded, 1 had nothing to do, 3 failed, 2 left\.$/m);
    assert.match(stopped.stderr, /stopped after an error of a new kind/);
    assert.equal(await sqlite3(`${project.path}/tenants/a.db`, ".tables"), "app");
    // A lock that lasts is a new kind of error; then everything had its turn.
    const resumed = await project.aludel("fleet", "resume");
    assert.equal(resumed.code, 4);
    assert.match(resumed.stdout, /^Run \S+: 1 upgraded, 1 had nothing to do, 4 failed\.$/m);
    assert.equal(await applied(project, "a"), "a1 a2");
  } finally {
    locked.close();
  }
  const retried = await project.aludel("fleet", "resume", "--retry");
  assert.match(retried.stdout, /^Run \S+: 2 upgraded, 1 had nothing to do, 3 failed\.$/m);
  assert.equal(await applied(project, "locked"), "a1 a2");
});

Deno.test("a failing revision stops the run at its first database, and a resumed one at a new kind", async () => {
  using project = await fleet("a", "b", "c", "d");
  for (const name of ["a", "b"]) {
    await sqlite3(`${project.path}/tenants/${name}.db`, "CREATE TABLE two(y)");
  }
  const first = await project.aludel("fleet", "upgrade", ...GLOB, "--jobs", "1", "--no-rehearse");
  assert.equal(first.code, 1);
  assert.match(
    first.stdout,
    /^1 failed {2}sql-failed: .*\nRun \S+: 0 upgraded, 1 failed, 3 left\.$/m,
  );
  assert.match(first.stderr, /failed {2}tenants\/a\.db[\s\S]*table two already exists/);
  assert.equal(
    await sqlite3(
      `${project.path}/tenants/a.db`,
      "SELECT name FROM sqlite_schema WHERE name = 'one'",
    ),
    "",
  );
  const second = await project.aludel("fleet", "resume", "--jobs", "1", "--no-rehearse");
  assert.equal(second.code, 4);
  assert.match(second.stdout, /^Run \S+: 2 upgraded, 2 failed\.$/m);
});

Deno.test("--on-error stop, max=N and continue", async () => {
  for (
    const [policy, done] of [["stop", "0 upgraded, 1 failed, 4 left"], [
      "max=2",
      "1 upgraded, 2 failed, 2 left",
    ], ["continue", "2 upgraded, 3 failed"]] as const
  ) {
    using project = await fleet("a", "b", "c", "d", "e");
    for (const name of ["a", "b", "c"]) {
      await sqlite3(`${project.path}/tenants/${name}.db`, "CREATE TABLE two(y)");
    }
    // One thread, so that none is under way when the run stops.
    const args = [
      "fleet",
      "upgrade",
      ...GLOB,
      "--jobs",
      "1",
      "--no-rehearse",
      "--on-error",
      policy,
    ];
    const { stdout } = await project.aludel(...args);
    assert.match(stdout, new RegExp(`^Run \\S+: ${done}\\.$`, "m"), policy);
  }
});

Deno.test("a canary takes the first of each group of equal databases", async () => {
  using project = await fleet("a", "b", "c", "d");
  await sqlite3(`${project.path}/tenants/d.db`, "CREATE TABLE more(x)");
  const { stdout, code } = await project.aludel("fleet", "upgrade", ...GLOB, "--canary", "2");
  assert.equal(code, 0);
  assert.match(stdout, /^Run \S+: 2 upgraded, 2 left\.$/m);
  assert.equal(await applied(project, "a"), "a1 a2");
  assert.equal(await applied(project, "d"), "a1 a2");
  assert.match(await project.done("fleet", "resume"), /^Run \S+: 4 upgraded\.$/m);
});

Deno.test("a run goes on with the texts that it began with, or not at all", async () => {
  using project = await fleet("a", "b");
  await project.done("fleet", "upgrade", ...GLOB, "--canary", "1");
  project.edit("a2", "up", "CREATE TABLE three(x);");
  const { code, stderr } = await project.aludel("fleet", "resume");
  assert.equal(code, 1);
  assert.match(stderr, /error\[fleet-changed\]/);
});

Deno.test("a fleet creates no database", async () => {
  using project = await fleet("a");
  project.write("list", "tenants/a.db\ntenants/missing.db\n");
  const { code, stdout } = await project.aludel(
    "fleet",
    "upgrade",
    "--from",
    "cat list",
    "--on-error",
    "continue",
  );
  assert.equal(code, 4);
  assert.match(stdout, /^1 failed {2}database-missing: /m);
  assert.ok(!project.has("tenants/missing.db"));
});

Deno.test("one process at a time works on a run", async () => {
  using project = await fleet("a", "b");
  await project.done("fleet", "upgrade", ...GLOB, "--canary", "1");
  const [journal] = [...Deno.readDirSync(`${project.path}/.aludel/fleet`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".db"));
  const lock = new DatabaseSync(`${project.path}/.aludel/fleet/${journal}.lock`);
  lock.exec("BEGIN EXCLUSIVE");
  assert.match((await project.fails(1, "fleet", "resume")).stderr, /error\[fleet-run-busy\]/);
  lock.close();
});

Deno.test("a journal of another release is refused, and so is a run without one", async () => {
  using project = await fleet("a");
  assert.match((await project.fails(1, "fleet", "resume")).stderr, /error\[fleet-run-missing\]/);
  project.write(".aludel/fleet/2026-01-01_000000.db", "");
  assert.match((await project.fails(1, "fleet", "resume")).stderr, /error\[fleet-journal\]/);
});
