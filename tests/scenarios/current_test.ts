import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { start, Talk } from "../faults/faulty_project.ts";
import { killedInTransaction } from "../fixtures/killed_writer.ts";
import { runInProcess } from "../fixtures/fake_runtime.ts";
import { type RunProject, runProject } from "./run_project.ts";

function twoSteps(): RunProject {
  const project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  return project;
}

/** The names of the project's own folder: what a command that only looks must not add to. */
function names({ path }: RunProject): readonly string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

Deno.test("current says that no revision is applied, and makes neither file nor table", async () => {
  using project = twoSteps();
  const before = names(project);
  const absent = await project.inProcess("current");
  assert.equal(absent.code, 0);
  assert.equal(absent.stdout, "");
  assert.match(absent.stderr, /"app\.db" does not exist yet: no revision is applied/);
  assert.deepEqual(names(project), before);

  Deno.writeFileSync(project.database, new Uint8Array());
  assert.equal((await project.inProcess("current")).stdout, "");
  assert.equal(Deno.statSync(project.database).size, 0);

  await project.sql("CREATE TABLE mine(x)");
  const bytes = Deno.readFileSync(project.database);
  assert.match((await project.inProcess("current")).stderr, /has no records of Aludel/);
  assert.deepEqual(Deno.readFileSync(project.database), bytes);
  assert.deepEqual(names(project), [...before, "app.db"].sort());
});

Deno.test("current tells a database at base from one without records", async () => {
  using project = twoSteps();
  await project.prepare("upgrade");
  await project.prepare("downgrade", "base");
  const { stdout, stderr } = await project.inProcess("current");
  assert.equal(stdout, "");
  assert.match(stderr, /is at base: no revision is applied/);
});

Deno.test("current prints a line for each branch, and all that is known with -v", async () => {
  using project = twoSteps();
  await project.prepare(
    "revision",
    "-m",
    "bills",
    "--rev-id",
    "b1",
    "--head",
    "base",
    "--branch-label",
    "billing",
  );
  await project.prepare("upgrade", "a1", "billing");
  assert.deepEqual((await project.prepare("current")).trimEnd().split("\n").toSorted(), [
    "a1 (draft), step a1",
    "b1 (billing) (draft) (head), bills",
  ]);
  const blocks = await project.prepare("current", "-v");
  assert.match(blocks, /^Revision: +a1 \(draft\)$/m);
  assert.match(blocks, /^ {4}bills$/m);
  const { database, current, atHeads } = JSON.parse(await project.prepare("current", "--json"));
  assert.equal(database, "app.db");
  assert.deepEqual(current.toSorted(), ["a1", "b1"]);
  assert.equal(atHeads, false);
});

Deno.test("current --check-heads exits 3 unless the database is at all heads", async () => {
  using project = twoSteps();
  const check = async (...args: string[]) => await project.inProcess("current", "-c", ...args);
  assert.equal((await check()).code, 3);
  await project.prepare("upgrade", "a1");
  const behind = await check();
  assert.equal(behind.code, 3);
  assert.match(behind.stderr, /Not at all heads: a2 is pending\n.*next: aludel upgrade heads/);
  await project.prepare("upgrade", "heads");
  assert.equal((await check()).code, 0);
  assert.equal(JSON.parse((await check("--json")).stdout).atHeads, true);
});

Deno.test("current --check-heads does not pass a database that is past the heads", async () => {
  using project = twoSteps();
  const manifest = project.read("migrations/manifest.json");
  project.add("a3", "CREATE TABLE c(x);");
  await project.prepare("upgrade");
  project.write("migrations/manifest.json", manifest);
  const { code, stdout, stderr } = await project.inProcess("current", "-c");
  assert.equal(stdout, "a3 (unknown) (head), step a3\n");
  assert.equal(code, 3);
  assert.match(stderr, /a3 is applied but not on disk/);
  assert.equal((await project.inProcess("current")).code, 0);
});

Deno.test("current --check-heads needs a project, current alone does not", async () => {
  using project = twoSteps();
  await project.prepare("upgrade");
  Deno.removeSync(`${project.path}/migrations`, { recursive: true });
  assert.match(await project.prepare("current", "-d", "app.db"), /^a2 \(unknown\)/);
  const { code, stderr } = await project.inProcess("current", "-c", "-d", "app.db");
  assert.equal(code, 1);
  assert.match(stderr, /^error\[project-missing\]/);
});

Deno.test("current reads no SQL file", async () => {
  using project = twoSteps();
  await project.prepare("upgrade");
  for (const id of ["a1", "a2"]) {
    Deno.removeSync(`${project.path}/migrations/${id}`, { recursive: true });
  }
  assert.match(await project.prepare("current", "-v", "--check-heads"), /^Revision: +a2/);
});

Deno.test("current works from a subfolder, on the same database", async () => {
  using project = twoSteps();
  await project.prepare("upgrade");
  const { stdout } = await runInProcess(["current"], { cwd: `${project.path}/migrations/a1` });
  assert.match(stdout, /^a2 /);
});

Deno.test("current plays back the journal that a crash left", async () => {
  using project = twoSteps();
  await project.prepare("upgrade");
  await killedInTransaction(project.database, "DELETE FROM aludel_revision");
  assert.ok(Deno.statSync(`${project.database}-journal`).size > 0);
  assert.match(await project.prepare("current"), /^a2 /);
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'spill'"), "0");
});

Deno.test("current says what it cannot read", async () => {
  using project = twoSteps();
  Deno.writeTextFileSync(
    project.database,
    "not a database, but long enough to be looked at twice\n".repeat(40),
  );
  const { code, stderr } = await project.inProcess("current");
  assert.equal(code, 1);
  assert.match(stderr, /^error\[database-not-sqlite\]/);
});

Deno.test("looking waits for a writer that keeps readers out, says for whom, and gives up when --lock-timeout says", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  await project.prepare("upgrade", "heads");
  using writer = new DatabaseSync(project.database);
  const looks = [["current"], ["status"], ["verify"], ["show", "a1"], [
    "diff",
    "db:app.db",
    "head",
  ]];
  writer.exec("BEGIN EXCLUSIVE");
  const waiting = looks.map((words) => start(project, ...words));
  const talks = waiting.map((command) => new Talk(command));
  await Promise.all(talks.map((talk) => talk.until("Waiting for")));
  for (const words of looks) {
    const { stderr } = await project.fails(1, ...words, "--lock-timeout", "0");
    assert.match(stderr, /error\[lock-timeout\]/);
    assert.match(stderr, /next: aludel .*--lock-timeout 60/);
  }
  writer.exec("COMMIT");
  for (const [index, command] of waiting.entries()) {
    assert.match(await talks[index]!.rest(), /which holds the lock on "app.db"/);
    await command.stdout.cancel();
    assert.ok([0, 3].includes((await command.status).code));
  }
});
