import assert from "node:assert/strict";
import { run } from "./cli.ts";
import { GIT_ENVIRONMENT } from "./git_project.ts";
import { runProject } from "./run_project.ts";

/** Four sealed revisions: a table, rows, a column with values, and a table with a trigger; and e5 on top. */
function history() {
  const project = runProject();
  project.add(
    "a1",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);\n",
    "DROP TABLE users;\n",
  );
  project.add(
    "b2",
    "INSERT INTO users VALUES (7, 'root'), (9, 'guest');\n",
    "DELETE FROM users;\n",
  );
  project.add(
    "c3",
    "ALTER TABLE users ADD COLUMN name TEXT;\nUPDATE users SET name = upper(email);\n",
    "ALTER TABLE users DROP COLUMN name;\n",
  );
  project.add(
    "d4",
    "CREATE TABLE log (line TEXT);\nCREATE TRIGGER on_user AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.name); END;\n",
    "DROP TRIGGER on_user;\nDROP TABLE log;\n",
  );
  project.add("e5", "CREATE INDEX by_name ON users (name);\n", "DROP INDEX by_name;\n");
  return project;
}

type Project = ReturnType<typeof history>;
const ARCHIVE = ["--archive", "old", "--rev-id", "s1"] as const;
const SCHEMA =
  "SELECT group_concat(type || ' ' || name, ', ') FROM (SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'aludel%' AND name NOT LIKE 'sqlite%' ORDER BY 1, 2)";
const rows = (project: Project) => project.sql("SELECT * FROM users; SELECT count(*) FROM log");

Deno.test("squash writes one revision in the place of a run, and a new database runs the short way", async () => {
  using project = history();
  await project.prepare("seal");
  await project.prepare("upgrade", "head");
  const [schema, content] = [await project.sql(SCHEMA), await rows(project)];
  Deno.removeSync(project.database);
  const dry = await project.fails(0, "squash", ":d4", "--dry-run");
  assert.match(dry.stdout, /INSERT INTO "?users"?/);
  assert.equal(project.has("migrations/a1"), true);
  const done = JSON.parse(await project.done("squash", ":d4", ...ARCHIVE, "--json"));
  assert.deepEqual(done.replaces, ["a1", "b2", "c3", "d4"]);
  assert.equal(done.made, "schema");
  assert.equal(project.has("migrations/a1"), false);
  assert.equal(project.has("old/a1/up.sql"), true);
  const manifest = project.read("migrations/manifest.json");
  assert.match(manifest, /^\{"format":2,/);
  assert.match(manifest, /"was":\[\],"replaces":\["a1","b2","c3","d4"\]\},/);
  assert.match(manifest, /"id":"e5".*"parents":\["s1"\]/);
  await project.done("verify");
  await project.done("upgrade", "head");
  assert.equal(await project.applied(), "s1 e5");
  assert.equal(await project.sql(SCHEMA), schema);
  assert.equal(await rows(project), content);
  assert.match(await project.done("show", "s1"), /Replaces: +a1, b2, c3, d4/);
  await project.done("downgrade", "base");
  assert.equal(await project.sql(SCHEMA), "");
});

Deno.test("a database past the run is recorded anew, and keeps its rows", async () => {
  using project = history();
  await project.prepare("seal");
  await project.prepare("upgrade", "head");
  await project.sql("INSERT INTO users VALUES (20, 'x', 'y')");
  await project.done("squash", ":d4", ...ARCHIVE);
  const before = await rows(project);
  await project.done("status");
  assert.equal((await project.done("current")).trim().split(/\s/)[0], "e5");
  // Looking has recorded nothing.
  assert.equal(await project.applied(), "a1 b2 c3 d4 e5");
  await project.done("upgrade", "head", "--dry-run");
  const script = await project.fails(1, "downgrade", "-1", "--sql");
  assert.match(script.stderr, /squash-script/);
  const outcome = await project.fails(0, "upgrade", "head");
  assert.match(outcome.stderr, /"s1" is recorded in the place of the 4 revisions/);
  assert.equal(await project.applied(), "s1 e5");
  assert.equal(await rows(project), before);
  assert.equal(
    await project.sql(
      "SELECT details ->> '$.texts.b2.down' FROM aludel_log WHERE event = 'squash'",
    ),
    "DELETE FROM users;",
  );
  await project.done("verify");
  await project.done("verify", "--drift");
  await project.done("downgrade", "s1");
  assert.equal(await project.applied(), "s1");
  await project.done("upgrade", "head");
  await project.done("status");
});

