import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY);\n";

Deno.test("check names the file that is missing, and how to begin one", async () => {
  using project = runProject();
  project.add("a1", USERS);
  const { stderr } = await project.fails(1, "check");
  assert.match(stderr, /^error\[schema-missing\]: There is no schema file "schema\.sql"/m);
  assert.match(stderr, /next: aludel schema heads > schema\.sql/);
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
  assert.match(stderr, /next: sh -c 'cd .* && true'$/m);
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
    /^error\[directive-file\]: The directive "ignore" does not belong in a sche/,
  );
});

Deno.test("a schema without a definition never means to drop everything", async () => {
  using project = runProject();
  project.add("a1", USERS);
  for (
    const [text, setting] of [
      ["", undefined],
      ["\n\n", undefined],
      ["-- nothing yet\n/* still nothing */", undefined],
      ["BEGIN;\nCOMMIT;\n", undefined],
      ["CREATE TABLE alembic_version (version_num);", undefined],
      ["CREATE TEMP TABLE t (a);", undefined],
      ["", ["printf", "-- nothing"]],
    ] as const
  ) {
    project.write("schema.sql", text);
    if (setting) project.write("aludel.json", JSON.stringify({ schema: { command: setting } }));
    for (const words of [["check"], ["revision", "--autogenerate", "-m", "drop"]]) {
      const { stderr } = await project.fails(1, ...words);
      assert.match(stderr, /error\[schema-empty\]: "[^"]+" (has|printed) no definition/m, text);
    }
  }
  project.write("aludel.json", "{}");
  project.write("schema.sql", "");
  const { stderr } = await project.fails(1, "check");
  assert.match(stderr, /next: aludel schema heads > schema\.sql/);
  project.write("schema.sql", await project.done("schema", "heads"));
  await project.done("check");
  assert.deepEqual([...Deno.readDirSync(`${project.path}/migrations`)].length, 2);
  // An own view is something, and nothing is what a new project has.
  project.write("schema.sql", "CREATE VIEW v AS SELECT 1;");
  await project.fails(3, "check");
  using fresh = runProject();
  fresh.write("schema.sql", "-- nothing yet\n");
  await fresh.done("check");
});

Deno.test("conflict marks in a schema file have their own error, and the heads' schema resolves it", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.add("b1", "CREATE TABLE b (x);", null, ["a1"]);
  project.add("c1", "CREATE TABLE c (x);", null, ["a1"]);
  const conflict = (name: string) =>
    `${USERS}<<<<<<< HEAD\nCREATE TABLE b (x);\n=======\nCREATE TABLE c (x);\n>>>>>>> ${name}\n`;
  project.write("schema.sql", conflict("theirs"));
  const { stderr } = await project.fails(1, "check");
  assert.match(stderr, /error\[schema-conflict\]: "schema\.sql" has the marks of a merge conflict/);
  assert.match(stderr, /at schema\.sql:2:1$/m);
  assert.match(stderr, /next: aludel schema heads > schema\.sql/);
  project.write("schema.sql", await project.done("schema", "heads"));
  await project.done("check");
  Deno.removeSync(`${project.path}/schema.sql`);
  project.write("schema/all.sql", conflict("theirs"));
  const folder = await project.fails(1, "check");
  assert.match(folder.stderr, /error\[schema-conflict\]: "schema\/all\.sql"/);
  assert.doesNotMatch(folder.stderr, /heads > /);
  project.write("schema/all.sql", "CREATE TABLE t (a DEFAULT '\n<<<<<<< \n');");
  await project.fails(3, "check");
});

Deno.test("tables of other tools are no difference, in a schema file or in the database", async () => {
  using project = runProject();
  project.add("a1", `${USERS}CREATE TABLE goose_db_version (id);`, "DROP TABLE users;");
  project.write("schema.sql", `${USERS}CREATE TABLE schema_migrations (version);\n`);
  await project.done("check");
  await project.prepare("upgrade");
  await project.sql("CREATE TABLE _litestream_seq (id); CREATE INDEX s ON _litestream_seq (id);");
  await project.done("verify", "--drift");
  project.write("aludel.json", '{"database":"app.db","exclude":["!schema_migrations"]}');
  assert.equal(
    (await project.fails(3, "check")).stdout,
    "+ create table schema_migrations\n",
  );
  await project.sql("DELETE FROM aludel_revision");
  const located = await project.done("locate");
  assert.match(located, /a1/);
});
