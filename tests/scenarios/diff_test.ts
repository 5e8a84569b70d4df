import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const ONE = "CREATE TABLE t (a INTEGER PRIMARY KEY);\n";
const TWO = "ALTER TABLE t ADD COLUMN b TEXT;\n";

Deno.test("diff compares revisions, databases, files and nothing", async () => {
  using project = runProject();
  project.add("a1", ONE);
  project.add("b2", TWO);
  project.write("wanted.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c);\n");
  await project.done("upgrade", "a1");
  const cases: readonly (readonly [string, string, string])[] = [
    ["a1", "b2", "+ add column t.b TEXT\n"],
    ["head", "base", "- drop table t\n"],
    ["app.db", "head", "+ add column t.b TEXT\n"],
    ["current", "head", "+ add column t.b TEXT\n"],
    ["head", "wanted.sql", "+ add column t.c\n"],
    ["empty", "a1", "+ create table t\n"],
    ["empty", "rev:a1", "+ create table t\n"],
    ["db:app.db", "sql:wanted.sql", "+ add column t.b TEXT\n+ add column t.c\n"],
    ["a1", "a1", ""],
  ];
  for (const [a, b, expected] of cases) {
    assert.equal(await project.done("diff", a, b), expected, `diff ${a} ${b}`);
  }
});

Deno.test("diff exits 3 on a difference only when it is told to", async () => {
  using project = runProject();
  project.add("a1", ONE);
  await project.fails(0, "diff", "empty", "head");
  await project.fails(3, "diff", "--exit-code", "empty", "head");
  await project.fails(0, "diff", "--exit-code", "head", "head");
});

Deno.test("diff --json has the changes as data", async () => {
  using project = runProject();
  project.add("a1", ONE);
  const answer = JSON.parse(await project.done("diff", "empty", "head", "--json"));
  assert.deepEqual(answer, {
    format: 1,
    a: "empty",
    b: "head",
    clean: false,
    changes: [{ kind: "create-table", name: "t", lines: ["create table t"] }],
    suggestions: [],
    plan: null,
    diagram: null,
  });
});

Deno.test("diff asks which of several things a word means, and knows when it means none", async () => {
  using project = runProject();
  project.add("a1", ONE);
  project.write("a1/schema.sql", ONE);
  const { stderr } = await project.fails(1, "diff", "empty", "a1");
  assert.match(stderr, /error\[operand-ambiguous\]/);
  assert.match(stderr, /sql:a1/);
  assert.equal(await project.done("diff", "rev:a1", "sql:a1"), "");
  assert.match(
    (await project.fails(1, "diff", "empty", "nothing.sql")).stderr,
    /error\[operand-unknown\]/,
  );
  const missing = await project.fails(1, "diff", "empty", "db:no.db");
  assert.match(missing.stderr, /^error\[database-missing\]: Database "no\.db" does not exist$/m);
  assert.match(
    missing.stderr,
    /next: aludel upgrade {3}# create it\n {2}next: aludel diff empty db:PATH {3}# name another one\n/,
  );
});

Deno.test("schema prints what a revision leads to, in an order that runs", async () => {
  using project = runProject();
  project.add("a1", ONE);
  project.add("b2", `${TWO} CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT b FROM t;`);
  assert.equal(await project.done("schema", "a1"), "CREATE TABLE t (a INTEGER PRIMARY KEY);\n");
  const text = await project.done("schema");
  project.write("all.sql", text);
  assert.equal(await project.done("diff", "head", "all.sql"), "");
  const answer = JSON.parse(await project.done("schema", "head", "--json"));
  assert.deepEqual(
    answer.objects.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`),
    ["table t", "index i", "view v"],
  );
});

Deno.test("diff alone compares the heads with schema.sql, and with one argument that", async () => {
  using project = runProject();
  project.add("a1", ONE);
  project.add("b2", TWO);
  project.write("schema.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c);\n");
  assert.equal(await project.done("diff"), "+ add column t.c\n");
  assert.equal(await project.done("diff", "a1"), "+ add column t.b TEXT\n+ add column t.c\n");
  const { a, b } = JSON.parse(await project.done("diff", "--json"));
  assert.deepEqual([a, b], ["heads", "schema.sql"]);
  // An empty file is never taken for a wish to drop everything.
  project.write("schema.sql", "");
  assert.match((await project.fails(1, "diff")).stderr, /error\[schema-empty\]/);
});

Deno.test("diff --sql prints statements that lead from A to B, with costs and hazards", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE u (x);\n");
  project.write("wanted.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER);\n");
  const { stdout, stderr } = await project.fails(0, "diff", "head", "wanted.sql", "--sql");
  assert.match(stdout, /^DROP TABLE "?u"?;$/m);
  assert.match(stderr, /rewrite {2}copy the rows of t/);
  assert.match(stderr, /warning\[drop-table\]/);
  await project.done("upgrade");
  await project.sql(`\n${stdout}`);
  assert.equal(await project.done("diff", "app.db", "wanted.sql"), "");
  const { plan } = JSON.parse(
    await project.done("diff", "head", "wanted.sql", "--sql", "--json"),
  );
  assert.ok(plan.statements.some(({ cost }: { cost: string }) => cost === "rewrite"));
  assert.equal(await project.done("diff", "head", "head", "--sql"), "");
});