Deno.test("a stamp and a downgrade record the squash first as well", async () => {
  using project = history();
  await project.prepare("seal");
  await project.prepare("upgrade", "head");
  await project.done("squash", ":d4", ...ARCHIVE);
  await project.done("stamp", "s1");
  assert.equal(await project.applied(), "s1");
  await project.done("downgrade", "base");
  assert.equal(await project.sql(SCHEMA), "");
});

Deno.test("a database inside the run is refused, finishes with the old files, and is past it then", async () => {
  using project = history();
  await project.prepare("seal");
  await project.prepare("upgrade", "b2");
  const old = project.read("migrations/manifest.json");
  await project.done("squash", ":d4", ...ARCHIVE);
  for (const words of [["upgrade", "head"], ["switch", "head"]]) {
    const { stderr } = await project.fails(1, ...words);
    assert.match(stderr, /^error\[squash-inside\]/);
    assert.match(stderr, /It has applied 2 of them, and not "c3", "d4"/);
  }
  assert.match((await project.fails(3, "status")).stdout, /squash-inside/);
  project.write("before/migrations/manifest.json", old);
  for (const id of ["a1", "b2", "c3", "d4"]) {
    for (const file of ["up.sql", "down.sql"]) {
      project.write(`before/migrations/${id}/${file}`, project.read(`old/${id}/${file}`));
    }
  }
  project.write("before/aludel.json", JSON.stringify({ database: "../app.db" }));
  await project.done("upgrade", "d4", "-c", "before");
  await project.done("upgrade", "head");
  assert.equal(await project.applied(), "s1 e5");
});

Deno.test("a run in the middle is compared on generated rows, and keeps scripts that no schema tells", async () => {
  using project = history();
  await project.prepare("seal");
  const document = JSON.parse(await project.done("squash", "b2:c3", ...ARCHIVE, "--json"));
  assert.equal(document.made, "scripts");
  assert.equal(document.trials, 2);
  await project.done("upgrade", "head");
  assert.equal(await project.applied(), "a1 s1 d4 e5");
  assert.equal(await project.sql("SELECT * FROM users"), "7|root|ROOT\n9|guest|GUEST");
  await project.done("downgrade", "a1");
  assert.equal(await project.applied(), "a1");
});

Deno.test("a branch inside is squashed if the run has one entry and one exit, and no other run is", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a (x);\n", "DROP TABLE a;\n");
  project.add("b1", "CREATE TABLE b (x);\n", "DROP TABLE b;\n", ["a1"]);
  project.add("b2", "CREATE TABLE c (x);\n", "DROP TABLE c;\n", ["a1"]);
  project.add("m1", "-- Nothing.\n", "-- Nothing.\n", ["b1", "b2"]);
  project.add("z1", "CREATE TABLE z (x);\n", "DROP TABLE z;\n", ["m1"]);
  const code = async (...words: string[]) =>
    /error\[([\w-]+)\]/.exec((await project.fails(1, "squash", ...words, ...ARCHIVE)).stderr)?.[1];
  assert.equal(await code("a1:m1"), "squash-draft");
  await project.prepare("seal");
  assert.equal(await code("a1:b1"), "squash-run");
  assert.equal(await code("b1:z1"), "squash-run");
  assert.equal(await code("z1:z1"), "squash-run");
  await project.fails(2, "squash", "a1");
  await project.done("squash", "a1:m1", ...ARCHIVE);
  await project.done("upgrade", "head");
  assert.equal(await project.applied(), "s1 z1");
  // A squash of a squash stands for all of them.
  const again = JSON.parse(
    await project.done("squash", "s1:z1", "--archive", "old", "--rev-id", "s2", "--json"),
  );
  assert.deepEqual(again.replaces, ["s1", "z1"]);
  assert.match(
    project.read("migrations/manifest.json"),
    /"replaces":\["a1","b1","b2","m1","s1","z1"\]/,
  );
});

