import assert from "node:assert/strict";
import fc from "fast-check";
import { AludelError } from "../../src/errors.ts";
import { compareWith, type Comparison } from "../../src/project/author/schema_reader.ts";
import { Scratch } from "../../src/replay/scratch.ts";
import { selfCheck, type SelfCheckRequest } from "../../src/replay/self_check.ts";
import { reverseChanges } from "../../src/schema/model/change.ts";
import { loadSchema } from "../../src/schema/source/load_schema.ts";
import { planChanges } from "../../src/schema/plan/plan.ts";
import { writePlan } from "../../src/schema/plan/statement.ts";
import { type SchemaPair, schemaPair } from "./plan_law.ts";
import { type SchemaRecipe, schemaSql } from "./schema_arbitrary.ts";

/** undefined where SQLite refuses one of the two schemas. */
async function comparisonOf(
  { before, after, hints }: SchemaPair,
  scratch: Scratch,
): Promise<Comparison | undefined> {
  const load = async (recipe: SchemaRecipe) => {
    const text = `${schemaSql(recipe).join(";\n")};\n`;
    return (await loadSchema([{ file: "s.sql", text }], scratch.open)).schema;
  };
  try {
    const [from, to] = [await load(before), await load(after)];
    return compareWith({ exclude: [], columnOrder: false }, from, to, hints);
  } catch (error) {
    if (error instanceof AludelError) return undefined;
    throw error;
  }
}

/** The texts of a plan and its way back, with one statement of the two left out. */
function textsWithout(
  { from, to, changes }: Comparison,
  choice: number,
): { readonly up: string; readonly down: string } {
  const sqlite = [3, 53] as const;
  const plans = [
    planChanges(from, to, changes, { sqlite }),
    planChanges(to, from, reverseChanges(changes), { sqlite, missingValues: "placeholder" }),
  ] as const;
  const [ups, downs] = plans.map(({ statements }) => statements.length) as [number, number];
  const left = choice % (ups + downs + 1);
  const [up, down] = plans.map((plan, side) => {
    const statements = plan.statements.filter((_, at) => at + side * ups !== left);
    return writePlan({ ...plan, statements }, { title: "Trial", purpose: "trial" });
  });
  return { up: up!, down: down! };
}

async function verdictOf(
  request: Omit<SelfCheckRequest, "scratch">,
): Promise<"passes" | AludelError> {
  try {
    await selfCheck({ ...request, scratch: new Scratch({ doubleQuotedStrings: false }) });
    return "passes";
  } catch (error) {
    if (error instanceof AludelError) return error;
    throw error;
  }
}

Deno.test("selfCheck() lets nothing pass in the part that is reached that it refuses in the whole", async () => {
  let refused = 0;
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(schemaPair, fc.nat(1_000), async (pair, choice) => {
      const comparison = await comparisonOf(pair, new Scratch({ doubleQuotedStrings: false }));
      fc.pre(comparison !== undefined && comparison.changes.length > 0);
      const request = { ...comparison, ...textsWithout(comparison, choice), columnOrder: false };
      const whole = await verdictOf({ ...request, extent: "whole" });
      const reached = await verdictOf({ ...request, extent: "reached" });
      if (whole === "passes") passed++;
      else refused++;
      assert.equal(
        reached === "passes",
        whole === "passes",
        `${request.up}\n${request.down}\n${String(whole)}`,
      );
    }),
    { numRuns: 80 },
  );
  assert.ok(refused > 20 && passed > 2, `${refused} were refused, ${passed} passed`);
});
