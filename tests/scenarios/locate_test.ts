import assert from "node:assert/strict";
import { type RunProject, runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n";

/** a1 ← b1 ← d1 (rows only) ← c1. */
function history(): RunProject {
  const project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  project.add("b1", "CREATE INDEX by_name ON users (name);\n", "DROP INDEX by_name;\n");
  project.add("d1", "UPDATE users SET name = 'x' WHERE name IS NULL;\n", "-- nothing\n");
  project.add("c1", "CREATE VIEW v AS SELECT name FROM users;\n", "DROP VIEW v;\n");
  return project;
}

Deno.test("locate finds the revision whose schema a database has, and stamps it", async () => {
  using project = history();
  await project.sql("create table USERS(id integer primary key, name text)");
  assert.equal(await project.done("locate"), "a1  step a1\n");
  assert.equal(await project.applied(), "");
  await project.prepare("locate", "--stamp");
  assert.equal(await project.applied(), "a1");
  assert.equal((await project.inProcess("upgrade")).code, 0);
  const { stderr } = await project.fails(1, "locate", "--stamp");
  assert.match(stderr, /^error\[locate-recorded\]/);
});

Deno.test("locate names the nearest revision and what differs", async () => {
  using project = history();
  await project.sql(`${USERS} CREATE INDEX by_name ON users (name); CREATE TABLE more (x);`);
  const { stdout } = await project.fails(3, "locate");
  assert.match(stdout, /^d1 {2}step d1\n- drop table more\n$/);
  const { stderr } = await project.fails(3, "locate", "--stamp");
  assert.match(stderr, /error\[locate-unknown\]/);
  assert.equal(await project.applied(), "");
});

Deno.test("locate does not guess between revisions that change rows only", async () => {
  using project = history();
  await project.sql(`${USERS} CREATE INDEX by_name ON users (name);`);
  assert.equal(await project.done("locate"), "d1  step d1\nb1  step b1\n");
  const { stderr } = await project.fails(1, "locate", "--stamp");
  assert.match(stderr, /error\[locate-ambiguous\]/);
});

Deno.test("locate knows the states between two branches, and the one before everything", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  project.add("b1", "CREATE TABLE b (x);\n", "DROP TABLE b;\n", ["a1"]);
  project.add("c1", "CREATE TABLE c (x);\n", "DROP TABLE c;\n", ["a1"]);
  project.add("m1", "-- joins\n", "-- parts\n", ["b1", "c1"]);
  await project.sql("SELECT 1");
  await project.sql("PRAGMA user_version = 1");
  assert.equal(await project.prepare("locate"), "base\n");
  await project.sql(`${USERS} CREATE TABLE c (x)`);
  assert.equal(await project.prepare("locate"), "c1  step c1\n");
  await project.sql("CREATE TABLE b (x)");
  assert.equal(await project.prepare("locate"), "m1  step m1\n");
});

Deno.test("locate leaves out what the settings exclude", async () => {
  using project = history();
  const settings = JSON.parse(project.read("aludel.json"));
  project.write("aludel.json", JSON.stringify({ ...settings, exclude: ["queue_*"] }));
  await project.sql(`${USERS} CREATE TABLE queue_jobs (x)`);
  assert.equal(await project.prepare("locate"), "a1  step a1\n");
});
