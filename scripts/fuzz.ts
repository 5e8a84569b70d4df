// deno-lint-ignore-file no-console
/**
 * Feeds the readers of what others write with nearly right input, until the time is over or something breaks.
 *
 * `deno task fuzz [SECONDS] [TARGET]`: 60 seconds and every target unless said otherwise. A finding is printed with the
 * smallest input that shows it, and becomes a case in the tests of what it broke.
 */
import fc from "fast-check";
import { SQL_TARGETS } from "../tests/property/fuzz/sql_targets.ts";
import { TEXT_TARGETS } from "../tests/property/fuzz/text_targets.ts";

const [seconds = "60", only] = Deno.args;
const targets = [...SQL_TARGETS, ...TEXT_TARGETS].filter(({ name }) =>
  only === undefined || name === only
);
if (targets.length === 0 || !(Number(seconds) > 0)) {
  const names = [...SQL_TARGETS, ...TEXT_TARGETS].map(({ name }) => name).join(", ");
  console.error(`deno task fuzz [SECONDS] [TARGET]; targets: ${names}`);
  Deno.exit(2);
}
const share = Number(seconds) * 1_000 / targets.length;
let failed = 0;
for (const { name, input, check } of targets) {
  const result = fc.check(fc.property(input, check), {
    numRuns: Infinity,
    interruptAfterTimeLimit: share,
    markInterruptAsFailure: false,
  });
  if (result.failed) {
    failed++;
    console.log(`FAILED  ${name}  seed ${result.seed}`);
    console.log(`        ${JSON.stringify(result.counterexample?.[0])}`);
    console.log(result.errorInstance);
  } else console.log(`ok      ${name}  ${result.numRuns} inputs`);
}
if (failed > 0) Deno.exit(1);
