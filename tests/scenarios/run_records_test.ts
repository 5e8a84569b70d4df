import assert from "node:assert/strict";
import { type RunProject, runProject } from "./run_project.ts";

async function applied(...ids: readonly string[]): Promise<RunProject> {
  const project = runProject();
  for (const id of ids) project.add(id, `CREATE TABLE t_${id}(a);`, `DROP TABLE t_${id};`);
  await project.prepare("seal");
  await project.done("upgrade");
  return project;
}

Deno.test("an applied revision that was edited is an error with a verdict and the command that mends it", async () => {
  using project = await applied("a1");
  project.edit("a1", "up", "-- why\nCREATE TABLE t_a1 (a);");
  const cosmetic = await project.fails(1, "upgrade");
  assert.match(
    cosmetic.stderr,
    /error\[revision-edited-cosmetic\].*white space and comments only(.|\n)*next: aludel seal --cosmetic a1/,
  );
  project.edit("a1", "up", "CREATE TABLE t_a1(a, b);");
  const changed = await project.fails(1, "upgrade");
  assert.match(
    changed.stderr,
    /error\[revision-edited\]: Sealed revision "a1" was edited: up\.sql differs/,
  );
  assert.match(
    changed.stderr,
    /next: git checkout(.|\n)*next: aludel revision -m(.|\n)*next: aludel seal --force a1/,
  );
});

Deno.test("an edited revision that is to run is an error, too", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  await project.prepare("seal");
  project.edit("a1", "up", "CREATE TABLE t(b);");
  assert.match((await project.fails(1, "upgrade")).stderr, /error\[revision-edited\]/);
  assert.equal(project.has("app.db"), false);
});

Deno.test("seal --cosmetic brings the record and the stored text up to date with the next run", async () => {
  using project = await applied("a1", "a2");
  project.edit("a1", "up", "-- why\nCREATE TABLE t_a1 (a);");
  await project.prepare("seal", "--cosmetic", "a1");
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(stderr, /^resealed {3}a1$/m);
  assert.equal(
    await project.sql("SELECT event, revision FROM aludel_log WHERE event = 'reseal'"),
    "reseal|a1\nreseal|a2",
    "a2's lineage changes with its parent's",
  );
  assert.equal(
    await project.sql("SELECT up_sql FROM aludel_revision WHERE id = 'a1'"),
    "-- why\nCREATE TABLE t_a1 (a);",
  );
  assert.match((await project.fails(0, "upgrade")).stderr, /^Nothing to do/);
});

Deno.test("seal --force updates the record, and the text that ran stays stored", async () => {
  using project = await applied("a1");
  project.edit("a1", "up", "CREATE TABLE t_a1(a, b);");
  project.edit("a1", "down", "DROP TABLE something_else;");
  await project.prepare("seal", "--force", "a1");
  await project.done("upgrade");
  assert.equal(
    await project.sql("SELECT up_sql, down_sql FROM aludel_revision"),
    "CREATE TABLE t_a1(a);\n|DROP TABLE t_a1;",
  );
  await project.done("downgrade", "base");
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name LIKE 't_%'"), "0");
});

Deno.test("a re-parented revision is an error, and redo puts it where it belongs", async () => {
  using project = await applied("a1", "a2", "a3");
  const manifest = project.read("migrations/manifest.json");
  project.write(
    "migrations/manifest.json",
    manifest.replace('"parents":["a2"]', '"parents":["a1"]'),
  );
  const { stderr } = await project.fails(1, "upgrade", "heads");
  assert.match(
    stderr,
    /error\[record-moved\]: Revision "a3" was given other parents after it was applied/,
  );
  assert.match(stderr, /It ran on top of "a2"\n {2}The manifest now puts it on top of "a1"/);
  await project.done("redo", "a3");
  await project.done("upgrade", "heads");
  assert.equal(await project.sql("SELECT parents FROM aludel_revision WHERE id = 'a3'"), '["a1"]');
});

Deno.test("a draft that was edited is a notice with redo, and redo runs it again", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "DROP TABLE t;");
  project.add("a2", "CREATE TABLE u(a);", "DROP TABLE u;");
  await project.done("upgrade");
  project.edit("a1", "up", "CREATE TABLE t(a, b);");
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(
    stderr,
    /warning: Draft "a1" was edited after it was applied\n {2}next: aludel redo a1/,
  );
  const { steps } = JSON.parse(await project.done("redo", "a1", "--json"));
  assert.deepEqual(
    steps.map((step: { direction: string; id: string }) => `${step.direction} ${step.id}`),
    ["down a2", "down a1", "up a1", "up a2"],
  );
  assert.match((await project.fails(0, "upgrade")).stderr, /^Nothing to do/);
});

