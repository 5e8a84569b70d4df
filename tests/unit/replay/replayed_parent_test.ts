import assert from "node:assert/strict";
import { ReplayedParent } from "../../../src/replay/history.ts";
import { Scratch } from "../../../src/replay/scratch.ts";
import { introspect } from "../../../src/schema/read/introspect.ts";

const TABLE = "CREATE TABLE t(a)";

/** A parent whose schema was read from a database that is still there, and how often it was replayed. */
async function parentOf(scratch: Scratch) {
  let runs = 0;
  const replay = () => {
    runs++;
    return scratch.after((connection) => connection.execute(TABLE));
  };
  const ready = await replay();
  const parent = new ReplayedParent(await introspect(ready), replay, ready);
  return { parent, runs: () => runs };
}

Deno.test("ReplayedParent gives the database that its schema was read from, then new ones", async () => {
  const { parent, runs } = await parentOf(new Scratch({ doubleQuotedStrings: false }));
  {
    await using first = await parent.database();
    assert.equal(runs(), 1);
    await first.execute("DROP TABLE t");
  }
  await using second = await parent.database();
  assert.equal(runs(), 2);
  await second.execute("INSERT INTO t VALUES (1)");
});

Deno.test("ReplayedParent closes a database that nobody asked for", async () => {
  const scratch = new Scratch({ doubleQuotedStrings: false });
  const ready = await scratch.open();
  const schema = await introspect(ready);
  {
    await using _parent = new ReplayedParent(schema, () => scratch.open(), ready);
  }
  await assert.rejects(ready.execute(TABLE));
});
