import assert from "node:assert/strict";
import { type Connection, SqlError } from "../../../src/db/connection.ts";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { AludelError } from "../../../src/errors.ts";
import { readLog } from "../../../src/state/log.ts";
import { readMark, readState, readTexts } from "../../../src/state/state.ts";
import { ensureStateTables } from "../../../src/state/state_format.ts";
import {
  appendLog,
  deleteRevision,
  insertRevision,
  purgeRevisions,
  resealRevision,
} from "../../../src/state/write_state.ts";
import { appliedRevision, hash } from "../../fixtures/applied.ts";

const TEXTS = { up: "CREATE TABLE t (a);\n", down: "DROP TABLE t;\n" };
const STAMP = { at: "2026-11-23T10:15:00Z", by: "aludel 0.1.0" };

async function withRevisions(...ids: readonly string[]): Promise<Connection> {
  const connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  await ensureStateTables(connection);
  for (const id of ids) await insertRevision(connection, appliedRevision(id), TEXTS);
  return connection;
}

async function ids(connection: Connection): Promise<string[]> {
  return (await readState(connection)).applied.map(({ id }) => id);
}

Deno.test("insertRevision() refuses a revision that is applied already", async () => {
  await using connection = await withRevisions("a");
  await assert.rejects(insertRevision(connection, appliedRevision("a"), TEXTS), SqlError);
  assert.deepEqual(await ids(connection), ["a"]);
});

Deno.test("insertRevision() goes after all others, also when one went away before", async () => {
  await using connection = await withRevisions("c", "b", "a");
  await deleteRevision(connection, "b");
  await insertRevision(connection, appliedRevision("b"), TEXTS);
  assert.deepEqual(await ids(connection), ["c", "a", "b"]);
});

Deno.test("deleteRevision() takes one record away, and throws for one that is not there", async () => {
  await using connection = await withRevisions("a", "b");
  await deleteRevision(connection, "a");
  assert.deepEqual(await ids(connection), ["b"]);
  await assert.rejects(
    deleteRevision(connection, "a"),
    (error) => error instanceof AludelError && error.code === "internal",
  );
});

Deno.test("purgeRevisions() takes every record away and keeps the log", async () => {
  await using connection = await withRevisions("a", "b");
  await appendLog(connection, {
    ...STAMP,
    event: "upgrade",
    revision: "a",
    details: { durationMs: 1 },
  });
  await purgeRevisions(connection);
  assert.deepEqual(await ids(connection), []);
  assert.equal((await readLog(connection)).length, 1);
});

for (const texts of [null, { up: "CREATE TABLE t (\n  a\n);\n", down: null }]) {
  const title = texts === null ? "keeps the texts that ran" : "takes new texts";
  Deno.test(`resealRevision() changes hashes and lineage, logs it, and ${title}`, async () => {
    await using connection = await withRevisions("a", "b");
    const sealed = { id: "a", up: hash("new"), down: "none", lineage: hash("line") } as const;
    await resealRevision(connection, sealed, texts, STAMP);
    const [first, second] = (await readState(connection)).applied;
    assert.deepEqual(first, appliedRevision("a", sealed));
    assert.deepEqual(second, appliedRevision("b"));
    assert.deepEqual(await readTexts(connection, "a"), texts ?? TEXTS);
    assert.deepEqual(await readLog(connection), [{
      entry: 1,
      ...STAMP,
      event: "reseal",
      revision: "a",
      details: {
        from: [hash("up of a"), hash("down of a")],
        to: [hash("new"), "none"],
        lineage: hash("line"),
      },
    }]);
  });
}

Deno.test("readMark() moves with every change and stays without one", async () => {
  await using connection = await withRevisions();
  const marks: string[] = [];
  const changes: readonly (() => Promise<unknown>)[] = [
    () => Promise.resolve(),
    () => insertRevision(connection, appliedRevision("a"), TEXTS),
    () => insertRevision(connection, appliedRevision("b"), TEXTS),
    () => deleteRevision(connection, "a"),
    () =>
      appendLog(connection, {
        ...STAMP,
        event: "downgrade",
        revision: "a",
        details: { durationMs: 1 },
      }),
  ];
  for (const change of changes) {
    await change();
    const mark = await readMark(connection);
    assert.equal(await readMark(connection), mark);
    assert.equal((await readState(connection)).mark, mark);
    assert.ok(!marks.includes(mark), mark);
    marks.push(mark);
  }
});

Deno.test("readLog() gives the newest first, limited and after an entry", async () => {
  await using connection = await withRevisions();
  for (const revision of ["a", "b", "c"]) {
    await appendLog(connection, {
      ...STAMP,
      event: "upgrade",
      revision,
      details: { durationMs: 1 },
    });
  }
  const revisions = async (query: Parameters<typeof readLog>[1]) =>
    (await readLog(connection, query)).map(({ revision }) => revision);
  assert.deepEqual(await revisions({}), ["c", "b", "a"]);
  assert.deepEqual(await revisions({ limit: 2 }), ["c", "b"]);
  assert.deepEqual(await revisions({ after: 1 }), ["c", "b"]);
});

Deno.test("readLog() shows what a newer or a foreign hand wrote", async () => {
  await using connection = await withRevisions();
  await connection.execute(
    "INSERT INTO aludel_log (at, event, details, logged_by) VALUES ('t', 'shine', 'no json', 'me')",
  );
  assert.deepEqual(await readLog(connection), [
    { entry: 1, at: "t", by: "me", event: "shine", revision: null, details: { text: "no json" } },
  ]);
});

Deno.test("readLog() finds nothing in a database without tables", async () => {
  await using connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  assert.deepEqual(await readLog(connection), []);
  assert.equal(await readMark(connection), "absent");
});

Deno.test("records and log go with the caller's transaction", async () => {
  await using connection = await withRevisions("a");
  const before = await readMark(connection);
  await connection.execute("BEGIN");
  await insertRevision(connection, appliedRevision("b"), TEXTS);
  await resealRevision(connection, appliedRevision("a", { down: "none" }), null, STAMP);
  await connection.execute("ROLLBACK");
  assert.equal(await readMark(connection), before);
  assert.deepEqual((await readState(connection)).applied, [appliedRevision("a")]);
});
