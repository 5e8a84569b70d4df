import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const TEMPLATE = "-- Down: add users\n-- Write the SQL that undoes up.sql here.\n\n";

Deno.test("downgrade and redo refuse a down that nobody has written, and change nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE users(id);", TEMPLATE);
  project.add("a2", "CREATE TABLE orders(id);", "DROP TABLE orders;");
  await project.prepare("upgrade");
  const { stderr } = await project.fails(1, "downgrade", "base");
  assert.match(stderr, /^error\[revision-empty-down\]: The down\.sql of revision "a1"/);
  assert.match(stderr, /at migrations\/a1\/down\.sql/);
  assert.match(stderr, /next: aludel edit a1 .*\n {2}next: aludel downgrade base --from-disk /);
  assert.equal(await project.applied(), "a1 a2");
  const script = await project.inProcess("downgrade", "--sql", "head:base");
  assert.match(script.stderr, /revision-empty-down/);
  assert.equal(script.stdout, "");
  await project.prepare("downgrade", "a1");
  const redo = await project.fails(1, "redo", "--from-disk");
  assert.match(redo.stderr, /^error\[revision-empty-down\]/);
  assert.equal(await project.applied(), "a1");
});

Deno.test("a down that is written later is run from disk", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE users(id);", TEMPLATE);
  await project.prepare("upgrade");
  project.edit("a1", "down", "DROP TABLE users;");
  await project.fails(1, "downgrade", "base");
  await project.prepare("downgrade", "--from-disk", "base");
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'users'"), "0");
});

Deno.test("a down without statements runs where the file says why, or where the up has none either", async () => {
  using project = runProject();
  project.add("a1", "-- nothing yet\n", "-- nothing yet\n");
  project.add("a2", "CREATE TABLE t(a);", "DROP TABLE t;");
  project.add("a4", "ANALYZE; SELECT 1;", "-- nothing to undo\n");
  project.add(
    "a3",
    "INSERT INTO t VALUES (1);",
    "-- aludel: ignore=empty-down the row goes with its table\n",
  );
  await project.prepare("upgrade");
  await project.prepare("downgrade", "base");
  assert.equal(await project.applied(), "");
});

Deno.test("seal says which of the downs undo nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE users(id);", TEMPLATE);
  project.add("a2", "CREATE TABLE orders(id);", "DROP TABLE orders;");
  project.add("a3", "DROP TABLE orders;", "-- aludel: ignore=empty-down=\n");
  const { stdout, stderr } = await project.inProcess("seal");
  assert.equal(stdout, "sealed    a1\nsealed    a2\nsealed    a3\n");
  assert.match(stderr, /^The down\.sql of a1 has no statement, so a1 cannot be undone/);
  assert.equal(stderr.trimEnd().split("\n").length, 1);
  const again = JSON.parse(await project.prepare("seal", "--json"));
  assert.deepEqual(again.emptyDowns, []);
});
