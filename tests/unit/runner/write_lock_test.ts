import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { openDatabase } from "../../../src/db/open.ts";
import { executePatiently, type Waiting } from "../../../src/runner/write_lock.ts";
import type { RunEvent } from "../../../src/runner/request.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

/** A clock that moves by what is slept, and does `at` when a moment has come. */
function waiting(
  options: { readonly timeoutMs: number; readonly interruptedAfterMs?: number },
  at: (elapsedMs: number) => Promise<void> = () => Promise.resolve(),
) {
  let now = 0;
  const events: RunEvent[] = [];
  const pauses: number[] = [];
  const host: Waiting = {
    clock: {
      now: () => new Date(0),
      monotonicMs: () => now,
      async sleep(ms) {
        pauses.push(ms);
        now += ms;
        await at(now);
      },
    },
    lockTimeoutMs: options.timeoutMs,
    lockHolder: () => "pid 1 (test)",
    emit: (event) => events.push(event),
    interrupted: () => now >= (options.interruptedAfterMs ?? Infinity),
  };
  return { host, events, pauses, elapsed: () => now };
}

async function locked(folder: TempFolder) {
  const path = folder.file("a.db");
  const holder = await openDatabase({ path, mode: "create" });
  await holder.execute("BEGIN IMMEDIATE");
  return { holder, other: await openDatabase({ path, mode: "create", name: "a.db" }) };
}

Deno.test("executePatiently() tries until the lock is free", async () => {
  using folder = new TempFolder();
  const { holder, other } = await locked(folder);
  const { host, pauses, elapsed } = waiting({ timeoutMs: 60_000 }, async (now) => {
    if (now >= 500 && holder.inTransaction()) await holder.execute("COMMIT");
  });
  await executePatiently(other, "BEGIN IMMEDIATE", host);
  assert.equal(other.inTransaction(), true);
  assert.ok(elapsed() < 600, `waited for ${elapsed()} ms`);
  assert.ok(Math.max(...pauses) <= 50, "Ctrl-C is answered between pauses");
  await Promise.all([holder.close(), other.close()]);
});

Deno.test("executePatiently() says whom it waits for, after a second and each ten seconds", async () => {
  using folder = new TempFolder();
  const { holder, other } = await locked(folder);
  const { host, events } = waiting({ timeoutMs: 25_000 });
  await assert.rejects(executePatiently(other, "BEGIN IMMEDIATE", host), (error: AludelError) => {
    assert.equal(error.code, "lock-timeout");
    assert.equal(error.message, 'Database "a.db" stayed locked for 25 s');
    assert.deepEqual(error.notes, ["The lock is held by pid 1 (test)"]);
    return true;
  });
  const moments = events.map((event) =>
    event.type === "waiting" ? Math.floor(event.elapsedMs / 1_000) : -1
  );
  assert.deepEqual(moments, [1, 11, 21]);
  await Promise.all([holder.close(), other.close()]);
});

Deno.test("executePatiently() stops waiting on Ctrl-C, and does not wait at all with a timeout of zero", async () => {
  using folder = new TempFolder();
  const { holder, other } = await locked(folder);
  const stopped = waiting({ timeoutMs: 60_000, interruptedAfterMs: 300 });
  await assert.rejects(executePatiently(other, "BEGIN IMMEDIATE", stopped.host), {
    code: "interrupted",
  });
  assert.ok(stopped.elapsed() < 400);
  const impatient = waiting({ timeoutMs: 0 });
  await assert.rejects(executePatiently(other, "BEGIN IMMEDIATE", impatient.host), {
    code: "lock-timeout",
  });
  assert.deepEqual(impatient.pauses, []);
  await Promise.all([holder.close(), other.close()]);
});

Deno.test("executePatiently() throws at once what is not a lock", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await using connection = await openDatabase({ path, mode: "create" });
  const { host, pauses } = waiting({ timeoutMs: 60_000 });
  await assert.rejects(executePatiently(connection, "SELECT * FROM nope", host), {
    name: "SqlError",
  });
  assert.deepEqual(pauses, []);
});
