import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\n";

Deno.test("drop undoes a draft where it is applied, and takes its line and its folder away", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  project.add("b2", "CREATE TABLE tags (name TEXT);\n", "DROP TABLE tags;\n");
  await project.done("upgrade", "head");
  await project.sql("INSERT INTO tags VALUES ('kept')");
  const outcome = await project.fails(0, "drop", "b2");
  assert.equal(outcome.stdout, "dropped  b2  step b2\n");
  assert.match(outcome.stderr, /downgrade {2}b2/);
  // What the undoing took is in a restore point, as after any run.
  assert.match(outcome.stderr, /lost {7}.*tags/);
  assert.match(outcome.stderr, /aludel restore /);
  assert.equal(await project.applied(), "a1");
  assert.equal(project.has("migrations/b2"), false);
  await project.done("verify");
  assert.equal((await project.done("heads")).trim().split(/\s/)[0], "a1");
});

Deno.test("drop works without a database, and as JSON", async () => {
  using project = runProject();
  project.add("a1", USERS);
  const document = JSON.parse(await project.done("drop", "head", "--json"));
  assert.deepEqual(document, { format: 1, id: "a1", folder: "migrations/a1", undone: null });
  assert.equal(project.has("app.db"), false);
});

Deno.test("drop refuses what is sealed, what others follow, and what only the database has", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  await project.prepare("seal");
  project.add("b2", "CREATE TABLE b (x);\n", "DROP TABLE b;\n");
  project.add("c3", "CREATE TABLE c (x);\n", "DROP TABLE c;\n");
  assert.match((await project.fails(1, "drop", "a1")).stderr, /error\[draft-sealed\]/);
  const followed = await project.fails(1, "drop", "b2");
  assert.match(followed.stderr, /error\[draft-followed\]/);
  assert.match(followed.stderr, /next: aludel drop c3/);
  await project.done("upgrade", "head");
  const manifest = project.read("migrations/manifest.json");
  project.write("migrations/manifest.json", manifest.replace(/\{"id":"c3".*\n/, ""));
  Deno.removeSync(`${project.path}/migrations/c3`, { recursive: true });
  const below = await project.fails(1, "drop", "b2");
  assert.match(below.stderr, /next: aludel downgrade b2 {3}# undo c3 first/);
  assert.match((await project.fails(1, "drop", "c3")).stderr, /error\[revision-not-on-disk\]/);
  assert.equal(await project.applied(), "a1 b2 c3");
});

Deno.test("drop leaves everything alone if the draft cannot be undone", async () => {
  using project = runProject();
  project.add("a1", USERS, null);
  await project.done("upgrade", "head");
  const outcome = await project.fails(1, "drop", "a1");
  assert.match(outcome.stderr, /error\[revision-irreversible\]/);
  assert.equal(project.has("migrations/a1/up.sql"), true);
  assert.equal(await project.applied(), "a1");
  project.write("migrations/a1/down.sql", "DROP TABLE users;\n");
  await project.done("drop", "a1", "--from-disk");
  assert.equal(await project.applied(), "");
});

Deno.test("revision --autogenerate --amend writes the newest draft again, in its place", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  await project.prepare("seal");
  project.write("schema.sql", USERS + "CREATE TABLE tags (name TEXT);\n");
  const [up = ""] = (await project.done("revision", "--autogenerate", "-m", "tags")).split("\n");
  await project.done("upgrade", "head");
  await project.sql("INSERT INTO tags VALUES ('a')");
  project.write("schema.sql", USERS + "CREATE TABLE tags (name TEXT, colour TEXT);\n");
  const line = project.read("migrations/manifest.json");
  const outcome = await project.fails(0, "revision", "--autogenerate", "--amend");
  assert.equal(outcome.stdout.split("\n")[0], up);
  assert.match(outcome.stderr, /downgrade/);
  assert.match(outcome.stderr, /aludel restore /);
  assert.match(project.read(up), /colour/);
  assert.equal(project.read("migrations/manifest.json"), line);
  assert.equal(await project.applied(), "a1");
  await project.done("upgrade", "head");
  await project.done("check");
  const document = JSON.parse(
    await project.done("revision", "--autogenerate", "--amend", "-m", "coloured tags", "--json"),
  );
  assert.equal(document.message, "coloured tags");
  assert.equal(document.undone.steps.length, 1);
  assert.match(project.read("migrations/manifest.json"), /"message":"coloured tags"/);
  await project.done("verify");
});

Deno.test("revision --autogenerate --amend never writes over SQL that a person wrote", async () => {
  using project = runProject();
  project.write("schema.sql", USERS);
  const [up = ""] = (await project.done("revision", "--autogenerate", "-m", "users")).split("\n");
  const generated = project.read(up);
  // A comment is no statement of anybody's.
  project.write(up, `-- Looks good.\n${generated}`);
  project.write("schema.sql", USERS.replace("NOT NULL", "NOT NULL UNIQUE"));
  await project.done("revision", "--autogenerate", "--amend");
  const written = `${project.read(up)}INSERT INTO users VALUES (1, 'root@example.org');\n`;
  project.write(up, written);
  project.write("schema.sql", USERS);
  const outcome = await project.fails(1, "revision", "--autogenerate", "--amend");
  assert.match(outcome.stderr, /error\[draft-hand-written\]/);
  assert.equal(project.read(up), written);
  await project.done("revision", "--autogenerate", "--amend", "--overwrite");
  assert.doesNotMatch(project.read(up), /INSERT/);
});

