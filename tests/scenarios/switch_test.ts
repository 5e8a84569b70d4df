import assert from "node:assert/strict";
import { sqlite3 } from "./cli.ts";
import { type GitProject, gitProject } from "./git_project.ts";

/** The database is upgraded on `side`, and then `main` is checked out, which has other revisions. */
async function switched(): Promise<GitProject> {
  const project = await gitProject();
  project.write(".gitignore", "app.db*\n");
  project.add("a1");
  await project.commit();
  await project.git("switch", "-qc", "side");
  project.add("s1");
  project.add("s2");
  await project.commit();
  await project.prepare("upgrade", "heads");
  await project.git("switch", "-q", "main");
  project.add("m1");
  await project.commit();
  return project;
}

const tables = (project: GitProject) =>
  sqlite3(
    `${project.path}/app.db`,
    "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE name NOT LIKE 'aludel%' AND name NOT LIKE 'sqlite%' ORDER BY 1)",
  );

Deno.test("status and current say which branch has what the database has and the disk has not", async () => {
  using project = await switched();
  const status = await project.aludel("status");
  assert.equal(status.code, 3);
  assert.match(status.stdout, /^"s1" is not on disk: the branch "side" has it$/m);
  assert.match(status.stderr, /^next: aludel switch {3}# /m);
  const { value } = await project.json("status");
  assert.deepEqual((value as { gitBranches: unknown }).gitBranches, [
    { id: "s1", branches: ["side"] },
    { id: "s2", branches: ["side"] },
  ]);
  const current = await project.aludel("current");
  assert.equal(current.code, 0);
  assert.match(current.stderr, /^"s2" is not on disk: the branch "side" has it$/m);
  await project.git("branch", "-D", "side");
  assert.match(
    (await project.aludel("current")).stderr,
    /^"s2" is not on disk, and no branch of this repository has it \(1 searched\)$/m,
  );
});

Deno.test("switch undoes what the other branch applied and applies this one's, in one step", async () => {
  using project = await switched();
  const dry = await project.aludel("switch", "--dry-run", "--json");
  assert.equal(dry.code, 0);
  assert.equal(await tables(project), "a1 s1 s2");
  const { code, value } = await project.json("switch");
  assert.equal(code, 0);
  const steps = (value as { steps: { direction: string; id: string }[] }).steps;
  assert.deepEqual(steps.map(({ direction, id }) => `${direction} ${id}`), [
    "down s2",
    "down s1",
    "up m1",
  ]);
  assert.equal(await tables(project), "a1 m1");
  await project.git("switch", "-q", "side");
  await project.done("switch");
  assert.equal(await tables(project), "a1 s1 s2");
  assert.match((await project.aludel("switch")).stderr, /^Nothing to do/);
});

Deno.test("switch changes nothing where one step fails", async () => {
  using project = await switched();
  project.write("migrations/m1/up.sql", "CREATE TABLE a1 (again);\n");
  await project.done("seal", "--force", "m1");
  const { code } = await project.aludel("switch");
  assert.equal(code, 1);
  assert.equal(await tables(project), "a1 s1 s2");
});

Deno.test("switch goes to a revision, down or across, and takes no branch of git for one", async () => {
  using project = await switched();
  const branch = await project.aludel("switch", "side");
  assert.equal(branch.code, 1);
  assert.match(
    branch.stderr,
    /"side" is a branch of git[\s\S]*next: git switch side && aludel switch/,
  );
  await project.done("switch", "a1");
  assert.equal(await tables(project), "a1");
  await project.done("switch");
  assert.equal(await tables(project), "a1 m1");
});
