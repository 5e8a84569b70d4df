import assert from "node:assert/strict";
import { LockLost, SqlError } from "../../src/db/connection.ts";
import { openServer } from "../../src/db/server/server_connection.ts";
import { NO_SQLD, type Sqld, startSqld } from "../fixtures/sqld.ts";
import { describeConnection } from "./connection.ts";

let server: Promise<Sqld> | undefined;

describeConnection("sqld", async () => {
  server ??= startSqld();
  const { url, empty } = await server;
  await empty();
  return await openServer({ url, name: url });
}, { ignore: NO_SQLD, isServer: true });

/** Runs a test on an empty database. The heartbeat and the kept connections of fetch outlive a test. */
function onSqld(name: string, work: (server: Sqld) => Promise<void>): void {
  Deno.test({
    name: `sqld: ${name}`,
    ignore: NO_SQLD,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      server ??= startSqld();
      await (await server).empty();
      await work(await server);
    },
  });
}

onSqld("a lost lock ends the transaction, and no later statement runs alone", async ({ url }) => {
  await using first = await openServer({ url, name: "first" });
  await first.execute("CREATE TABLE t (a)");
  await first.execute("BEGIN IMMEDIATE");
  await first.execute("INSERT INTO t VALUES (1)");
  // The server takes the lock away from a transaction that a rival waits for, after five seconds.
  await using rival = await openServer({ url, name: "rival" });
  await rival.execute("BEGIN IMMEDIATE");
  await rival.execute("INSERT INTO t VALUES (2)");
  await rival.execute("COMMIT");
  await assert.rejects(first.execute("INSERT INTO t VALUES (3)"), LockLost);
  await assert.rejects(first.execute("INSERT INTO t VALUES (4)"), LockLost);
  await first.execute("ROLLBACK");
  assert.equal(first.inTransaction(), false);
  assert.deepEqual(await first.query("SELECT a FROM t"), [{ a: 2n }]);
});

onSqld("a second connection reads the state before an open transaction", async ({ url }) => {
  await using first = await openServer({ url, name: "first" });
  await first.execute("CREATE TABLE t (a)");
  await first.execute("INSERT INTO t VALUES (1)");
  await first.execute("BEGIN IMMEDIATE");
  await first.execute("DROP TABLE t");
  await using second = await openServer({ url, name: "second" });
  assert.deepEqual(await second.query("SELECT a FROM t"), [{ a: 1n }]);
});

onSqld("a server that is killed forgets the transaction", async (sqld) => {
  await using connection = await openServer({ url: sqld.url, name: "sqld" });
  await connection.execute("CREATE TABLE t (a)");
  await connection.execute("BEGIN IMMEDIATE");
  await connection.execute("INSERT INTO t VALUES (1)");
  await sqld.restart();
  await assert.rejects(connection.execute("INSERT INTO t VALUES (2)"), SqlError);
  await connection.execute("ROLLBACK");
  assert.equal(connection.inTransaction(), false);
  assert.deepEqual(await connection.query("SELECT a FROM t"), []);
});

onSqld("a connection goes on over a restart when no transaction is open", async (sqld) => {
  await using connection = await openServer({ url: sqld.url, name: "sqld" });
  await connection.execute("PRAGMA foreign_keys = ON");
  await sqld.restart();
  const rows = await connection.query("PRAGMA foreign_keys");
  assert.deepEqual(rows, [{ foreign_keys: 1n }]);
});

onSqld("refusals() tells what the server does not take, and runs nothing", async ({ url }) => {
  await using connection = await openServer({ url, name: "sqld" });
  const refused = await connection.refusals!([
    "CREATE TABLE t (a)",
    "VACUUM",
    "PRAGMA legacy_alter_table = on",
    "CREATE TEMP TABLE u (a)",
    "SELECT * FROM nowhere",
  ]);
  assert.deepEqual(refused.map((words) => words !== undefined), [false, true, false, true, false]);
  assert.deepEqual(await connection.query("SELECT name FROM sqlite_schema"), []);
});

onSqld("authorize() hears of triggers, cascades and columns", async ({ url }) => {
  await using connection = await openServer({ url, name: "sqld" });
  await connection.execute("CREATE TABLE p (id INTEGER PRIMARY KEY, a)");
  await connection.execute("CREATE TABLE c (p REFERENCES p ON DELETE CASCADE)");
  await connection.execute("CREATE TABLE l (a)");
  await connection.execute(
    "CREATE TRIGGER g AFTER DELETE ON p BEGIN INSERT INTO l VALUES (old.a); END",
  );
  await connection.execute("PRAGMA foreign_keys = ON");
  const seen = new Set<string>();
  connection.authorize(({ action, arg1 }) => {
    if (action === 9 || action === 18) seen.add(`${action} ${arg1}`);
    return null;
  });
  await connection.execute("DELETE FROM p");
  assert.deepEqual([...seen].sort(), ["18 l", "9 c", "9 p"]);
});

Deno.test({
  name: "sqld: the server ends",
  ignore: NO_SQLD,
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    await (await server)?.[Symbol.asyncDispose]();
  },
});