for (const type of ["TEXT", "TEXT NOT NULL"]) {
  Deno.test(`--amend makes a rename of a drop and an add once the rename is declared (${type})`, async () => {
    using project = runProject();
    project.write("schema.sql", `CREATE TABLE t (id INTEGER PRIMARY KEY, old ${type});\n`);
    await project.done("revision", "--autogenerate", "-m", "t");
    await project.done("upgrade");
    await project.sql("INSERT INTO t VALUES (1, 'kept')");
    const renamed = (hint: string) =>
      `CREATE TABLE t (id INTEGER PRIMARY KEY,\n${hint}  new ${type});\n`;
    project.write("schema.sql", renamed(""));
    const made = await project.fails(0, "revision", "--autogenerate", "-m", "name");
    assert.match(made.stderr, /next: aludel revision --autogenerate --amend/);
    project.write("schema.sql", renamed("  -- aludel: renamed from=old\n"));
    await project.done("revision", "--autogenerate", "--amend");
    await project.done("upgrade");
    assert.equal(await project.sql("SELECT new FROM t"), "kept");
  });
}

Deno.test("--amend writes again a draft that asks for a value, and not one in which it was chosen", async () => {
  using project = runProject();
  project.write("schema.sql", USERS);
  await project.done("revision", "--autogenerate", "-m", "users");
  const named = (type: string) => USERS.replace(");", `, name TEXT NOT NULL${type});`);
  project.write("schema.sql", named(""));
  const [up = ""] = (await project.done("revision", "--autogenerate", "-m", "name")).split("\n");
  const asking = project.read(up);
  project.write("schema.sql", named(" DEFAULT ''"));
  const again = await project.fails(1, "revision", "--autogenerate", "-m", "more");
  assert.match(again.stderr, /sql-choose[^]*next: aludel revision --autogenerate --amend/);
  project.write(up, asking.replace("NULL -- aludel: choose=name", "upper(email)"));
  const refused = await project.fails(1, "revision", "--autogenerate", "--amend");
  assert.match(refused.stderr, /error\[draft-hand-written\]/);
  project.write(up, asking.replace("-- aludel: choose=name", "-- aludel: choose=name\n, 1"));
  await project.fails(1, "revision", "--autogenerate", "--amend");
  project.write(up, asking);
  await project.done("revision", "--autogenerate", "--amend");
  assert.match(project.read(up), /ADD COLUMN/);
  await project.done("upgrade");
});

Deno.test("revision --autogenerate --amend says what to do where there is nothing to write", async () => {
  using project = runProject();
  project.write("schema.sql", USERS);
  const none = await project.fails(1, "revision", "--autogenerate", "--amend");
  assert.match(none.stderr, /error\[draft-none\]/);
  project.add("a1", USERS, "DROP TABLE users;\n");
  await project.prepare("seal");
  project.add("b2", "-- Nothing.\n", "-- Nothing.\n");
  const empty = await project.fails(1, "revision", "--autogenerate", "--amend");
  assert.match(empty.stderr, /error\[draft-empty\]/);
  assert.match(empty.stderr, /next: aludel drop b2/);
});

Deno.test("revision --autogenerate --dry-run prints the SQL with its cost and hazards, and writes nothing", async () => {
  using project = runProject();
  project.add("a1", USERS + "CREATE TABLE tags (name TEXT);\n", "DROP TABLE users;\n");
  project.write("schema.sql", USERS.replace("NOT NULL", "NOT NULL UNIQUE"));
  const manifest = project.read("migrations/manifest.json");
  const outcome = await project.fails(0, "revision", "--autogenerate", "--dry-run");
  assert.match(outcome.stdout, /DROP TABLE "tags";/);
  assert.match(outcome.stderr, /rewrite|copies|These take longer/);
  assert.match(outcome.stderr, /warning\[drop-table\]/);
  assert.equal(project.read("migrations/manifest.json"), manifest);
  assert.deepEqual([...Deno.readDirSync(`${project.path}/migrations`)].length, 2);
  const document = JSON.parse(
    await project.done("revision", "--autogenerate", "--dry-run", "--json"),
  );
  assert.equal(document.id, null);
  assert.match(document.texts.up, /DROP TABLE/);
  assert.ok(
    document.plan.up.statements.some((one: { hazards: unknown[] }) => one.hazards.length > 0),
  );
});

Deno.test("revision refuses flags that would do nothing", async () => {
  using project = runProject();
  for (
    const [args, word] of [
      [["--dry-run", "-m", "x"], "--autogenerate"],
      [["--amend"], "--autogenerate"],
      [["-m", "x", "--overwrite"], "--amend"],
      [["-m", "x", "-d", "app.db"], "--amend"],
      [["--autogenerate", "--amend", "--head", "base"], "--head"],
    ] as const
  ) {
    const outcome = await project.fails(2, "revision", ...args);
    assert.ok(outcome.stderr.includes(word), outcome.stderr);
  }
});