Deno.test("a revision that is not on disk is told of, shown, and undone from what is stored", async () => {
  using project = await applied("a1");
  const manifest = project.read("migrations/manifest.json");
  project.add("b1", "CREATE TABLE t_b1(a);", "DROP TABLE t_b1;", ["a1"]);
  await project.done("upgrade");
  project.write("migrations/manifest.json", manifest);
  Deno.removeSync(`${project.path}/migrations/b1`, { recursive: true });
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(stderr, /warning: Revision "b1" is applied in the database but not on disk/);
  assert.match(await project.done("show", "b1"), /Revision: b1 \(unknown\)/);
  await project.done("downgrade", "-1");
  assert.equal(await project.applied(), "a1");
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 't_b1'"), "0");
});

Deno.test("a database is undone where there is no project at all", async () => {
  using project = await applied("a1", "a2");
  Deno.removeSync(`${project.path}/migrations`, { recursive: true });
  Deno.removeSync(`${project.path}/aludel.json`);
  await project.done("downgrade", "base", "--database", "app.db");
  assert.equal(await project.applied(), "");
  assert.match(
    (await project.fails(1, "upgrade", "--database", "app.db")).stderr,
    /error\[project-missing\]/,
  );
});

Deno.test("a target that refuses drafts names the command that seals them", async () => {
  using project = runProject();
  project.write(
    "aludel.json",
    '{ "database": "app.db", "databases": { "production": { "url": "prod.db", "drafts": "refuse" } } }',
  );
  project.add("a1", "CREATE TABLE t(a);");
  await project.done("upgrade");
  const { stderr } = await project.fails(1, "upgrade", "--database", "production");
  assert.match(stderr, /error\[revision-draft\](.|\n)*next: aludel seal/);
  assert.equal(project.has("prod.db"), false);
  await project.prepare("seal");
  await project.done("upgrade", "--database", "production");
});

Deno.test("a revision without a down cannot be undone, and says what can be done", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  await project.done("upgrade");
  const { stderr } = await project.fails(1, "downgrade", "base");
  assert.match(
    stderr,
    /error\[revision-irreversible\](.|\n)*applied without a down\.sql(.|\n)*--from-disk/,
  );
  project.edit("a1", "down", "DROP TABLE t;");
  await project.done("downgrade", "base", "--from-disk");
});

Deno.test("the records say who, when, what and with which texts", async () => {
  using project = await applied("a1");
  assert.match(
    await project.sql(
      "SELECT id, parents, message, kind, applied_at, applied_by, up_sql FROM aludel_revision",
    ),
    /^a1\|\[\]\|step a1\|ran\|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\|aludel \d+\.\d+\.\d+\|CREATE TABLE t_a1\(a\);$/,
  );
});

Deno.test("eight processes that undo at once read each record together with its texts", async () => {
  using project = runProject();
  for (const id of ["a1", "a2", "a3", "a4", "a5", "a6"]) {
    project.add(id, `CREATE TABLE ${id}(x);`, `DROP TABLE ${id};`);
  }
  for (const round of [1, 2, 3]) {
    await project.prepare("upgrade");
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => project.aludel("downgrade", "base")),
    );
    assert.deepEqual(
      outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => stderr),
      [],
      `round ${round}`,
    );
    assert.equal(await project.applied(), "");
  }
});

