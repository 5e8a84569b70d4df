import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\n";

/** a1 and b1 are sealed; the drafts x1 and x2 follow a1. */
function twoBranches(x1: string, down: string | null) {
  const project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  project.add(
    "b1",
    "ALTER TABLE users ADD COLUMN age INTEGER;\n",
    "ALTER TABLE users DROP COLUMN age;\n",
  );
  return {
    project,
    drafts: async () => {
      await project.prepare("seal");
      project.add("x1", x1, down, ["a1"]);
      project.add("x2", "CREATE TABLE x2 (x);\n", "DROP TABLE x2;\n", ["x1"]);
      return project;
    },
  };
}

const parentsIn = (manifest: string, id: string) =>
  new RegExp(`"id":"${id}".*?"parents":(\\[.*?\\])`).exec(manifest)?.[1];

Deno.test("rebase gives a draft another parent after running it there, and what follows goes along", async () => {
  const { project: made, drafts } = twoBranches(
    "CREATE TABLE tags (name TEXT);\n",
    "DROP TABLE tags;\n",
  );
  using project = made;
  await drafts();
  const document = JSON.parse(await project.done("rebase", "x1", "--onto", "b1", "--json"));
  assert.deepEqual(document.parents, ["b1"]);
  assert.equal(document.commutes, true);
  assert.deepEqual(
    document.moved.map((
      one: { id: string; verdict: { kind: string } },
    ) => [one.id, one.verdict.kind]),
    [["x1", "exact"], ["x2", "exact"]],
  );
  const manifest = project.read("migrations/manifest.json");
  assert.equal(parentsIn(manifest, "x1"), '["b1"]');
  assert.equal(parentsIn(manifest, "x2"), '["x1"]');
  const again = await project.fails(0, "rebase", "x2", "--onto", "x1");
  assert.match(again.stderr, /Nothing to do/);
  await project.done("verify");
  await project.done("upgrade", "head");
  assert.equal(await project.applied(), "a1 b1 x1 x2");
});

Deno.test("rebase refuses a draft that does not work in the new place, and changes nothing", async () => {
  // Written before b1 added a column, this rebuild would leave it out.
  const rebuild = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);\n" +
    "INSERT INTO new_users SELECT id, email FROM users;\nDROP TABLE users;\n" +
    "ALTER TABLE new_users RENAME TO users;\n";
  const back = rebuild.replace(" UNIQUE", "");
  const { project: made, drafts } = twoBranches(rebuild, back);
  using project = made;
  await drafts();
  const manifest = project.read("migrations/manifest.json");
  const outcome = await project.fails(1, "rebase", "x1", "--onto", "b1");
  assert.match(outcome.stderr, /error\[rebase-failed\]: "x1" does not work in the new place/);
  assert.equal(project.read("migrations/manifest.json"), manifest);
});

Deno.test("rebase tells that a draft does not commute with what it follows now", async () => {
  const { project: made, drafts } = twoBranches(
    "CREATE TABLE copies AS SELECT * FROM users;\n",
    "DROP TABLE copies;\n",
  );
  using project = made;
  await drafts();
  const outcome = await project.fails(0, "rebase", "x1", "--onto", "b1");
  assert.match(outcome.stderr, /warning: it does not commute/);
});

Deno.test("rebase refuses what is applied with the command that undoes it", async () => {
  const { project: made, drafts } = twoBranches(
    "CREATE TABLE tags (name TEXT);\n",
    "DROP TABLE tags;\n",
  );
  using project = made;
  await drafts();
  await project.done("upgrade", "x2");
  const { stderr } = await project.fails(1, "rebase", "x1", "--onto", "b1");
  assert.match(stderr, /error\[rebase-applied\]/);
  const [, next = ""] = /next: aludel (.*?) {3}#/.exec(stderr) ?? [];
  await project.done(...next.split(" "));
  assert.equal(await project.applied(), "a1");
  await project.done("rebase", "x1", "--onto", "b1");
});

Deno.test("rebase refuses what is sealed, a follower as parent, and a parent that has children", async () => {
  const { project: made, drafts } = twoBranches(
    "CREATE TABLE tags (name TEXT);\n",
    "DROP TABLE tags;\n",
  );
  using project = made;
  await drafts();
  const code = async (...words: string[]) =>
    /error\[([\w-]+)\]/.exec((await project.fails(1, "rebase", ...words)).stderr)?.[1];
  assert.equal(await code("b1", "--onto", "base"), "draft-sealed");
  assert.equal(await code("x1", "--onto", "x2"), "rebase-onto-follower");
  assert.equal(await code("x1", "--onto", "x1"), "rebase-onto-follower");
  assert.equal(await code("x2", "--onto", "a1"), "revision-not-head");
  await project.done("rebase", "x2", "--onto", "a1", "--splice");
  await project.done("rebase", "x2", "--onto", "b1", "--onto", "x1");
  assert.equal(parentsIn(project.read("migrations/manifest.json"), "x2"), '["b1","x1"]');
  await project.fails(2, "rebase", "x1");
});

Deno.test("rebase --onto head means what the draft can follow, and not what moves with it", async () => {
  const { project: made, drafts } = twoBranches(
    "CREATE TABLE tags (name TEXT);\n",
    "DROP TABLE tags;\n",
  );
  using project = made;
  await drafts();
  // x2, which follows x1, is a head too.
  const { parents } = JSON.parse(await project.done("rebase", "x1", "--onto", "head", "--json"));
  assert.deepEqual(parents, ["b1"]);
  const again = await project.fails(0, "rebase", "x1", "--onto", "heads");
  assert.match(again.stderr, /Nothing to do/);
});

Deno.test("no rebase, revision or merge gets a parent that is under another one", async () => {
  const { project: made, drafts } = twoBranches(
    "CREATE TABLE tags (name TEXT);\n",
    "DROP TABLE tags;\n",
  );
  using project = made;
  await drafts();
  await project.prepare("merge", "b1", "x2", "-m", "join", "--rev-id", "m1");
  for (
    const args of [
      ["rebase", "m1", "--onto", "a1", "--onto", "x2"],
      ["revision", "-m", "y", "--head", "a1", "--head", "x2", "--splice"],
      ["merge", "a1", "x2", "-m", "y"],
    ]
  ) {
    const { stderr } = await project.fails(1, ...args);
    assert.match(stderr, /error\[merge-ancestor\]: "a1" is an ancestor of another parent/);
  }
  // Behind b1, x2 has all that the merge is to join.
  await project.done("rebase", "x1", "--onto", "b1", "--splice");
  assert.equal(parentsIn(project.read("migrations/manifest.json"), "m1"), '["x2"]');
  await project.done("verify");
  await project.done("upgrade", "head");
  assert.equal(await project.applied(), "a1 b1 x1 x2 m1");
});