for (const driver of [false, true]) {
  const how = driver ? "by the merge driver" : "by plain git";
  Deno.test(`git's hook accepts a squash in one commit, and a branch from before it merges ${how}`, async () => {
    using project = history();
    const git = async (...args: string[]) => {
      const { code, stdout, stderr } = await run("git", args, {
        cwd: project.path,
        env: GIT_ENVIRONMENT,
      });
      assert.equal(code, 0, stdout + stderr);
      return stdout;
    };
    await project.prepare("seal");
    await git("init", "-q", "-b", "main");
    if (driver) await project.done("hook", "install");
    project.write(".gitignore", "*.db*\n.aludel\n");
    if (!driver) project.write(".gitattributes", "migrations/manifest.json merge=union\n");
    const early = await project.fails(1, "squash", ":e5", "--rev-id", "s1");
    assert.match(early.stderr, /error\[squash-uncommitted\]/);
    await git("add", ".");
    await git("commit", "-q", "-m", "Begin");
    await git("switch", "-q", "-c", "other");
    project.add("f6", "CREATE TABLE f (x);\n", "DROP TABLE f;\n", ["e5"]);
    await project.prepare("seal");
    await git("add", ".");
    await git("commit", "-q", "-m", "f6");
    await git("switch", "-q", "main");
    await project.done("squash", ":e5", "--rev-id", "s1");
    assert.equal(project.has("migrations/a1"), false);
    await git("add", "--all", ".");
    await project.done("verify", "--staged");
    await git("commit", "-q", "-m", "Squash");
    await git("merge", "-q", "-m", "Merge", "other");
    assert.match(await project.done("heads"), /^f6/);
    await project.fails(0, "verify", "--fix");
    await project.done("verify");
    await project.done("upgrade", "head");
    assert.equal(await project.applied(), "s1 f6");
  });
}

Deno.test("verify --fix does not bring back a folder of a replaced revision", async () => {
  using project = history();
  await project.prepare("seal");
  await project.done("squash", ":e5", ...ARCHIVE);
  project.write("migrations/b2/up.sql", "INSERT INTO users VALUES (7, 'root'), (9, 'guest');\n");
  const outcome = await project.aludel("verify", "--fix");
  assert.match(
    outcome.stdout + outcome.stderr,
    /Folder "b2" is that of b2, which s1 replaces: remove it/,
  );
  assert.doesNotMatch(project.read("migrations/manifest.json"), /"id":"b2"/);
});

Deno.test("squash writes nothing if no shorter way gives the same", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x INTEGER);\n", "DROP TABLE t;\n");
  project.add("b2", "INSERT INTO t VALUES (1);\n", "DELETE FROM t;\n");
  project.add("c3", "-- aludel: foreign-keys=on\nUPDATE t SET x = x + 1;\n", null);
  await project.prepare("seal");
  const { stderr } = await project.fails(1, "squash", "b2:c3", ...ARCHIVE);
  assert.match(stderr, /error\[squash-unequal\]/);
  assert.match(stderr, /The rows differ: /);
  assert.match(stderr, /has a header for a run of its own/);
  assert.equal(project.has("migrations/b2/up.sql"), true);
});

Deno.test("a manifest with replaces has format 2, which a manifest without never has", async () => {
  using project = history();
  await project.prepare("seal");
  await project.done("squash", ":e5", ...ARCHIVE);
  const manifest = project.read("migrations/manifest.json");
  project.write("migrations/manifest.json", manifest.replace('"format":2', '"format":1'));
  assert.match(
    (await project.fails(1, "heads")).stderr,
    /"replaces", which format 1 does not have/,
  );
  const twice = manifest.replace(
    "null]}",
    `${
      /^\{"id":"s1".*,$/m.exec(manifest)![0].replace('"s1"', '"s2"').replace(
        /"dir":"[^"]*"/,
        '"dir":"x"',
      )
    }\nnull]}`,
  );
  project.write("migrations/manifest.json", twice);
  assert.match((await project.fails(1, "heads")).stderr, /both replace "a1"/);
});

Deno.test("a downgrade undoes a squash that the database has not recorded yet", async () => {
  using project = history();
  await project.prepare("seal");
  await project.prepare("upgrade", "d4");
  await project.prepare("squash", "b2:d4", ...ARCHIVE);
  assert.match(await project.done("downgrade", "-1", "--dry-run"), /^downgrade {2}s1/);
  await project.done("downgrade", "-1");
  assert.equal(await project.applied(), "a1");
  await project.done("upgrade", "head");
  await project.done("verify", "--drift");
  assert.equal(await project.applied(), "a1 s1 e5");
});

Deno.test("verify says of a database inside the run what to do, and nothing else", async () => {
  using project = history();
  await project.prepare("seal");
  await project.prepare("upgrade", "b2");
  await project.prepare("squash", ":d4", ...ARCHIVE);
  const { stdout } = await project.fails(3, "verify");
  assert.match(stdout, /^error\[squash-inside\]: The database is inside the run/);
  assert.doesNotMatch(stdout, /revision-unknown|aludel downgrade/);
});
