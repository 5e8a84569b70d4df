import assert from "node:assert/strict";
import { sqlite3 } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

async function shop(): Promise<RunProject> {
  const project = runProject();
  project.add("a1", "CREATE TABLE t(id INTEGER PRIMARY KEY, note TEXT);", "DROP TABLE t;");
  await project.prepare("upgrade");
  await project.sql("INSERT INTO t VALUES (1, 'one'), (2, 'two')");
  return project;
}

Deno.test("--rehearse runs the route on a copy, measures, and leaves the database as it is", async () => {
  using project = await shop();
  project.add(
    "a2",
    "CREATE TABLE u AS SELECT 1 AS a;\nDELETE FROM t WHERE id = 1;",
    "DROP TABLE u;",
  );
  const before = Deno.readFileSync(project.database);
  const names = () => [...Deno.readDirSync(project.path)].map(({ name }) => name).sort();
  const there = names();
  const text = await project.aludel("upgrade", "--rehearse");
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /^upgrade +a2 +\d+ ms$/m);
  assert.match(text.stdout, /^Rows +t: 2 before, 1 after\n +u: new, 1$/m);
  assert.match(text.stdout, /^Integrity +ok\nKeys +ok$/m);
  assert.match(text.stderr, /This was a rehearsal: "app.db" was not touched/);
  const json = JSON.parse(await project.done("upgrade", "--rehearse", "--json"));
  assert.deepEqual(json.rehearsal.rows, [
    { table: "t", before: 2, after: 1 },
    { table: "u", before: null, after: 1 },
  ]);
  assert.deepEqual(
    [json.rehearsal.damage, json.rehearsal.foreignKeyViolations, json.rehearsal.logBytes],
    [[], 0, null],
  );
  assert.deepEqual(json.steps.map(({ id }: { id: string }) => id), ["a2"]);
  assert.ok(json.rehearsal.bytesAfter > json.rehearsal.bytesBefore);
  assert.deepEqual(Deno.readFileSync(project.database), before);
  assert.deepEqual(names(), there);
});

Deno.test("--rehearse says exactly what the run takes, as the run does", async () => {
  for (const journal of ["DELETE", "WAL"]) {
    using project = await shop();
    // More than a megabyte is changed: with a rollback journal it is compared with a copy.
    project.write("aludel.json", JSON.stringify({ database: "app.db", comparisonMemory: 1 }));
    await project.sql(
      `PRAGMA journal_mode = ${journal}; CREATE TABLE large(id INTEGER PRIMARY KEY, x, y);
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
       INSERT INTO large SELECT i, hex(randomblob(300)), i FROM n`,
    );
    project.add(
      "a2",
      "DELETE FROM large WHERE id % 1000 = 0; UPDATE large SET x = 'x' || x; UPDATE large SET y = 0 WHERE id < 3; DELETE FROM t WHERE id = 1;",
      "",
    );
    const names = () => [...Deno.readDirSync(project.path)].map(({ name }) => name).sort();
    const there = names();
    const text = await project.done("upgrade", "--rehearse");
    assert.match(
      text,
      /^Lost +large: 4 rows, x in 3,996 rows, y in 2 rows\n +t: 1 row$|^Lost +t: 1 row\n +large: 4 rows, x in 3,996 rows, y in 2 rows$/m,
    );
    const rehearsed = JSON.parse(await project.done("upgrade", "--rehearse", "--json"));
    assert.deepEqual(names(), there);
    const run = JSON.parse(await project.done("upgrade", "--json"));
    assert.deepEqual([rehearsed.lost, rehearsed.lostObjects], [run.lost, []]);
  }
});

Deno.test("--rehearse tells how far the write-ahead log grows, and the old rows that violate keys", async () => {
  using project = await shop();
  await project.sql(
    "PRAGMA journal_mode = WAL; CREATE TABLE c(t REFERENCES t); INSERT INTO c VALUES (7)",
  );
  project.add(
    "a2",
    `CREATE TABLE big(x); INSERT INTO big WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
     SELECT randomblob(1000) FROM n;`,
  );
  const { rehearsal } = JSON.parse(await project.done("upgrade", "--rehearse", "--json"));
  assert.ok(rehearsal.logBytes > 2_000_000, String(rehearsal.logBytes));
  assert.equal(rehearsal.foreignKeyViolations, 1);
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'big'"), "0");
});

Deno.test("--rehearse fails as the run would, and says that nothing was touched", async () => {
  using project = await shop();
  project.add("a2", "CREATE UNIQUE INDEX u ON t(length(note));", "DROP INDEX u;");
  const { stderr } = await project.fails(1, "upgrade", "--rehearse", "--transaction", "each");
  assert.match(stderr, /UNIQUE constraint failed/);
  assert.match(stderr, /This was a rehearsal: "app.db" was not touched/);
  assert.equal(project.has("app.db.restore"), false);
});

Deno.test("--rehearse-keep leaves the copy, for its owner only, and never replaces a file", async () => {
  using project = await shop();
  await project.done("downgrade", "base", "--rehearse-keep", "copy.db");
  const copy = `${project.path}/copy.db`;
  assert.equal(await sqlite3(copy, "SELECT count(*) FROM sqlite_schema WHERE name = 't'"), "0");
  assert.equal(Deno.statSync(copy).mode! & 0o777, 0o600);
  assert.equal(await project.applied(), "a1");
  const { stderr } = await project.fails(1, "downgrade", "base", "--rehearse-keep", "copy.db");
  assert.match(stderr, /error\[rehearsal-path-taken\]/);
});

Deno.test("redo and a database that does not exist yet can be rehearsed too", async () => {
  using project = await shop();
  const { steps } = JSON.parse(await project.done("redo", "--rehearse", "--json"));
  assert.deepEqual(steps.map(({ direction }: { direction: string }) => direction), ["down", "up"]);
  await project.done("upgrade", "--rehearse", "-d", "./fresh.db");
  assert.equal(project.has("fresh.db"), false);
  assert.equal(project.has("fresh.db.restore"), false);
});
