import { start, Talk } from "../faults/faulty_project.ts";
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { run } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

/** a1 ← a2 ← a3, and b1 ← b2 on the branch "billing", of which b2 depends on a1. None makes what another has. */
async function branches(): Promise<RunProject> {
  const project = runProject();
  for (const id of ["a1", "a2", "a3"]) {
    project.add(id, `CREATE TABLE ${id}(x);`, `DROP TABLE ${id};`);
  }
  const add = (id: string, ...args: string[]) =>
    project.prepare("revision", "-m", id, "--rev-id", id, ...args);
  await add("b1", "--head", "base", "--branch-label", "billing");
  await add("b2", "--head", "b1", "--depends-on", "a1");
  return project;
}

/** The recorded ids, sorted. */
async function recorded(project: RunProject): Promise<string> {
  return (await project.applied()).split(" ").toSorted().join(" ");
}

/** The records with every column but the time, by id. */
function recordsOf(database: string): readonly unknown[] {
  using connection = new DatabaseSync(database, { readOnly: true });
  return connection.prepare(
    "SELECT id, parents, depends_on, labels, message, lineage, up_hash, down_hash, up_sql, down_sql, applied_by " +
      "FROM aludel_revision ORDER BY id",
  ).all();
}

Deno.test("stamp records what lies under every form of ref, and runs nothing", async () => {
  using project = await branches();
  const cases: readonly (readonly [string, string])[] = [
    ["a1", "a1"],
    ["+1", "a1 a2"], // from a1, the only head of what is recorded
    ["a3-1", "a1 a2"],
    ["-1", "a1"],
    ["billing@head", "a1 b1 b2"],
    ["billing@-1", "a1 b1"],
    ["billing@+1", "a1 b1 b2"],
    ["billing@base", "a1"],
    ["heads", "a1 a2 a3 b1 b2"],
    ["billing@base", "a1 a2 a3"],
    ["a1", "a1"],
    ["a3 billing", "a1 a2 a3 b1"],
    ["a1+1", "a1 a2 b1"],
    ["current", "a1 a2 b1"],
    ["base", ""],
  ];
  for (const [refs, expected] of cases) {
    await project.prepare("stamp", ...refs.split(" "));
    assert.equal(await recorded(project), expected, `stamp ${refs}`);
  }
  const tables = await project.sql(
    "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'aludel%' AND name NOT LIKE 'sqlite%'",
  );
  assert.equal(tables, "0");
});

Deno.test("stamp refuses what names no place, and makes no database for it", async () => {
  using project = await branches();
  for (
    const [ref, code] of [["zz", "ref-not-found"], ["head", "ref-several-heads"], [
      "-1",
      "ref-too-far",
    ]] as const
  ) {
    const { code: exit, stderr } = await project.inProcess("stamp", ref);
    assert.equal(exit, 1, ref);
    assert.match(stderr, new RegExp(`^error\\[${code}\\]`));
  }
  assert.equal((await project.inProcess("stamp")).code, 2);
  const { stderr } = await project.inProcess("stamp", "base");
  assert.match(stderr, /Nothing to do/);
  assert.ok(!project.has("app.db"));
});

Deno.test("stamp records what upgrade records, so that status is clean and downgrade works", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  await project.prepare("seal");
  await project.prepare("upgrade");
  await project.prepare("stamp", "head", "-d", "stamped.db");
  assert.deepEqual(recordsOf(`${project.path}/stamped.db`), recordsOf(project.database));

  const stamped = `${project.path}/other.db`;
  {
    using made = new DatabaseSync(stamped);
    made.exec("CREATE TABLE a(x); CREATE TABLE b(x)");
  }
  await project.prepare("stamp", "head", "-d", "other.db");
  assert.equal((await project.inProcess("status", "-d", "other.db")).code, 0);
  project.edit("a2", "down", "not what was stamped"); // the stored down runs
  await project.prepare("downgrade", "-1", "-d", "other.db");
  using connection = new DatabaseSync(stamped);
  const names = connection.prepare("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')").all();
  assert.deepEqual(names.map(({ name }) => name), ["a"]);
  const kinds = connection.prepare("SELECT id, kind FROM aludel_revision").all();
  assert.deepEqual(kinds.map(({ id, kind }) => `${id} ${kind}`), ["a1 stamped"]);
});