Deno.test("a re-parented revision is recorded where it belongs, and keeps its rows", async () => {
  for (const branch of [false, true]) {
    using project = runProject();
    project.add("r1", "CREATE TABLE t_r1(a);", "DROP TABLE t_r1;");
    project.add("r3", "CREATE TABLE t_r3(a); INSERT INTO t_r3 VALUES (7);", "DROP TABLE t_r3;");
    project.add("r4", "CREATE TABLE t_r4(a); INSERT INTO t_r4 VALUES (8);", "DROP TABLE t_r4;");
    if (branch) project.add("b1", "CREATE TABLE t_b1(a);", "DROP TABLE t_b1;", ["r1"]);
    await project.prepare("upgrade", "heads");
    project.add("r2", "CREATE TABLE t_r2(a);", "DROP TABLE t_r2;", ["r1"]);
    const manifest = project.read("migrations/manifest.json");
    project.write(
      "migrations/manifest.json",
      manifest.replace('"dir":"r3","parents":["r1"]', '"dir":"r3","parents":["r2"]'),
    );
    const { stderr } = await project.fails(1, "upgrade", "heads");
    assert.match(stderr, /error\[record-moved\]/);
    const [cure] = [...stderr.matchAll(/next: (.*)/g)].map((match) => match[1]!);
    assert.match(cure!, /^aludel stamp .* && aludel upgrade r2 && aludel stamp /);
    assert.match(
      stderr,
      /next: aludel redo r3 {3}# undo it and run it again: the rows in what it made are lost/,
    );
    for (const command of cure!.replace(/ {3}#.*/, "").split(" && ")) {
      await project.done(...command.split(" ").slice(1));
    }
    await project.done("upgrade", "heads");
    assert.equal(await project.sql("SELECT * FROM t_r3, t_r4"), "7|8");
    assert.equal(
      await project.sql("SELECT parents FROM aludel_revision WHERE id = 'r3'"),
      '["r2"]',
    );
    assert.equal((await project.aludel("verify", "--drift")).code, 0);
  }
});

Deno.test("a database of another project is changed with --foreign only, and nothing suggests switch", async () => {
  using theirs = runProject();
  theirs.add("x1", "CREATE TABLE x(a); INSERT INTO x VALUES (1);", "DROP TABLE x;");
  theirs.add("x2", "CREATE TABLE y(a);", "DROP TABLE y;");
  await theirs.prepare("upgrade");
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "DROP TABLE t;");
  const other = `${theirs.path}/app.db`;
  const before = await theirs.sql(".dump");
  for (
    const words of [
      ["upgrade"],
      ["upgrade", "heads", "--dry-run"],
      ["upgrade", "--rehearse"],
      ["downgrade", "base"],
      ["downgrade", "-1"],
      ["redo", "x2"],
      ["switch"],
      ["switch", "base"],
      ["stamp", "head"],
      ["stamp", "base"],
      ["stamp", "a1", "--dry-run"],
      ["stamp", "a1", "--sql"],
    ]
  ) {
    const { stderr } = await project.fails(1, ...words, "-d", other);
    assert.match(stderr, /error\[database-foreign\]: Database ".*" belongs to another project/);
    assert.match(
      stderr,
      /It has records of 2 revisions, such as "x1", "x2", and none of them is on disk/,
    );
    assert.match(stderr, /Nothing was run/);
  }
  for (const words of [["status"], ["current"], ["verify"], ["current", "--check-heads"]]) {
    const { stdout, stderr } = await project.aludel(...words, "-d", other);
    assert.doesNotMatch(stdout + stderr, /aludel (?:switch|upgrade|downgrade)/, words.join(" "));
  }
  assert.match((await project.aludel("status", "-d", other)).stderr, /belongs to another project/);
  assert.equal(await theirs.sql(".dump"), before);
  await project.done("upgrade", "heads", "--foreign", "-d", other);
  assert.equal(await theirs.sql("SELECT count(*) FROM t"), "0");
  // Now it shares a revision with the disk.
  await project.done("switch", "-d", other);
  assert.equal(await theirs.applied(), "a1");
});

Deno.test("stamp writes beside the records of another project with --foreign, and instead of them with --purge", async () => {
  using theirs = runProject();
  theirs.add("x1", "CREATE TABLE x(a);", "DROP TABLE x;");
  await theirs.prepare("upgrade");
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);", "DROP TABLE t;");
  await project.done("stamp", "a1", "--foreign", "-d", theirs.database);
  assert.equal(await theirs.applied(), "x1 a1");
  await project.done("stamp", "a1", "--purge", "-d", theirs.database);
  assert.equal(await theirs.applied(), "a1");
});

Deno.test("dev leaves a database of another project alone, even if the own one has no revision", async () => {
  using theirs = runProject();
  theirs.add("x1", "CREATE TABLE x(a); INSERT INTO x VALUES (1);", "DROP TABLE x;");
  await theirs.prepare("upgrade");
  using project = runProject();
  project.write("schema.sql", "CREATE TABLE t(a);");
  const { stderr } = await project.fails(1, "dev", "--once", "-d", theirs.database);
  assert.match(stderr, /error\[database-foreign\]/);
  assert.doesNotMatch(stderr, /--foreign/);
  assert.equal(await theirs.sql("SELECT a FROM x"), "1");
});

Deno.test("a database alone is undone without a project, whatever its records are", async () => {
  using project = await applied("a1", "a2");
  Deno.removeSync(`${project.path}/migrations`, { recursive: true });
  await project.done("downgrade", "base");
  assert.equal(await project.applied(), "");
});
