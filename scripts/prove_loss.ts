// deno-lint-ignore-file no-console
/**
 * The law of loss (tests/property/loss/loss_law.ts) over as many databases and scripts as the time allows.
 *
 * `deno task laws [SECONDS] [SEED] [FOLDER]`: 60 seconds unless said otherwise. Prints the seed, and how many runs ended
 * in which way. The smallest case of each kind of breach is written into FOLDER, /tmp/aludel-laws if left out. Now and
 * then the run is a process of its own, and now and then that is killed. A script that hangs ends all with SIGKILL.
 */
import fc from "fast-check";
import {
  Broken,
  keepsTheLaw,
  type LawCase,
  lawCase,
  type Program,
} from "../tests/property/loss/loss_law.ts";
import { minimise } from "../tests/property/loss/minimise.ts";

const [
  seconds = "60",
  first = String(Math.floor(Math.random() * 1e9)),
  folder = "/tmp/aludel-laws",
] = Deno.args;
const end = performance.now() + Number(seconds) * 1_000;
const verdicts = new Map<string, number>();
const kinds = new Map<string, number>();
let runs = 0;
let seed = Number(first);
const watchdog = new Worker(import.meta.resolve("./law_watchdog.ts"), { type: "module" });
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => isStopped = true);
}
console.log(`seed ${seed}`);
for (; performance.now() < end && !isStopped; seed++) {
  const [each] = fc.sample(lawCase, { seed, numRuns: 1 });
  runs++;
  watchdog.postMessage(seed);
  let verdict: string;
  try {
    verdict = await keepsTheLaw(each!, programOf(runs));
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    verdict = `BROKEN ${[error.what, ...error.lost].join(" ")}`;
    await report(each!, error);
  }
  verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
}

/** Each fiftieth run is a process of its own, each twentieth one that is killed, and each fourth rehearsed before. */
function programOf(run: number): Program {
  if (run % 50 === 0) return { isProcess: true };
  return run % 20 === 0 ? { killedAfter: 100 + Math.random() * 700 } : { rehearses: run % 4 === 1 };
}

/** Writes the first of each kind, made smaller. */
async function report(each: LawCase, error: Broken): Promise<void> {
  if (kinds.has(error.kind)) return;
  kinds.set(error.kind, 1);
  const start = seed;
  const least = await minimise(each, error, 400, () => watchdog.postMessage(start));
  const seen = kinds.get(least.kind) ?? 0;
  kinds.set(least.kind, seen + 1);
  if (seen > 0 && least.kind !== error.kind) return;
  console.log(`BROKEN  seed ${seed}  ${least.message.split("\n").slice(0, 6).join("\n        ")}`);
  const path = `${folder}/${seed}-${least.kind.replaceAll(/[^\w]+/g, "-").slice(0, 80)}`;
  for (const [name, text] of [...least.files, ["README", `${least.message}\n`] as const]) {
    const slash = name.lastIndexOf("/");
    Deno.mkdirSync(`${path}/${name.slice(0, Math.max(slash, 0))}`, { recursive: true });
    Deno.writeTextFileSync(`${path}/${name}`, text);
  }
}

console.log(`${runs} scripts, seeds ${first} to ${seed - 1}`);
for (const [verdict, count] of [...verdicts].sort()) {
  console.log(`${String(count).padStart(7)}  ${verdict}`);
}
Deno.exit(kinds.size > 0 ? 1 : 0);
