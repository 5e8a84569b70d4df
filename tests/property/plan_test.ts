import assert from "node:assert/strict";
import fc from "fast-check";
import { DIALECTS } from "../unit/schema/plan_case.ts";
import { keepsTheLaw, schemaPair } from "./plan_law.ts";

for (const { sqlite } of DIALECTS) {
  Deno.test(`a plan for SQLite ${sqlite.join(".")} leads to the wanted schema and back, and keeps rows`, async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(schemaPair, async (pair) => {
        if (await keepsTheLaw(pair, sqlite) === "kept") kept++;
      }),
      { numRuns: 60 },
    );
    assert.ok(kept > 15, `only ${kept} pairs were schemas that SQLite takes`);
  });
}
