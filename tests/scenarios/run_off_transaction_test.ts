import assert from "node:assert/strict";
import { aludelCommand, baseEnvironment } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

const OFF = "-- aludel: transaction=off\n";
/** A check of these rows takes minutes, until the test makes them small. */
const SLOW =
  "CREATE TABLE speed(size CHECK (length(hex(zeroblob(size))) >= 0)); CREATE TABLE t(a);";
const LONG = "PRAGMA integrity_check(speed);";

/** Fills the table without its CHECK, which would take as long. */
async function fillSpeed(project: RunProject, size: number): Promise<void> {
  await project.sql(
    `PRAGMA ignore_check_constraints = ON; DELETE FROM speed;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO speed SELECT ${size} FROM n;`,
  );
}

/** A project at a1, whose a2 checks the slow rows and then goes on to WAL mode. */
async function slowProject(up = `${OFF}${LONG}\nPRAGMA journal_mode = WAL;`): Promise<RunProject> {
  const project = runProject();
  project.add("a1", SLOW);
  await project.prepare("upgrade");
  await fillSpeed(project, 30_000_000);
  project.add("a2", up);
  return project;
}

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
    bytesOf(project.database).includes(LONG) &&
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
  project.add("a1", "CREATE TABLE t(a); CREATE INDEX i ON t(a);");
  project.add("a2", `${OFF}PRAGMA auto_vacuum = FULL;\nREINDEX missing;\nVACUUM;`);
  const { stderr } = await project.fails(4, "upgrade");
  assert.match(
    stderr,
    /1 of its 3 statements has run and stays; the next run goes on with statement 2; 1 earlier revision stays: a1/,
  );
  assert.doesNotMatch(stderr, /rolled back/);
  project.edit("a2", "up", `${OFF}PRAGMA auto_vacuum = FULL;\nREINDEX i;\nVACUUM;`);
  await project.done("upgrade");
  assert.equal(await project.sql("PRAGMA auto_vacuum"), "1");
});

for (
  const [up, place, what] of [
    // The records between the statements would give last_insert_rowid() and changes() values of their own.
    [
      `INSERT INTO p VALUES (7, 'x');\nINSERT INTO q VALUES (last_insert_rowid(), changes());`,
      "2:1",
      "INSERT",
    ],
    [`VACUUM;\nDELETE FROM p WHERE id IN (SELECT id FROM p LIMIT 1);`, "3:1", "DELETE"],
    [`CREATE TABLE p_new(id); DROP TABLE p; ALTER TABLE p_new RENAME TO p;`, "2:1", "CREATE"],
    [`VACUUM; SELECT count(*) FROM p;`, "2:9", "SELECT"],
    [`PRAGMA user_version = 5;`, "2:1", "PRAGMA user_version"],
  ] as const
) {
  Deno.test(`transaction=off refuses what a transaction can hold, before anything runs: ${up}`, async () => {
    using project = runProject();
    await project.sql(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, a); CREATE TABLE q(a, b); INSERT INTO p VALUES (1, 'kept');",
    );
    const before = await project.sql(".dump");
    project.add("a1", `${OFF}${up}`);
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(
      stderr,
      new RegExp(
        `error\\[sql-outside\\]: "${what}" can run inside a transaction[^]*at migrations/a1/up\\.sql:${place}\n`,
      ),
    );
    assert.match(
      stderr,
      /next: Move the statement to a separate revision without that directive/,
    );
    assert.equal(await project.sql(".dump"), before);
  });
}

