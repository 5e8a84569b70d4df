import assert from "node:assert/strict";
import fc from "fast-check";
import { Broken, keepsTheLaw, lawCase } from "./loss/loss_law.ts";
import { minimise } from "./loss/minimise.ts";

/** So many scripts in a process of the tests; `deno task laws` runs more of them. */
const RUNS = 60;

Deno.test("an upgrade that exits with 0 has lost nothing that no restore point holds", async () => {
  const verdicts = new Map<string, number>();
  for (const [at, each] of fc.sample(lawCase, { seed: 1, numRuns: RUNS }).entries()) {
    try {
      const verdict = await keepsTheLaw(each, {
        isProcess: at === RUNS - 1,
        rehearses: at % 5 === 0,
      });
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    } catch (error) {
      throw error instanceof Broken ? await minimise(each, error) : error;
    }
  }
  assert.ok((verdicts.get("nothing lost") ?? 0) > 10, "few scripts lost nothing");
  assert.ok((verdicts.get("lost and kept") ?? 0) > 5, "few scripts lost anything");
});