Deno.test("stamp leaves the database at the heads that Alembic 1.20.0 leaves in its table", async () => {
  using project = await branches();
  const answers: readonly (readonly [string, string])[] = [
    ["a3 b1", "a3 b1"],
    ["a2", "a2 b1"],
    ["base", ""],
    ["heads", "a3 b2"],
    ["billing", "a3 b1"],
    ["a2", "a2 b1"],
  ];
  for (const [refs, heads] of answers) {
    await project.prepare("stamp", ...refs.split(" "));
    const { current } = JSON.parse(await project.prepare("current", "--json"));
    const ids = current.toSorted().join(" ");
    assert.equal(ids, heads, `stamp ${refs}`);
  }
});

Deno.test("stamp logs one event that says what changed, and none where nothing did", async () => {
  using project = await branches();
  await project.prepare("stamp", "a2");
  await project.prepare("stamp", "a2");
  await project.prepare("stamp", "a1");
  const { stdout } = await project.inProcess("stamp", "a3", "--purge", "--json");
  assert.deepEqual(JSON.parse(stdout), {
    format: 1,
    dryRun: false,
    from: null,
    to: ["a3"],
    kept: null,
    script: null,
    database: "app.db",
    added: ["a1", "a2", "a3"],
    removed: ["a1"],
    purged: true,
  });
  assert.equal(
    await project.sql("SELECT event, revision IS NULL, details FROM aludel_log"),
    [
      'stamp|1|{"added":["a1","a2"],"removed":[],"purged":false}',
      'stamp|1|{"added":[],"removed":["a2"],"purged":false}',
      'stamp|1|{"added":["a1","a2","a3"],"removed":["a1"],"purged":true}',
    ].join("\n"),
  );
});

Deno.test("stamp --purge is the way out of records that nobody knows or that contradict the disk", async () => {
  using project = await branches();
  await project.prepare("stamp", "a2");
  await project.sql(
    `UPDATE aludel_revision SET id = 'gone1', parents = '["gone0"]' WHERE id = 'a1'`,
  );
  const { stderr } = await project.inProcess("stamp", "a1");
  assert.match(stderr, /^error\[graph-unjoinable\][^]*next: aludel stamp --purge REF/m);
  await project.prepare("stamp", "--purge", "a3");
  assert.equal(await project.applied(), "a1 a2 a3");

  await project.sql("UPDATE aludel_revision SET parents = 'a1' WHERE id = 'a2'");
  const damaged = await project.inProcess("current");
  assert.match(damaged.stderr, /^error\[state-damaged\][^]*aludel stamp --purge REF/m);
  await project.prepare("stamp", "--purge", "a2");
  assert.equal(await project.applied(), "a1 a2");
  assert.equal(await project.prepare("stamp", "--purge", "base"), "");
  assert.equal(await project.applied(), "");
});

Deno.test("stamp takes drafts only where the database does", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.write("aludel.json", '{"database": "app.db", "drafts": "refuse"}');
  const { code, stderr } = await project.inProcess("stamp", "head");
  assert.equal(code, 1);
  assert.match(stderr, /^error\[revision-draft\]/);
  assert.ok(!project.has("app.db"));
  await project.prepare("seal");
  await project.prepare("stamp", "head");
  assert.equal(await project.applied(), "a1");
});

Deno.test("stamp refuses what it could not record whole", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "CREATE TABLE b(x);");
  await project.prepare("seal");
  project.edit("a1", "up", "CREATE TABLE changed(x);");
  assert.match((await project.inProcess("stamp", "head")).stderr, /^error\[revision-edited\]/);
  Deno.removeSync(`${project.path}/${project.file("a1", "up")}`);
  assert.match(
    (await project.inProcess("stamp", "head")).stderr,
    /^error\[revision-file-missing\]/,
  );
});

