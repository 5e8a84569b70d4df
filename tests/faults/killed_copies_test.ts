// Commands that copy a database are killed at random moments, again and again, and a stranger looks at the database: the
// sqlite3 shell, of another release than the library that wrote it.
import assert from "node:assert/strict";
import { type RunProject, runProject } from "../scenarios/run_project.ts";
import { runsOnNode } from "../scenarios/cli.ts";
import { untilHandled } from "./faulty_project.ts";
import { endWhen, isCopying, isThere, ROUNDS, sameBytes, startAludel } from "./killed_command.ts";

/** Rows of a thousand bytes: above the size from which a worker copies. */
const ROWS = 12_000;

/** A database whose table `t` holds one word in every row; its restore point `old` holds "old", it itself "new". */
async function projectWithPoint(journal: string): Promise<RunProject> {
  const project = runProject();
  project.add(
    "a1",
    `CREATE TABLE t(id INTEGER PRIMARY KEY, word TEXT, filler BLOB); CREATE INDEX t_word ON t(word);`,
    "DROP TABLE t;",
  );
  project.add("a2", "UPDATE t SET filler = zeroblob(900); DELETE FROM t WHERE id > 100;", "");
  await project.prepare("upgrade", "a1");
  await project.sql(
    `PRAGMA journal_mode = ${journal}; PRAGMA synchronous = OFF;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     INSERT INTO t SELECT i, 'old', randomblob(1000) FROM n`,
  );
  await project.done("backup", "-m", "old");
  await project.sql("PRAGMA synchronous = OFF; UPDATE t SET word = 'new'");
  return project;
}

/** The words in the table, after SQLite has recovered and found nothing wrong. */
async function wordsIn(project: RunProject): Promise<string> {
  return await project.sql(
    `PRAGMA integrity_check; SELECT group_concat(DISTINCT word) || ' ' || count(*) FROM t;
     SELECT group_concat(word) FROM (SELECT DISTINCT word FROM t INDEXED BY t_word)`,
  );
}

const OLD = `ok\nold ${ROWS}\nold`;
const NEW = `ok\nnew ${ROWS}\nnew`;

interface ListedPoint {
  readonly name: string;
  readonly reason: string;
}

async function points(project: RunProject): Promise<readonly ListedPoint[]> {
  return JSON.parse(await project.done("backup", "list", "--json")).points;
}

Deno.test("kill -9 during restore leaves the old state or the new one", async () => {
  for (const journal of ["DELETE", "TRUNCATE", "WAL"]) {
    using project = await projectWithPoint(journal);
    const [old] = await points(project);
    let killed = 0;
    for (let round = 0; round < Math.ceil(ROUNDS / 3); round++) {
      await project.sql("PRAGMA synchronous = OFF; UPDATE t SET word = 'new'");
      const child = startAludel(project.path, ["restore", old!.name]);
      // Half of them while the database itself is written.
      const seen = round % 2 === 0
        ? () => isThere(`${project.database}-journal`)
        : () => isCopying(project.database);
      if (await endWhen(child, seen, Math.random() * (round % 2 === 0 ? 40 : 300))) killed++;
      const words = await wordsIn(project);
      assert.ok(words === OLD || words === NEW, words);
    }
    // Whatever was left is gone after the next one, which works.
    await project.sql("UPDATE t SET word = 'new'");
    await project.done("restore", old!.name);
    assert.equal(await wordsIn(project), OLD);
    assert.equal(isCopying(project.database), false);
    assert.equal(isThere(`${project.database}-journal`), false);
    assert.ok(killed > 0, "no round hit the command at work");
  }
});

Deno.test("kill -9 during backup leaves the database alone, and no half restore point", async () => {
  using project = await projectWithPoint("DELETE");
  const before = Deno.readFileSync(project.database);
  let killed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const child = startAludel(project.path, ["backup", "-m", "killed"]);
    if (await endWhen(child, () => isCopying(project.database), Math.random() * 250)) killed++;
    assert.ok(sameBytes(Deno.readFileSync(project.database), before));
  }
  assert.ok(killed > 0, "no round hit the command at work");
  // Each point that is listed can be put back.
  for (const { name } of await points(project)) {
    await project.done("restore", name);
    assert.match(await wordsIn(project), /^ok\n(old|new) /);
  }
  assert.equal(isCopying(project.database), false);
});

Deno.test("kill -9 during a rehearsal leaves the database alone, and what is left goes next time", async () => {
  using project = await projectWithPoint("DELETE");
  const before = Deno.readFileSync(project.database);
  let killed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const child = startAludel(project.path, ["upgrade", "--rehearse"]);
    if (await endWhen(child, () => isCopying(project.database), Math.random() * 400)) killed++;
    assert.ok(sameBytes(Deno.readFileSync(project.database), before));
  }
  assert.ok(killed > 0, "no round hit the command at work");
  await project.done("upgrade", "--rehearse");
  assert.equal(isCopying(project.database), false);
});

