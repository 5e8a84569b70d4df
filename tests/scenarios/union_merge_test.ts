import assert from "node:assert/strict";
import { measureUnion } from "../../scripts/once/measure_union_merge.ts";

Deno.test("plain git merges by union the revisions that two branches added and sealed", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const counts = await measureUnion(["add", "add-seal-own"], 8, seed);
  assert.deepEqual(
    counts.map(({ valid, right }) => [valid, right]),
    [[8, 8], [8, 8]],
    `seed ${seed}`,
  );
});

Deno.test("plain git merges wrong what the merge driver merges right", async () => {
  const [removed] = await measureUnion(["remove-shared"], 12, 1);
  assert.equal(removed?.valid, 12);
  assert.ok(removed.right < 12, "a removed line comes back");
});
