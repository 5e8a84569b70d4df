import assert from "node:assert/strict";
import type { Connection } from "../../../src/db/connection.ts";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { clearIntents, readIntents, recordDone, recordIntent } from "../../../src/state/intent.ts";
import { readLog } from "../../../src/state/log.ts";
import { ensureStateTables } from "../../../src/state/state_format.ts";

const STAMP = { at: "2026-11-23T10:15:00Z", by: "aludel 0.1.0" };
const FIRST = { revision: "a", direction: "up", statement: 1, sql: "VACUUM" } as const;
const SECOND = { ...FIRST, statement: 2, sql: "PRAGMA journal_mode = WAL" } as const;

async function withTables(): Promise<Connection> {
  const connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  await ensureStateTables(connection);
  return connection;
}

Deno.test("readIntents() tells which statement has run and which may have", async () => {
  await using connection = await withTables();
  await recordIntent(connection, FIRST, STAMP);
  await recordDone(connection, FIRST, STAMP);
  await recordIntent(connection, SECOND, { ...STAMP, at: "2026-11-23T10:15:09Z" });
  assert.deepEqual(await readIntents(connection), [
    { ...FIRST, state: "done", at: STAMP.at },
    { ...SECOND, state: "intended", at: "2026-11-23T10:15:09Z" },
  ]);
});

Deno.test("recordIntent() may be said again after a crash", async () => {
  await using connection = await withTables();
  await recordIntent(connection, FIRST, STAMP);
  await recordIntent(connection, FIRST, STAMP);
  assert.deepEqual(await readIntents(connection), [{ ...FIRST, state: "intended", at: STAMP.at }]);
});

Deno.test("recordDone() touches the one statement of the one direction", async () => {
  await using connection = await withTables();
  const down = { ...FIRST, direction: "down" } as const;
  for (const intent of [FIRST, SECOND, down, { ...FIRST, revision: "b" }]) {
    await recordIntent(connection, intent, STAMP);
  }
  await recordDone(connection, FIRST, STAMP);
  const done = (await readIntents(connection)).filter(({ state }) => state === "done");
  assert.deepEqual(done, [{ ...FIRST, state: "done", at: STAMP.at }]);
});

Deno.test("clearIntents() forgets one revision's statements, and the log keeps them", async () => {
  await using connection = await withTables();
  await recordIntent(connection, FIRST, STAMP);
  await recordDone(connection, FIRST, STAMP);
  await recordIntent(connection, { ...FIRST, revision: "b" }, STAMP);
  await clearIntents(connection, "a");
  assert.deepEqual((await readIntents(connection)).map(({ revision }) => revision), ["b"]);
  const log = await readLog(connection);
  assert.deepEqual(log.map(({ event, revision, details }) => [event, revision, details]), [
    ["off-intent", "b", { direction: "up", statement: 1 }],
    ["off-done", "a", { direction: "up", statement: 1 }],
    ["off-intent", "a", { direction: "up", statement: 1 }],
  ]);
});

Deno.test("readIntents() finds nothing in a database without tables", async () => {
  await using connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  assert.deepEqual(await readIntents(connection), []);
});