Deno.test("stamp settles an interrupted run of a revision that it speaks of, and of no other", async () => {
  using project = await branches();
  await project.prepare("stamp", "a1", "billing");
  const interrupt = (id: string) =>
    project.sql(`INSERT INTO aludel_intent VALUES ('${id}', 'up', 1, 'VACUUM', 'intended', '')`);
  const open = () => project.sql("SELECT group_concat(revision) FROM aludel_intent");
  await interrupt("a2");
  await project.prepare("stamp", "billing");
  assert.equal(await open(), "a2");
  await project.prepare("stamp", "a1"); // given up: the database stands before it
  assert.equal(await open(), "");
  await interrupt("a2");
  await project.prepare("stamp", "a2"); // finished by hand
  assert.equal(await open(), "");
  await interrupt("nobody");
  await project.prepare("stamp", "--purge", "a1");
  assert.equal(await open(), "");
});

Deno.test("stamp waits for the lock and makes its stamp again where another process moved the records", async () => {
  using project = await branches();
  await project.prepare("stamp", "a1");
  using writer = new DatabaseSync(project.database);
  writer.exec("BEGIN IMMEDIATE");
  const stamping = start(project, "stamp", "a3");
  const talk = new Talk(stamping);
  await talk.until("Waiting for");
  writer.exec(
    "INSERT INTO aludel_revision SELECT NULL, 'a2', '[\"a1\"]', '[]', '[]', message, lineage, up_hash, down_hash, " +
      "kind, applied_at, duration_ms, applied_by, up_sql, down_sql FROM aludel_revision; COMMIT",
  );
  const stderr = await talk.rest();
  assert.equal((await stamping.status).code, 0, stderr);
  await stamping.stdout.cancel();
  assert.match(stderr, /Another process moved the database meanwhile/);
  assert.equal(await project.applied(), "a1 a2 a3");
});

Deno.test("stamp waits for a writer that keeps readers out, as long as --lock-timeout says", async () => {
  using project = runProject();
  project.add("a1", "SELECT 1;", "SELECT 1;");
  const writer = new DatabaseSync(`${project.path}/app.db`);
  writer.exec("CREATE TABLE t (a); BEGIN EXCLUSIVE");
  try {
    const { code, stdout } = await project.aludel("stamp", "head", "--lock-timeout", "1", "--json");
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).error.code, "lock-timeout");
  } finally {
    writer.close();
  }
  assert.equal((await project.aludel("stamp", "head")).code, 0);
});

Deno.test("stamp keeps the only copy of a forgotten revision's SQL, and says how to read it", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  await project.prepare("seal");
  const manifest = project.read("migrations/manifest.json");
  project.add("b1", "CREATE TABLE b(x);", "DROP TABLE b; -- 'it''s'");
  await project.prepare("upgrade");
  project.write("migrations/manifest.json", manifest);
  Deno.removeSync(`${project.path}/migrations/b1`, { recursive: true });
  const { stderr } = await project.fails(0, "stamp", "a1");
  assert.match(
    stderr,
    /The SQL of b1 is not on disk as it ran; it is kept in aludel_log of "app\.db", entry 3/,
  );
  const command = /next: (sqlite3 .*)/.exec(stderr)![1]!;
  const read = await run("sh", ["-c", command], { cwd: project.path });
  assert.equal(read.stdout, "DROP TABLE b; -- 'it''s'\n\n");
  // What is sealed on disk is kept there.
  assert.doesNotMatch((await project.fails(0, "stamp", "base")).stderr, /kept/);
});

Deno.test("stamp says that it made the database", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  const { stderr } = await project.inProcess("stamp", "head");
  assert.match(stderr, /^created {2}app\.db$/m);
  assert.doesNotMatch((await project.inProcess("stamp", "base")).stderr, /created/);
});
