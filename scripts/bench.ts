// deno-lint-ignore-file no-console
/**
 * Measures whole processes of Aludel beside the physical limits and its peers, and prints Markdown.
 *
 * `deno task bench [--only start,upgrade,…] [--sizes 1,100,…] [--rounds N] [--out FILE.md]`. What is measured and
 * how is described in docs/bench.md.
 */
import { aludelProgram } from "./bench/aludel_program.ts";
import { hold } from "./bench/contest.ts";
import { CONTESTS } from "./bench/contests.ts";
import { describeMachine, describeTools } from "./bench/machine.ts";
import { findTools } from "./bench/peers.ts";
import { buildSite } from "./bench/site.ts";
import { tableOf } from "./bench/table.ts";

const SIZES = [1, 100, 1_000, 10_000];
const ROUNDS = 7;

interface Options {
  readonly only: readonly string[];
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly out: string | undefined;
}

function readOptions(args: readonly string[]): Options {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) {
    const [name, value] = [args[at]!, args[at + 1]];
    if (!["--only", "--sizes", "--rounds", "--out"].includes(name) || value === undefined) {
      return usage(`"${name}" is not known, or has no value`);
    }
    values.set(name, value);
  }
  const only = values.get("--only")?.split(",") ?? Object.keys(CONTESTS);
  const unknown = only.find((name) => !Object.hasOwn(CONTESTS, name));
  if (unknown !== undefined) return usage(`"${unknown}" is not one of ${Object.keys(CONTESTS)}`);
  const sizes = values.get("--sizes")?.split(",").map(Number) ?? SIZES;
  const rounds = Number(values.get("--rounds") ?? ROUNDS);
  for (const number of [...sizes, rounds]) {
    if (!Number.isInteger(number) || number < 1) return usage("Sizes and rounds are whole numbers");
  }
  return { only, sizes, rounds, out: values.get("--out") };
}

function usage(problem: string): never {
  console.error(
    `${problem}\nUsage: deno task bench [--only NAMES] [--sizes NUMBERS] [--rounds N] [--out FILE.md]`,
  );
  Deno.exit(2);
}

const { only, sizes, rounds, out } = readOptions(Deno.args);
const tools = await findTools();
const workshop = await Deno.makeTempDir({ prefix: "aludel-bench-" });
const sections: string[] = [];
const tell = (section: string) => {
  sections.push(section);
  console.log(`${section}\n`);
};
try {
  const program = await aludelProgram(`${workshop}/program`);
  const date = new Date().toISOString().slice(0, 10);
  tell(`${date}: ${await describeTools(tools)}; ${describeMachine()}. ${program.description}.`);
  for (const note of tools.notes) tell(note);
  const peersToo = only.includes("start") || only.includes("downgrade");
  for (const size of sizes) {
    const folder = `${workshop}/${size}`;
    const site = await buildSite(folder, size, program, tools, peersToo);
    for (const name of only) {
      const contest = CONTESTS[name]!(site);
      tell(tableOf(contest, await hold(contest, rounds)));
    }
    await Deno.remove(folder, { recursive: true });
  }
} finally {
  await Deno.remove(workshop, { recursive: true });
}
if (out !== undefined) await Deno.writeTextFile(out, sections.join("\n\n") + "\n");
