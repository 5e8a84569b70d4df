import assert from "node:assert/strict";
import { type RunProject, runProject } from "./run_project.ts";

interface ListedPoint {
  readonly name: string;
  readonly holds: string;
}

async function points(project: RunProject): Promise<readonly ListedPoint[]> {
  return JSON.parse(await project.prepare("backup", "list", "--json")).points;
}

/** A project that keeps rows alone however small the database is, with some people in it. */
async function people(more: Readonly<Record<string, unknown>> = {}): Promise<RunProject> {
  const project = runProject();
  project.write(
    "aludel.json",
    JSON.stringify({ database: "app.db", restoreRowsFrom: 0, restoreRowsShare: 100, ...more }),
  );
  project.add(
    "a1",
    "CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, mail TEXT); CREATE TABLE notes(a);",
    "DROP TABLE people; DROP TABLE notes;",
  );
  await project.prepare("upgrade");
  await project.sql(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
     INSERT INTO people SELECT i, 'name ' || i, 'mail ' || i FROM n;
     INSERT INTO notes SELECT hex(randomblob(200)) FROM people`,
  );
  return project;
}

const CONTENT = "SELECT count(*), sum(length(name)), sum(length(mail)) FROM people";

Deno.test("a run that takes few rows keeps them alone, and restore --rows has them back", async () => {
  using project = await people();
  const before = await project.sql(CONTENT);
  project.add(
    "a2",
    "DELETE FROM people WHERE id % 100 = 0;\nUPDATE people SET mail = lower(name) WHERE id < 4;",
    "",
  );
  const { stderr } = await project.fails(0, "upgrade");
  const [point] = await points(project);
  assert.equal(point!.holds, "rows");
  assert.match(stderr, new RegExp(`kept +${point!.name} .* of rows`));
  assert.match(stderr, new RegExp(`next: aludel restore ${point!.name} --rows`));
  assert.match(await project.prepare("backup", "list"), /^\S+ +rows +\d+ kB +at a1 +upgrade: /);
  // Anybody can read them.
  assert.equal(
    await project.sql(
      `ATTACH '${project.database}.restore/${point!.name}/rows.db' AS kept;
       SELECT aludel_fate, count(*) FROM kept.people GROUP BY 1 ORDER BY 1`,
    ),
    "changed|3\ngone|5",
  );
  const whole = await project.fails(1, "restore");
  assert.match(
    whole.stderr,
    new RegExp(`error\\[restore-point-rows\\][^]*next: aludel restore ${point!.name} --rows`),
  );
  const said = await project.done("restore", "--rows", "--dry-run");
  assert.match(said, /would restore [^]*people: 5 inserted, 3 with their old values/);
  assert.notEqual(await project.sql(CONTENT), before);
  const { tables, kept } = JSON.parse(
    await project.done("restore", point!.name, "--rows", "--json"),
  );
  assert.deepEqual(tables, [
    { table: "people", into: "people", inserted: 5, changed: 3, there: 0, missed: [] },
  ]);
  assert.equal(await project.sql(CONTENT), before);
  assert.equal(
    await project.sql(
      "SELECT details ->> 'rows', details ->> 'kept' FROM aludel_log ORDER BY entry DESC LIMIT 1",
    ),
    `8|${kept.name}`,
  );
  // The revision stays applied: its rows are back, not its state.
  assert.equal(await project.applied(), "a1 a2");
});

Deno.test("what cannot be put back is listed, and the exit code says that it is not all", async () => {
  using project = await people();
  project.add("a2", "DELETE FROM people WHERE id <= 3; ALTER TABLE people DROP COLUMN mail;", "");
  await project.prepare("upgrade");
  await project.sql("INSERT INTO people VALUES (2, 'somebody else')");
  const { stdout, stderr } = await project.fails(4, "restore", "--rows");
  assert.match(
    stdout,
    /people: 2 inserted\n +not back +500: there is no column "mail"\n +not back +1: another row has its key now/,
  );
  assert.match(stderr, /warning: 501 of the rows and values/);
  await project.sql("DROP TABLE people");
  const nothing = await project.fails(1, "restore", (await points(project)).at(-1)!.name, "--rows");
  assert.match(nothing.stdout, /not back +500: there is no table "people"/);
});

Deno.test("each transaction of a run keeps what it takes, and all of it comes back", async () => {
  using project = await people();
  const before = await project.sql(CONTENT);
  project.add("a2", "DELETE FROM people WHERE id = 1;", "");
  project.add("a3", "UPDATE people SET name = 'x' WHERE id = 2;", "");
  const { stderr } = await project.fails(0, "upgrade", "--transaction", "each");
  const steps = [...stderr.matchAll(/next: aludel (restore \S+ --rows)/g)].map(([, step]) => step!);
  assert.equal(steps.length, 2, stderr);
  for (const step of steps) await project.done(...step.split(" "));
  assert.equal(await project.sql(CONTENT), before);
});

Deno.test("a database below the size, too many rows, and rows that moved are copied whole", async () => {
  for (
    const [settings, script] of [
      [{ restoreRowsFrom: 1 }, "DELETE FROM people WHERE id = 1;"],
      [{ restoreRowsShare: 1 }, "DELETE FROM people WHERE id = 1;"],
      [{ restoreRowsShare: 0 }, "DELETE FROM people WHERE id = 1;"],
      [{}, "UPDATE people SET id = id + 1000;"],
    ] as const
  ) {
    using project = await people(settings);
    const before = await project.sql(CONTENT);
    project.add("a2", script, "");
    await project.prepare("upgrade");
    const [point] = await points(project);
    assert.equal(point!.holds, "database", script);
    const refused = await project.fails(1, "restore", "--rows");
    assert.match(refused.stderr, /error\[restore-point-whole\]/);
    await project.done("restore");
    assert.equal(await project.sql(CONTENT), before);
  }
});

Deno.test("a downgrade that drops a table keeps its rows, which come back with the table", async () => {
  using project = await people();
  const before = await project.sql(CONTENT);
  project.add("a2", "CREATE TABLE extra(a UNIQUE);", "DROP TABLE extra;");
  await project.prepare("upgrade");
  await project.sql("INSERT INTO extra(rowid, a) VALUES (7, 'x'), (9, NULL)");
  await project.prepare("downgrade", "a1");
  await project.prepare("upgrade");
  await project.done("restore", "--rows");
  assert.equal(await project.sql("SELECT rowid, a FROM extra"), "7|x\n9|");
  assert.equal(await project.sql(CONTENT), before);
});

Deno.test("a damaged point of rows is refused, and so is one of a newer Aludel", async () => {
  using project = await people();
  project.add("a2", "DELETE FROM people WHERE id = 1;", "");
  await project.prepare("upgrade");
  const [point] = await points(project);
  const file = `${project.database}.restore/${point!.name}/rows.db`;
  const sound = Deno.readFileSync(file);
  Deno.writeFileSync(file, sound.with(5000, sound[5000]! ^ 1));
  assert.match(
    (await project.fails(1, "restore", "--rows")).stderr,
    /error\[restore-point-damaged\]/,
  );
  assert.equal(await project.sql("SELECT count(*) FROM people"), "499");
});
