import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type Outcome, run } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

const NOTHING_SAID: Outcome = { code: 0, stdout: "", stderr: "" };

/** Feeds a script to the real sqlite3 shell. */
function shell(database: string, script: string): Promise<Outcome> {
  return run("sqlite3", [database], { stdin: script });
}

/** The records of a database, but for the times in them. */
function recordsOf(database: string): unknown {
  using connection = new DatabaseSync(database, { readOnly: true });
  const all = (sql: string) => connection.prepare(sql).all().map((row) => ({ ...row }));
  return [
    all(
      `SELECT position, id, parents, depends_on, labels, message, lineage, up_hash, down_hash, kind,
       duration_ms, applied_by, up_sql, down_sql FROM aludel_revision ORDER BY position`,
    ),
    all("SELECT event, revision, details, logged_by FROM aludel_log ORDER BY entry"),
    all("SELECT * FROM aludel_intent ORDER BY revision"),
    all("SELECT name, sql FROM sqlite_schema ORDER BY name"),
  ];
}

/** A chain a1 to a3 with a branch b1 beside a3. */
function branched(): RunProject {
  const project = runProject();
  project.add("a1", "CREATE TABLE a(x DEFAULT 'it''s');\n-- .quit\n", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  project.add("a3", "CREATE TABLE c(x);");
  project.add("b1", "CREATE TABLE d(x);", "DROP TABLE d;", ["a2"]);
  return project;
}

/** Stamps `app.db`, and has the shell run the script for the same on a copy; both must end alike. */
async function bothWays(project: RunProject, ...args: string[]): Promise<string> {
  const copy = `${project.path}/shell.db`;
  if (project.has("app.db")) Deno.copyFileSync(project.database, copy);
  const script = await project.prepare("stamp", ...args, "--sql");
  assert.deepEqual(await shell(copy, script), NOTHING_SAID);
  await project.prepare("stamp", ...args);
  assert.deepEqual(recordsOf(copy), recordsOf(project.database));
  return script;
}

Deno.test("stamp --sql prints a script that does in the sqlite3 shell what stamp does", async () => {
  using project = branched();
  await bothWays(project, "a2");
  assert.equal(await project.applied(), "a1 a2");
  await bothWays(project, "heads");
  await bothWays(project, "a1");
  await bothWays(project, "base");
  assert.equal(await project.applied(), "");
});

Deno.test("stamp --sql --purge erases what the records say, whatever it is", async () => {
  using project = branched();
  await project.prepare("upgrade", "a2");
  await project.sql("UPDATE aludel_revision SET id = 'gone' WHERE id = 'a2'");
  await project.sql("INSERT INTO aludel_intent VALUES ('gone', 'up', 1, 'x', 'intended', '')");
  await bothWays(project, "--purge", "a3");
  assert.equal(await project.applied(), "a1 a2 a3");
});

Deno.test("stamp --sql keeps the texts that stamp keeps", async () => {
  for (const args of [["a1"], ["base"], ["--purge", "a1"]]) {
    using project = branched();
    await project.prepare("seal", "a1", "a2");
    await project.prepare("upgrade", "a3");
    await project.sql("UPDATE aludel_revision SET id = 'g.one' WHERE id = 'a3'");
    await bothWays(project, ...args);
    assert.equal(
      await project.sql(
        "SELECT group_concat(key || json_extract(value, '$.up')) FROM aludel_log, json_each(details, '$.texts') WHERE event = 'stamp'",
      ),
      "g.oneCREATE TABLE c(x);",
      args.join(" "),
    );
  }
});

Deno.test("stamp --sql settles the interrupted runs that stamp settles", async () => {
  using project = branched();
  await project.prepare("upgrade", "a1");
  for (const id of ["a3", "b1", "gone"]) {
    await project.sql(
      `INSERT INTO aludel_intent VALUES ('${id}', 'up', 1, 'VACUUM', 'intended', '')`,
    );
  }
  await bothWays(project, "b1");
  assert.equal(await project.sql("SELECT revision FROM aludel_intent"), "a3");
});

Deno.test("stamp A:B --sql needs no database, and goes up or down", async () => {
  using project = branched();
  project.write("aludel.json", "{}");
  const up = await project.prepare("stamp", "base:a3", "--sql");
  const down = await project.prepare("stamp", "a3:a1", "--sql");
  const rest = await project.prepare("stamp", "a1:heads", "--sql");
  assert.ok(!project.has("app.db"));
  const early = await shell(project.database, down);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /the database is not at the revisions that this script starts from/);
  assert.equal(Deno.statSync(project.database).size, 0);
  assert.deepEqual(await shell(project.database, up), NOTHING_SAID);
  assert.equal(await project.applied(), "a1 a2 a3");
  assert.deepEqual(await shell(project.database, down), NOTHING_SAID);
  assert.equal(await project.applied(), "a1");
  assert.deepEqual(await shell(project.database, rest), NOTHING_SAID);
  assert.equal(await project.applied(), "a1 a2 a3 b1");
  project.write("aludel.json", '{"database": "app.db"}');
  assert.deepEqual(JSON.parse((await project.inProcess("status", "--json")).stdout).pending, []);
});

Deno.test("stamp --sql says so where there is nothing to record, and touches no database", async () => {
  using project = branched();
  assert.match(await project.prepare("stamp", "base", "--sql"), /^-- Nothing to record: /);
  assert.ok(!project.has("app.db"));
  await project.prepare("stamp", "a2");
  const before = Deno.readFileSync(project.database);
  assert.match(await project.prepare("stamp", "a2", "--sql"), /^-- Nothing to record: /);
  const { from, to, added, removed, script } = JSON.parse(
    await project.prepare("stamp", "a1", "--sql", "--json"),
  );
  assert.deepEqual([from, to, added, removed], [["a2"], ["a1"], [], ["a2"]]);
  assert.match(script, /^DELETE FROM main\.aludel_revision WHERE id = 'a2';$/m);
  assert.deepEqual(Deno.readFileSync(project.database), before);
});

Deno.test("stamp --sql refuses what makes no script", async () => {
  using project = branched();
  const cases: readonly (readonly [string, number, string])[] = [
    ["stamp base:a1", 2, "usage"],
    ["stamp a1 base:a1 --sql", 2, "usage"],
    ["stamp base:a1 --sql --purge", 2, "usage"],
    ["stamp a1 --sql --dry-run", 2, "usage"],
    ["stamp base:nope --sql", 1, "ref-not-found"],
  ];
  for (const [line, code, error] of cases) {
    const outcome = await project.inProcess(...line.split(" "));
    assert.equal(outcome.code, code, `${line}: ${outcome.stderr}`);
    assert.match(outcome.stderr, new RegExp(`^error\\[${error}\\]`), line);
    assert.equal(outcome.stdout, "");
  }
  assert.ok(!project.has("app.db"));
});