Deno.test("transaction=off asks after a crash inside a statement, and runs it again when told to", async () => {
  using project = await slowProject();
  await killInside(project);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(
    stderr,
    /error\[off-interrupted\]: An earlier run of revision "a2" was interrupted in statement 1 of 2\n {2}at migrations\/a2\/up\.sql:2:1/,
  );
  assert.match(stderr, /Nothing was run; the database is unchanged/);
  assert.match(stderr, /next: aludel upgrade --resume again {3}# if it has not run/);
  assert.match(stderr, /next: aludel upgrade --resume skip {3}# if it has run/);
  assert.equal(await project.applied(), "a1");
  await fillSpeed(project, 1);
  await project.done("upgrade", "--resume", "again");
  assert.equal(await project.applied(), "a1 a2");
  assert.equal(await project.sql("PRAGMA journal_mode"), "wal");
});

Deno.test("transaction=off goes on after the statement with --resume skip", async () => {
  using project = await slowProject();
  await killInside(project);
  await project.done("upgrade", "--resume", "skip");
  assert.equal(await project.applied(), "a1 a2");
  assert.equal(await project.sql("PRAGMA journal_mode"), "wal");
  assert.equal(await project.sql("SELECT count(*) FROM aludel_intent"), "0");
});

Deno.test("a statement that fails when it is run again stays in doubt", async () => {
  using project = await slowProject();
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
  project.add("a1", `${OFF}PRAGMA auto_vacuum = FULL;\nREINDEX missing;`);
  await project.fails(1, "upgrade");
  project.edit("a1", "up", `${OFF}PRAGMA auto_vacuum = NONE;\nREINDEX missing;`);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(
    stderr,
    /error\[off-changed\]: Revision "a1" was changed after half of it ran/,
  );
  assert.match(stderr, /Statement 1 ran as: PRAGMA auto_vacuum = FULL;/);
  assert.match(stderr, /Nothing was run; the database is unchanged/);
});

Deno.test("VACUUM that numbers rowids anew is told as a loss, behind a restore point", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a); CREATE TABLE k(id INTEGER PRIMARY KEY);");
  await project.prepare("upgrade");
  await project.sql(
    "INSERT INTO t(rowid, a) VALUES (1, 'x'), (10, 'y'), (20, 'z'); INSERT INTO k VALUES (7);",
  );
  project.add("a2", `${OFF}VACUUM;`);
  const { stdout } = await project.inProcess("upgrade", "--json");
  const { lost, restorePoints } = JSON.parse(stdout);
  assert.deepEqual(lost, [{ table: "t", rows: 0, columns: {}, rowids: 2 }]);
  assert.equal(await project.sql("SELECT group_concat(rowid) FROM t"), "1,2,3");
  await project.prepare("restore", restorePoints[0].name);
  assert.equal(await project.sql("SELECT group_concat(rowid) FROM t"), "1,10,20");
});

Deno.test("VACUUM that leaves all rowids alone is no loss, and leaves no copy behind", async () => {
  using project = runProject();
  // The first is numbered from 1, the second has its own key, and SQLite keeps the rowids of one with an index.
  project.add(
    "a1",
    "CREATE TABLE t(a); CREATE TABLE k(id INTEGER PRIMARY KEY); CREATE TABLE i(a); CREATE INDEX ii ON i(a);",
  );
  await project.prepare("upgrade");
  await project.sql(
    "INSERT INTO t VALUES ('x'), ('y'); INSERT INTO k VALUES (7); INSERT INTO i(rowid, a) VALUES (10, 'x');",
  );
  project.add("a2", `${OFF}VACUUM;`);
  const { stdout } = await project.inProcess("upgrade", "--json");
  const { lost, restorePoints } = JSON.parse(stdout);
  assert.deepEqual([lost, restorePoints], [[], []]);
  assert.equal(await project.sql("SELECT rowid FROM i"), "10");
  assert.match((await project.inProcess("backup", "list", "--json")).stdout, /"points":\[\]/);
});

Deno.test("VACUUM without restore points still says whose rowids went", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  await project.prepare("upgrade");
  await project.sql("INSERT INTO t(rowid, a) VALUES (10, 'y')");
  project.add("a2", `${OFF}VACUUM;`);
  const { stdout } = await project.inProcess("upgrade", "--json", "--restore-points", "never");
  const { lost, restorePoints } = JSON.parse(stdout);
  assert.deepEqual([lost.length, restorePoints], [1, []]);
});