Deno.test("kill -9 while an upgrade makes its restore point leaves the database as it was", async () => {
  using project = await projectWithPoint("WAL");
  let killed = 0;
  for (let round = 0; round < Math.ceil(ROUNDS / 3); round++) {
    const child = startAludel(project.path, ["upgrade"]);
    if (await endWhen(child, () => isCopying(project.database), Math.random() * 60)) killed++;
    if (await project.applied() === "a1") assert.equal(await wordsIn(project), NEW);
    else await project.done("restore", (await points(project)).find(isOfRun)!.name);
  }
  assert.ok(killed > 0, "no round hit the command at work");
});

/** A project that keeps rows alone however small the database is; revision `a2` takes some of its many. */
async function projectOfRows(journal: string): Promise<RunProject> {
  const project = runProject();
  const settings = { database: "app.db", restoreRowsFrom: 0, restoreRowsShare: 100 };
  project.write("aludel.json", JSON.stringify(settings));
  project.add("a1", "CREATE TABLE t(id INTEGER PRIMARY KEY, word TEXT, filler BLOB);", "");
  project.add(
    "a2",
    "DELETE FROM t WHERE id % 3 = 0; UPDATE t SET word = 'new' WHERE id % 3 = 1;",
    "",
  );
  await project.prepare("upgrade", "a1");
  await project.sql(
    `PRAGMA journal_mode = ${journal}; PRAGMA synchronous = OFF;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS / 2})
     INSERT INTO t SELECT i, 'old', randomblob(300) FROM n`,
  );
  return project;
}

const ROWS_THERE =
  "PRAGMA integrity_check; SELECT word, count(*), sum(length(filler)) FROM t GROUP BY word ORDER BY word";

Deno.test("kill -9 while an upgrade keeps its rows leaves all of them, in the table or in the restore point", async () => {
  for (const journal of ["DELETE", "WAL"]) {
    using project = await projectOfRows(journal);
    const old = await project.sql(ROWS_THERE);
    let killed = 0;
    for (let round = 0; round < Math.ceil(ROUNDS / 3); round++) {
      const child = startAludel(project.path, ["upgrade"]);
      if (await endWhen(child, () => isCopying(project.database), Math.random() * 150)) killed++;
      if (await project.applied() === "a1 a2") {
        // Newest first: a point of a run that was killed before its COMMIT has rows that are there.
        const [point] = await points(project);
        await project.done("restore", point!.name, "--rows");
        await project.prepare("stamp", "a1");
      }
      assert.equal(await project.sql(ROWS_THERE), old);
    }
    assert.ok(killed > 0, "no round hit the command at work");
  }
});

Deno.test("kill -9 while rows are put back leaves none of them in the table, or all", async () => {
  for (const journal of ["DELETE", "WAL"]) {
    using project = await projectOfRows(journal);
    const old = await project.sql(ROWS_THERE);
    await project.prepare("upgrade");
    const taken = await project.sql(ROWS_THERE);
    const [point] = await points(project);
    let killed = 0;
    for (let round = 0; round < Math.ceil(ROUNDS / 3); round++) {
      const child = startAludel(project.path, ["restore", point!.name, "--rows"]);
      if (await endWhen(child, () => isCopying(project.database), Math.random() * 400)) killed++;
      const now = await project.sql(ROWS_THERE);
      assert.ok(now === old || now === taken, now);
      if (now === old) {
        await project.sql(
          "DELETE FROM t WHERE id % 3 = 0; UPDATE t SET word = 'new' WHERE id % 3 = 1",
        );
      }
    }
    assert.ok(killed > 0, "no round hit the command at work");
    await project.done("restore", point!.name, "--rows");
    assert.equal(await project.sql(ROWS_THERE), old);
    assert.equal(isCopying(project.database), false);
  }
});

function isOfRun({ reason }: ListedPoint): boolean {
  return reason.startsWith("upgrade: ");
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} during a rehearsal removes the copy, in a statement too`, async () => {
    using project = await projectWithPoint("DELETE");
    project.add(
      "a3",
      "CREATE TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e18) SELECT count(*) FROM n;",
    );
    const before = Deno.readFileSync(project.database);
    for (const moment of [300, 1_500]) {
      const child = startAludel(project.path, ["upgrade", "--rehearse"]);
      await untilHandled(child);
      assert.ok(await endWhen(child, () => isCopying(project.database), moment, signal));
      // Node does not hear SIGTERM: what it leaves goes next time, as after kill -9.
      if (signal === "SIGINT" || !runsOnNode()) assert.equal(isCopying(project.database), false);
    }
    assert.ok(sameBytes(Deno.readFileSync(project.database), before));
  });
}
