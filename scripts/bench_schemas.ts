// deno-lint-ignore-file no-console
/**
 * Measures what compares schemas and rebuilds tables, beside the physical limits, and prints Markdown.
 *
 * `deno run -A scripts/bench_schemas.ts [TABLES] [REVISIONS] [ROWS] [ROUNDS]`
 */
import { aludelProgram } from "./bench/aludel_program.ts";
import { hold } from "./bench/contest.ts";
import { describeMachine } from "./bench/machine.ts";
import { schemaContests } from "./bench/schema_contests.ts";
import { tableOf } from "./bench/table.ts";

const [tables = 1_000, revisions = 1_000, rows = 5_000_000, rounds = 5] = Deno.args.map(Number);
const folder = await Deno.makeTempDir({ prefix: "aludel-bench-" });
try {
  const program = await aludelProgram(`${folder}/program`);
  console.log(`${describeMachine()}. ${program.description}.\n`);
  for (const contest of await schemaContests({ folder, program, tables, revisions, rows })) {
    console.log(`${tableOf(contest, await hold(contest, rounds))}\n`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
