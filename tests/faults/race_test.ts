import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { sqlite3 } from "../scenarios/cli.ts";
import { longProject, lookAt, start, Talk } from "./faulty_project.ts";

const PROCESSES = 16;
const TIMEOUT = "300";

/** Another program's connection that holds a lock until it is told to let go. */
function holdLock(path: string, begin: string): Disposable & { release(): void } {
  const database = new DatabaseSync(path);
  database.exec(begin);
  let held = true;
  const release = () => {
    if (held) database.exec("COMMIT");
    held = false;
  };
  return {
    release,
    [Symbol.dispose]() {
      release();
      if (database.isOpen) database.close();
    },
  };
}

for (const mode of ["all", "each"]) {
  Deno.test(`sixteen processes that upgrade --transaction ${mode} at once apply each revision once`, async () => {
    using project = longProject(40);
    const children = Array.from(
      { length: PROCESSES },
      () => start(project, "upgrade", "head", "--transaction", mode, "--lock-timeout", TIMEOUT),
    );
    const outputs = await Promise.all(children.map((child) => child.output()));
    for (const { code, stderr } of outputs) assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.deepEqual(lookAt(project.database), { integrity: "ok", recorded: 40, done: 40 });
    using database = new DatabaseSync(project.database);
    const { n } = database.prepare("SELECT count(*) AS n FROM aludel_log").get()!;
    assert.equal(n, 40, "each revision is logged once");
  });
}

Deno.test("sixteen processes told +1 while the lock is held make one step", async () => {
  using project = longProject(5);
  await project.done("upgrade", "+1");
  using lock = holdLock(project.database, "BEGIN IMMEDIATE");
  const children = Array.from(
    { length: PROCESSES },
    () => start(project, "upgrade", "+1", "--lock-timeout", TIMEOUT),
  );
  const talks = children.map((child) => new Talk(child));
  await Promise.all(talks.map((talk) => talk.until("Waiting for")));
  assert.match(talks[0]!.text, /Waiting for pid \d+ \(.+\), which holds the lock on ".*app\.db" …/);
  lock.release();
  const texts = await Promise.all(talks.map((talk) => talk.rest()));
  const statuses = await Promise.all(children.map((child) => child.status));
  assert.deepEqual(
    statuses.map((status) => status.code),
    Array(PROCESSES).fill(0),
    texts.join("\n"),
  );
  for (const child of children) await child.stdout.cancel();
  assert.deepEqual(lookAt(project.database), { integrity: "ok", recorded: 2, done: 2 });
  const idle = texts.filter((text) => text.includes("Another process already did it."));
  assert.equal(idle.length, PROCESSES - 1);
});

Deno.test("four processes told -1 while the lock is held make one step back", async () => {
  using project = longProject(5);
  await project.done("upgrade");
  using lock = holdLock(project.database, "BEGIN IMMEDIATE");
  const children = Array.from(
    { length: 4 },
    () => start(project, "downgrade", "-1", "--lock-timeout", TIMEOUT),
  );
  const talks = children.map((child) => new Talk(child));
  await Promise.all(talks.map((talk) => talk.until("Waiting for")));
  lock.release();
  const texts = await Promise.all(talks.map((talk) => talk.rest()));
  for (const child of children) {
    assert.equal((await child.status).code, 0, texts.join("\n"));
    await child.stdout.cancel();
  }
  assert.equal(lookAt(project.database).recorded, 4);
});

Deno.test("a reader that holds the file delays COMMIT, and nothing else", async () => {
  using project = longProject(3);
  await project.done("upgrade", "+1");
  using reader = holdLock(project.database, "BEGIN; SELECT count(*) FROM steps");
  const child = start(project, "upgrade", "--lock-timeout", TIMEOUT);
  const talk = new Talk(child);
  await talk.until("Waiting for");
  reader.release();
  const text = await talk.rest();
  assert.equal((await child.status).code, 0, text);
  await child.stdout.cancel();
  assert.equal(lookAt(project.database).recorded, 3);
});

