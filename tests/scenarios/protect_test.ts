import assert from "node:assert/strict";
import { upgrade } from "../../src/mod.ts";
import { AludelError } from "../../src/errors.ts";
import { runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);\n";

/** A project whose database has two revisions and two rows, with these policies. */
async function protectedProject(...policies: string[]) {
  const project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  project.add("b2", "CREATE TABLE tags (name TEXT);\n", "DROP TABLE tags;\n");
  await project.prepare("seal");
  await project.prepare("upgrade", "head");
  await project.sql("INSERT INTO users VALUES (1, 'a@b'), (2, 'c@d')");
  await project.prepare("protect", ...policies);
  return project;
}

Deno.test("protect writes policies, status shows them, and --off takes one back", async () => {
  using project = await protectedProject("--no-loss", "--no-drafts");
  assert.equal(await project.done("protect"), "no-drafts\nno-loss\n");
  assert.match((await project.aludel("status")).stdout, /^Policies +no-drafts, no-loss$/m);
  assert.equal(await project.sql("SELECT value FROM aludel_meta WHERE key = 'format'"), "2");
  const again = await project.fails(0, "protect", "--no-loss");
  assert.match(again.stderr, /Nothing to do/);
  const off = JSON.parse(await project.done("protect", "--no-loss", "--off", "--json"));
  assert.deepEqual(off, { format: 1, database: "app.db", policies: ["no-drafts"], changed: true });
  await project.done("protect", "--no-drafts", "--off");
  // A database without policies can be read by programs that know none.
  assert.equal(await project.sql("SELECT value FROM aludel_meta WHERE key = 'format'"), "1");
  assert.equal(
    await project.sql(
      "SELECT group_concat(details ->> '$.policies', '; ') FROM aludel_log WHERE event = 'protect'",
    ),
    '["no-drafts","no-loss"]; ["no-drafts"]; []',
  );
  assert.equal(await project.sql("SELECT count(*) FROM aludel_log WHERE event = 'protect'"), "3");
});

Deno.test("no-downgrade refuses every way to undo a revision, and leaves the upgrade free", async () => {
  using project = await protectedProject("--no-downgrade");
  for (
    const words of [
      ["downgrade", "-1"],
      ["downgrade", "-1", "--dry-run"],
      ["redo"],
      ["switch", "a1"],
    ]
  ) {
    const { stderr } = await project.fails(1, ...words);
    assert.match(stderr, /^error\[policy-no-downgrade\]/, words.join(" "));
    assert.match(stderr, /next: aludel protect --no-downgrade --off/);
  }
  project.add("c3", "CREATE TABLE c (x);\n", "DROP TABLE c;\n");
  await project.done("upgrade", "head");
  const dropped = await project.fails(1, "drop", "c3");
  assert.match(dropped.stderr, /policy-no-downgrade/);
  assert.equal(project.has("migrations/c3"), true);
  assert.equal(await project.applied(), "a1 b2 c3");
});

Deno.test("no-drafts refuses drafts whatever the settings say, in the library too", async () => {
  using project = await protectedProject("--no-drafts");
  project.add("c3", "CREATE TABLE c (x);\n", "DROP TABLE c;\n");
  project.write("aludel.json", JSON.stringify({ database: "app.db", drafts: "allow" }));
  for (const words of [["upgrade", "head"], ["stamp", "head"]]) {
    const { stderr } = await project.fails(1, ...words);
    assert.match(stderr, /^error\[policy-no-drafts\]/);
    assert.match(stderr, /next: aludel seal c3/);
  }
  const migrations = `${project.path}/migrations`;
  await assert.rejects(
    upgrade({ database: project.database, migrations, drafts: "allow" }),
    (error) => error instanceof AludelError && error.code === "policy-no-drafts",
  );
  await project.done("seal");
  await project.done("upgrade", "head");
  assert.equal(await project.applied(), "a1 b2 c3");
});

Deno.test("no-loss rolls back what a script says to take, and lets through what takes nothing", async () => {
  using project = await protectedProject("--no-loss");
  project.add("c3", "ALTER TABLE users ADD COLUMN name TEXT;\n", null);
  await project.done("upgrade", "c3");
  project.add("d4", "DELETE FROM users WHERE id = 2;\n", null);
  const before = await project.sql("SELECT * FROM users");
  const rows = await project.fails(1, "upgrade", "head");
  assert.match(rows.stderr, /^error\[policy-no-loss\]/m);
  assert.match(rows.stderr, /users.*1 row/);
  assert.equal(await project.sql("SELECT * FROM users"), before);
  project.edit(
    "d4",
    "up",
    "-- aludel: allow-loss=users it is meant\nUPDATE users SET email = '';\n",
  );
  assert.match((await project.fails(1, "upgrade", "head")).stderr, /policy-no-loss/);
  project.edit("d4", "up", "ALTER TABLE users DROP COLUMN email;\n");
  assert.match((await project.fails(1, "upgrade", "head")).stderr, /policy-no-loss/);
  assert.equal(await project.sql("SELECT * FROM users"), before);
  assert.equal((await project.fails(0, "backup", "list")).stdout, "");
  await project.done("protect", "--no-loss", "--off");
  await project.done("upgrade", "head");
});

Deno.test("no-loss refuses a VACUUM that would number rows anew before it runs", async () => {
  using project = await protectedProject("--no-loss");
  project.add("c3", "CREATE TABLE notes (text);\n", null);
  await project.done("upgrade", "head");
  await project.sql("INSERT INTO notes (rowid, text) VALUES (7, 'x')");
  project.add("d4", "-- aludel: transaction=off\nVACUUM;\n", null);
  assert.match((await project.fails(1, "upgrade", "head")).stderr, /policy-no-loss/);
  assert.equal(await project.sql("SELECT rowid FROM notes"), "7");
});

Deno.test("a script for sqlite3 stops on a database with policies, and is not printed from one", async () => {
  using project = await protectedProject("--no-loss");
  project.add("c3", "CREATE TABLE c (x);\n", "DROP TABLE c;\n");
  assert.match(
    (await project.fails(1, "upgrade", "head", "--sql")).stderr,
    /error\[policy-script\]/,
  );
  const script = await project.done("upgrade", "b2:c3", "--sql");
  await assert.rejects(project.sql(script), /format that this script does not know/);
  assert.equal(await project.applied(), "a1 b2");
});

Deno.test("a restore puts back rows and records, and keeps the policies of now", async () => {
  using project = await protectedProject("--no-downgrade");
  await project.done("backup");
  await project.done("protect", "--no-loss");
  await project.done("protect", "--no-downgrade", "--off");
  await project.done("restore");
  assert.equal(await project.done("protect"), "no-loss\n");
  await project.done("protect", "--no-loss", "--off");
  await project.done("restore");
  assert.equal(await project.done("protect"), "");
});

Deno.test("a policy of a newer Aludel is refused, not passed over", async () => {
  using project = await protectedProject("--no-loss");
  await project.sql("UPDATE aludel_meta SET value = 'no-mondays' WHERE key = 'policies'");
  project.add("c3", "CREATE TABLE c (x);\n", "DROP TABLE c;\n");
  assert.match((await project.fails(1, "upgrade", "head")).stderr, /error\[policy-unknown\]/);
});

Deno.test("protect makes no database, and --off without a policy is refused", async () => {
  using project = runProject();
  assert.match(
    (await project.fails(1, "protect", "--no-loss")).stderr,
    /error\[database-missing\]/,
  );
  assert.equal(project.has("app.db"), false);
  await project.fails(2, "protect", "--off");
});
