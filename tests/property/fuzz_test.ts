import fc from "fast-check";
import { SQL_TARGETS } from "./fuzz/sql_targets.ts";
import { TEXT_TARGETS } from "./fuzz/text_targets.ts";

/** `deno task fuzz` runs the same for as long as one likes. */
for (const { name, input, check, hard } of [...SQL_TARGETS, ...TEXT_TARGETS]) {
  Deno.test(`fuzz: ${name} survives nearly right input`, () => {
    fc.assert(fc.property(input, check), { numRuns: 400 });
  });

  // A reader whose time grows with the square of its input would need hours for this, an exponential one for ever.
  Deno.test(`fuzz: ${name} gets through hard input of 200,000 characters`, () => {
    for (const text of hard(200_000)) check(text);
  });
}
