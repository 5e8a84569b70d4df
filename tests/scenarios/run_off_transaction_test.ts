import assert from "node:assert/strict";
import { aludelCommand, baseEnvironment } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

const OFF = "-- aludel: transaction=off\n";
/** Counts as far as the table says: for minutes, until the test changes it. */
const SPEED = "CREATE TABLE speed(steps); INSERT INTO speed VALUES (5e8); CREATE TABLE t(a);";
const LONG = "INSERT INTO t SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL " +
  "SELECT i + 1 FROM n WHERE i < (SELECT steps FROM speed)) SELECT i FROM n);";

/** Starts an upgrade, and ends it with kill -9 when the statement that never ends has been announced. */
async function killInside(project: RunProject): Promise<void> {
  const [program, ...before] = aludelCommand();
  const child = new Deno.Command(program!, {
    args: [...before, "upgrade"],
    cwd: project.path,
    clearEnv: true,
    env: baseEnvironment(),
    stdout: "null",
    stderr: "null",
  }).spawn();
  // The lock keeps readers out, so the record of the intent, with the statement's text, is looked for in the bytes;
  // it is committed when the journal has lost its header: https://sqlite.org/fileformat2.html#the_rollback_journal
  const isAnnounced = () =>
    bytesOf(project.database).includes("INSERT INTO t SELECT count") &&
    !bytesOf(`${project.database}-journal`).startsWith("\xd9\xd5\x05\xf9");
  for (let tries = 0; tries < 1_000 && !isAnnounced(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(isAnnounced(), "the statement was never announced");
  child.kill("SIGKILL");
  await child.status;
}

function bytesOf(path: string): string {
  try {
    return Array.from(Deno.readFileSync(path), (byte) => String.fromCharCode(byte)).join("");
  } catch {
    return "";
  }
}

Deno.test("transaction=off runs what no transaction can hold, between two that it splits", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a); INSERT INTO t VALUES (1);");
  project.add(
    "a2",
    `${OFF}PRAGMA journal_mode = WAL;\nPRAGMA auto_vacuum = INCREMENTAL;\nVACUUM;\n`,
  );
  project.add("a3", "CREATE TABLE u(a);");
  await project.done("upgrade");
  assert.equal(await project.sql("PRAGMA journal_mode; PRAGMA integrity_check"), "wal\nok");
  assert.equal(await project.applied(), "a1 a2 a3");
  assert.equal(await project.sql("SELECT count(*) FROM aludel_intent"), "0");
});

Deno.test("transaction=off takes a database back from WAL, and sets auto_vacuum in a fresh one", async () => {
  using project = runProject();
  project.add("a1", `${OFF}PRAGMA auto_vacuum = FULL;\nVACUUM;`);
  project.add("a2", `${OFF}PRAGMA journal_mode = WAL;`, `${OFF}PRAGMA journal_mode = DELETE;`);
  await project.done("upgrade");
  assert.equal(await project.sql("PRAGMA auto_vacuum; PRAGMA journal_mode"), "1\nwal");
  await project.done("downgrade", "-1");
  assert.equal(await project.sql("PRAGMA journal_mode"), "delete");
});

Deno.test("VACUUM in a plain revision is refused with the header that it needs", async () => {
  using project = runProject();
  project.add("a1", "VACUUM;");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /next: .*-- aludel: transaction=off/);
  project.edit("a1", "up", `${OFF}VACUUM INTO 'copy.db';`);
  assert.match((await project.fails(1, "upgrade")).stderr, /"VACUUM INTO" writes another file/);
});

Deno.test("a journal that a crash would take along is refused", async () => {
  using project = runProject();
  for (const mode of ["OFF", "'memory'"]) {
    project.add(`a${mode.length}`, `${OFF}PRAGMA journal_mode = ${mode};`);
    assert.match((await project.fails(1, "upgrade")).stderr, /error\[sql-pragma\].*journal_mode/);
  }
});

Deno.test("transaction=off goes on after the last statement that ran, when one has failed", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  project.add("a2", `${OFF}INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (1, 2);\nVACUUM;`);
  const { stderr } = await project.fails(4, "upgrade");
  assert.match(
    stderr,
    /1 of its 3 statements has run and stays; the next run goes on with statement 2; 1 earlier revision stays: a1/,
  );
  assert.doesNotMatch(stderr, /rolled back/);
  project.edit("a2", "up", `${OFF}INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nVACUUM;`);
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT group_concat(a) FROM t"), "1,2");
});

Deno.test("transaction=off asks when a failed statement has kept a part of its work", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a UNIQUE);");
  project.add("a2", `${OFF}INSERT OR FAIL INTO t VALUES (1), (2), (1);`);
  await project.fails(4, "upgrade");
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[off-interrupted\]/);
});

Deno.test("transaction=off asks after a crash inside a statement, and runs it again when told to", async () => {
  using project = runProject();
  project.add("a1", SPEED);
  project.add("a2", `${OFF}${LONG}\nINSERT INTO t VALUES (2);`);
  await killInside(project);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(
    stderr,
    /error\[off-interrupted\]: An earlier run of revision "a2" was interrupted in statement 1 of 2\n {2}at migrations\/a2\/up\.sql:2:1/,
  );
  assert.match(stderr, /Nothing was run; the database is as it was/);
  assert.match(stderr, /next: If not, give the same command with `--resume again`/);
  assert.match(stderr, /next: If it has, give the same command with `--resume skip`/);
  assert.equal(await project.applied(), "a1");
  await project.sql("UPDATE speed SET steps = 10");
  await project.done("upgrade", "--resume", "again");
  assert.equal(await project.applied(), "a1 a2");
  assert.equal(await project.sql("SELECT group_concat(a) FROM t"), "10,2");
});

Deno.test("transaction=off goes on after the statement with --resume skip", async () => {
  using project = runProject();
  project.add("a1", SPEED);
  project.add("a2", `${OFF}${LONG}\nINSERT INTO t VALUES (2);`);
  await killInside(project);
  await project.done("upgrade", "--resume", "skip");
  assert.equal(await project.applied(), "a1 a2");
  assert.equal(await project.sql("SELECT group_concat(a) FROM t"), "2");
  assert.equal(await project.sql("SELECT count(*) FROM aludel_intent"), "0");
});

Deno.test("a statement that fails when it is run again stays in doubt", async () => {
  using project = runProject();
  project.add("a1", SPEED);
  project.add("a2", `${OFF}${LONG}`);
  await killInside(project);
  await project.sql("DROP TABLE speed");
  assert.match(
    (await project.fails(1, "upgrade", "--resume", "again")).stderr,
    /no such table: speed/,
  );
  assert.match((await project.fails(1, "upgrade")).stderr, /error\[off-interrupted\]/);
});

Deno.test("transaction=off refuses to go on with a text that was changed", async () => {
  using project = runProject();
  project.add("a1", `${OFF}CREATE TABLE t(a);\nINSERT INTO t VALUES (1, 2);`);
  await project.fails(1, "upgrade");
  project.edit("a1", "up", `${OFF}CREATE TABLE t(a, b);\nINSERT INTO t VALUES (1, 2);`);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(
    stderr,
    /error\[off-changed\]: Revision "a1" was changed after it had been half run/,
  );
  assert.match(stderr, /Statement 1 ran as: CREATE TABLE t\(a\);/);
  assert.match(stderr, /Nothing was run; the database is as it was/);
});
