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
