import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY);\n";

Deno.test("check names the file that is missing, and how to begin one", async () => {
  using project = runProject();
  project.add("a1", USERS);
  const { stderr } = await project.fails(1, "check");
  assert.match(stderr, /^error\[schema-missing\]: There is no "schema\.sql"/m);
  assert.match(stderr, /next: aludel schema head > schema\.sql/);
  project.write("schema.sql", await project.done("schema", "head"));
  await project.done("check");
});

Deno.test("check takes neither an empty folder nor a silent program for a schema without tables", async () => {
  using project = runProject();
  project.add("a1", USERS);
  Deno.mkdirSync(`${project.path}/schema`);
  assert.match(
    (await project.fails(1, "check")).stderr,
    /^error\[schema-folder-empty\]: The folder "schema" has no \.sql file$/m,
  );
  project.write("aludel.json", JSON.stringify({ schema: { command: ["true"] } }));
  const { stderr } = await project.fails(1, "check");
  assert.match(stderr, /^error\[schema-command-empty\]: "true" printed nothing$/m);
  assert.match(stderr, /next: cd .* && true$/m);
});

Deno.test("check says where the schema needs a newer SQLite than this one", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.write("schema.sql", `-- aludel: sqlite>=3.35\n${USERS}`);
  await project.prepare("check");
  project.write("schema.sql", `-- aludel: sqlite>=3.999\n${USERS}`);
  const { stderr } = await project.fails(1, "check");
  assert.match(
    stderr,
    /^error\[sqlite-too-old\]: The schema needs SQLite 3\.999, and this one is 3/,
  );
  assert.match(stderr, /at schema\.sql:1:1$/m);
});

Deno.test("schema leaves out what a revision's file says to lint and to the run, and check takes it", async () => {
  using project = runProject();
  const up =
    "CREATE TABLE t (\n  a, -- aludel: ignore=x y\n  b -- of t\n  -- aludel: allow-loss=t z\n);\n";
  project.add("a1", up);
  const schema = await project.prepare("schema", "head");
  assert.equal(schema, "CREATE TABLE t (\n  a, \n  b -- of t\n);\n");
  project.write("schema.sql", schema);
  await project.prepare("check");
});

Deno.test("a schema file may not say what only a revision can", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.write("schema.sql", `${USERS}-- aludel: ignore=drop-table nobody needs it\n`);
  const { stderr } = await project.fails(1, "check");
  assert.match(
    stderr,
    /^error\[directive-file\]: The directive "ignore" does not belong into a sche/,
  );
});
