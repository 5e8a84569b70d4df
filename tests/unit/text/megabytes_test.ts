import assert from "node:assert/strict";
import { megabytes } from "../../../src/text/layout.ts";

Deno.test("megabytes() says sizes as disks are sold", () => {
  const sizes = [0, 1, 28_672, 99_999, 100_000, 12_345_678, 999_900_000, 1_000_000_000, 5e12];
  assert.deepEqual(sizes.map(megabytes), [
    "0 kB",
    "1 kB",
    "29 kB",
    "100 kB",
    "0.1 MB",
    "12.3 MB",
    "999.9 MB",
    "1.0 GB",
    "5000.0 GB",
  ]);
});
