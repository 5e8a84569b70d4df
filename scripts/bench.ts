// deno-lint-ignore-file no-console
/**
 * Measures whole processes of Aludel beside the physical limits and its peers, and prints Markdown.
 *
 * `deno task bench [--only start,upgrade,…] [--sizes 1,100,…] [--rounds N] [--rows N] [--databases N]
 * [--megabytes N] [--out FILE.md]`. What is measured and how is described in docs/bench.md. Beside FILE.md the results are written
 * to FILE.json, from which `scripts/bench/chart.ts` draws.
 */
import { aludelProgram, type Yard } from "./bench/yard.ts";
import { type Contest, hold, type Result } from "./bench/contest.ts";
import { BY_SIZE, ON_SITE, ONCE } from "./bench/contests.ts";
import { describeField, describeLoad, describeMachine } from "./bench/machine.ts";
import { readOptions } from "./bench/options.ts";
import { findField } from "./bench/peers.ts";
import { buildSite } from "./bench/site.ts";
import { tableOf } from "./bench/table.ts";

const names = [...Object.keys(ON_SITE), ...Object.keys(BY_SIZE), ...Object.keys(ONCE)];
const { only, sizes, rounds, rows, databases, megabytes, out } = readOptions(Deno.args, names);
const field = await findField();
const workshop = await Deno.makeTempDir({ prefix: "aludel-bench-" });
const sections: string[] = [];
const results: Result[] = [];

/** What is known so far is in the files at any time. */
function tell(section: string): void {
  sections.push(section);
  console.log(`${section}\n`);
  if (out === undefined) return;
  Deno.writeTextFileSync(out, sections.join("\n\n") + "\n");
  const numbers = JSON.stringify(results, (_, value) => rounded(value), 2);
  Deno.writeTextFileSync(out.replace(/\.md$/, ".json"), `${numbers}\n`);
}

function rounded(value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value;
}

async function holdAll(contests: readonly Contest[]): Promise<void> {
  for (const contest of contests) {
    const result = await hold(contest, rounds);
    results.push(result);
    tell(tableOf(result));
  }
}

try {
  const program = await aludelProgram(`${workshop}/program`);
  const yardAt = (name: string): Yard => {
    const folder = `${workshop}/${name}`;
    Deno.mkdirSync(folder);
    return { folder, program, field, rows, databases, megabytes };
  };
  const date = new Date().toISOString().slice(0, 10);
  const facts = `${date}: ${describeField(field)}; ${describeMachine()}. ${program.description}.`;
  tell(`${facts} ${rounds} rounds. Load at the start: ${describeLoad()}.`);
  for (const note of field.notes) tell(note);
  for (const size of sizes) {
    const yard = yardAt(String(size));
    const onSite = only.filter((name) => Object.hasOwn(ON_SITE, name));
    if (onSite.length > 0) {
      const site = await buildSite(yard, size);
      for (const name of onSite) await holdAll(ON_SITE[name]!(site));
    }
    for (const name of only) {
      if (Object.hasOwn(BY_SIZE, name)) await holdAll(BY_SIZE[name]!(yard, size));
    }
    await Deno.remove(yard.folder, { recursive: true });
  }
  for (const name of only) {
    if (!Object.hasOwn(ONCE, name)) continue;
    const yard = yardAt(name);
    await holdAll(ONCE[name]!(yard));
    await Deno.remove(yard.folder, { recursive: true });
  }
  tell(`Load at the end: ${describeLoad()}.`);
} finally {
  await Deno.remove(workshop, { recursive: true });
}