Deno.test("a reader that never lets go ends in lock-timeout, with everything rolled back", async () => {
  using project = longProject(3);
  await project.done("upgrade", "+1");
  using reader = holdLock(project.database, "BEGIN; SELECT count(*) FROM steps");
  const { code, stderr } = await project.aludel("upgrade", "--lock-timeout", "1");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /error\[lock-timeout\]: Database ".*app\.db" stayed locked for 1 s/);
  assert.match(
    stderr,
    /All 2 revisions of its transaction were rolled back; the database is unchanged/,
  );
  assert.match(stderr, /next: .*--lock-timeout 5/);
  reader.release();
  assert.equal(lookAt(project.database).recorded, 1);
});

Deno.test("a writer that never lets go ends in lock-timeout before anything is run", async () => {
  using project = longProject(3);
  await project.done("upgrade", "+1");
  using _lock = holdLock(project.database, "BEGIN IMMEDIATE");
  const { code, stderr } = await project.aludel("upgrade", "--lock-timeout", "1");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /The lock is held by pid \d+/);
  assert.match(stderr, /Nothing was run; the database is unchanged/);
});

Deno.test("a writer that keeps even readers out is waited for, before the route is planned", async () => {
  using project = longProject(3);
  await project.done("upgrade", "+1");
  // As a large transaction does when its pages no longer fit into SQLite's cache.
  using lock = holdLock(project.database, "BEGIN EXCLUSIVE");
  const child = start(project, "upgrade", "--lock-timeout", TIMEOUT);
  const talk = new Talk(child);
  await talk.until("Waiting for");
  const { code, stderr } = await project.aludel("upgrade", "--lock-timeout", "1");
  assert.equal(code, 1);
  assert.match(stderr, /error\[lock-timeout\]/);
  lock.release();
  const text = await talk.rest();
  assert.equal((await child.status).code, 0, text);
  await child.stdout.cancel();
  assert.equal(lookAt(project.database).recorded, 3);
});

for (
  const words of [["status"], ["current"], ["verify"], ["show", "head"], [
    "locate",
  ], [
    "schema",
    "db:DATABASE",
  ]]
) {
  Deno.test(`${words.join(" ")} says whom it waits for, and goes on when the writer has finished`, async () => {
    using project = longProject(2);
    await project.done("upgrade", "+1");
    using lock = holdLock(project.database, "BEGIN EXCLUSIVE");
    const child = start(
      project,
      ...words.map((word) => word.replace("DATABASE", project.database)),
    );
    const talk = new Talk(child);
    await talk.until("Waiting for");
    lock.release();
    const text = await talk.rest();
    assert.match(text, /Waiting for pid \d+ \(.+\), which holds the lock on ".*app\.db" …/);
    assert.doesNotMatch(text, /error/);
    assert.ok([0, 3].includes((await child.status).code), text);
    await child.stdout.cancel();
  });
}

Deno.test("a statement outside a transaction waits for the readers that keep it from the file", async () => {
  using project = longProject(1);
  project.add(
    "off",
    "-- aludel: transaction=off\nPRAGMA wal_checkpoint;\nPRAGMA journal_mode = DELETE;",
    null,
    ["r0001"],
  );
  await project.done("upgrade", "+1");
  await sqlite3(project.database, "PRAGMA journal_mode = WAL");
  using reader = holdLock(project.database, "BEGIN; SELECT count(*) FROM steps");
  const refused = await project.aludel("upgrade", "--lock-timeout", "1");
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /error\[lock-timeout\]: Database ".*app\.db" stayed locked for 1 s/);
  assert.match(
    refused.stderr,
    /1 of its 2 statements has run and stays; the next run goes on with statement 2|None of its statements has run|Nothing was run; the database is as it was/,
  );
  assert.doesNotMatch(refused.stderr, /Correct the file/);
  const child = start(project, "upgrade", "--lock-timeout", TIMEOUT);
  const talk = new Talk(child);
  await talk.until("Waiting for");
  // In WAL mode a connection keeps others from the file until it is closed.
  reader[Symbol.dispose]();
  const text = await talk.rest();
  assert.equal((await child.status).code, 0, text);
  await child.stdout.cancel();
  assert.equal(await sqlite3(project.database, "PRAGMA journal_mode"), "delete");
});
