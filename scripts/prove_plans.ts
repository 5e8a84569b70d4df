/**
 * The law of plans (tests/property/plan_law.ts) over many more pairs of schemas than the tests have time for.
 *
 * `deno task plans:prove [RUNS] [SEED]`
 */
import fc from "fast-check";
import { keepsTheLaw, schemaPair } from "../tests/property/plan_law.ts";
import { DIALECTS } from "../tests/unit/schema/plan_case.ts";

const [runs = "5000", seed] = Deno.args;
for (const { sqlite } of DIALECTS) {
  const verdicts = { kept: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(schemaPair, async (pair) => {
      verdicts[await keepsTheLaw(pair, sqlite)]++;
    }),
    { numRuns: Number(runs), ...(seed !== undefined && { seed: Number(seed) }) },
  );
  // deno-lint-ignore no-console -- a script's output
  console.log(`SQLite ${sqlite.join(".")}: ${verdicts.kept} kept, ${verdicts.refused} refused`);
}
