import assert from "node:assert/strict";
import { openDatabase } from "../../../src/db/open.ts";
import {
  changePolicies,
  POLICIES,
  readPolicies,
  writePolicies,
} from "../../../src/state/policies.ts";
import { ensureStateTables, readFormat } from "../../../src/state/state_format.ts";
import { readLog } from "../../../src/state/log.ts";

const STAMP = { at: "2026-11-23T10:15:00Z", by: "aludel test" };
const memory = () => openDatabase({ path: ":memory:", mode: "write" });

Deno.test("every set of policies is read back, and only a set with one needs the format of policies", async () => {
  for (let mask = 0; mask < 1 << POLICIES.length; mask++) {
    const policies = new Set(POLICIES.filter((_, bit) => mask & (1 << bit)));
    await using connection = await memory();
    await writePolicies(connection, policies);
    assert.deepEqual(await readPolicies(connection), policies);
    const format = await readFormat(connection);
    assert.equal(format === "absent" ? 0 : format.number, policies.size === 0 ? 1 : 2);
    // A run leaves the format as it is.
    await ensureStateTables(connection);
    assert.deepEqual(await readPolicies(connection), policies);
  }
});

Deno.test("a change that changes nothing writes nothing", async () => {
  await using connection = await memory();
  const none = await changePolicies(connection, { set: [], off: ["no-loss"] }, STAMP);
  assert.deepEqual(none, { policies: [], changed: false });
  assert.equal(await readFormat(connection), "absent");
  await changePolicies(connection, { set: ["no-loss"], off: [] }, STAMP);
  await changePolicies(connection, { set: ["no-loss"], off: [] }, STAMP);
  const log = await readLog(connection);
  assert.deepEqual(log.map(({ event }) => event), ["protect"]);
});
