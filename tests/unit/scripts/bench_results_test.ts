import assert from "node:assert/strict";
import { drawChart } from "../../../scripts/bench/chart.ts";
import { type Contender, hold } from "../../../scripts/bench/contest.ts";
import { tableOf } from "../../../scripts/bench/table.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("hold() leaves out a peer that fails or builds something else, and no other program", async () => {
  const contender = (name: string, role: Contender["role"], script: string): Contender => ({
    name,
    role,
    command: ["sh", "-c", script],
    cwd: ".",
  });
  const wrong = () => {
    throw new Error("wrong schema");
  };
  const contest = {
    kind: "start",
    count: 1,
    title: "nothing",
    references: ["a limit"],
    contenders: [
      contender("a limit", "limit", "exit 0"),
      contender("aludel", "own", "exit 0"),
      contender("broken", "peer", "exit 3"),
      { ...contender("mistaken", "peer", "exit 0"), check: wrong },
      contender("whole", "peer", "exit 0"),
    ],
    notes: [],
  };
  const result = await hold(contest, 2);
  assert.deepEqual(result.standings.map(({ name }) => name), ["a limit", "aludel", "whole"]);
  assert.deepEqual(result.notes, [
    "`broken` failed, and is left out.",
    "`mistaken` failed, and is left out.",
  ]);
  const failing = { ...contest, contenders: [contender("aludel", "own", "exit 3")] };
  await assert.rejects(hold(failing, 1), /exited with 3/);
});

Deno.test("tableOf() names the peers that were faster, the fastest first", () => {
  const standing = (name: string, role: Contender["role"], toOwn: number) => ({
    name,
    role,
    rounds: 3,
    wallMs: { median: 100 * toOwn, least: 90 * toOwn, most: 110 * toOwn },
    cpuMs: 50,
    ratios: [],
    toOwn,
    memoryMiB: null,
  });
  const result = {
    kind: "start",
    count: 1,
    title: "nothing",
    references: [],
    notes: [],
    standings: [standing("aludel", "own", 1), standing("slow", "peer", 4)],
  };
  assert.match(tableOf(result), /\n\nNo peer was faster than `aludel`\.$/);
  const quick = [standing("quick", "peer", 0.5), standing("quickest", "peer", 0.25)];
  assert.match(
    tableOf({ ...result, standings: [...result.standings, ...quick] }),
    /\*\*Faster than `aludel`:\*\* `quickest` \(0\.25 of its time\), `quick` \(0\.50 of its time\)\.$/,
  );
});

Deno.test("drawChart() draws twice the time twice as long, with the ratio to Aludel at the end", () => {
  const standing = (name: string, role: Contender["role"], seconds: number, toOwn: number) => ({
    name,
    role,
    rounds: 3,
    wallMs: { median: seconds * 1_000, least: seconds * 900, most: seconds * 1_000 },
    cpuMs: 50,
    ratios: [],
    toOwn,
    memoryMiB: null,
  });
  const drawn = drawChart([{
    kind: "start",
    count: 1,
    title: "nothing",
    references: [],
    notes: [],
    standings: [
      standing("aludel current", "own", 2, 1),
      standing("half", "peer", 1, 0.52),
      standing("long", "peer", 50, 24.6),
    ],
  }]);
  const widths = [...drawn.matchAll(/class="(?:own|peer)" x="226" [^>]*width="([0-9.]+)"/g)]
    .map(([, width]) => Number(width));
  assert.deepEqual(widths.toSorted((a, b) => a - b), [2.9, 5.8, 145]);
  assert.deepEqual([...drawn.matchAll(/>([^<]+×)</g)].map(([, text]) => text), [
    "1.0 s · 0.5×",
    "2.0 s · 1.0×",
    "50 s · 25×",
  ]);
});

Deno.test("docs/bench.svg is drawn from docs/bench.json", () => {
  const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));
  assert.equal(read("docs/bench.svg"), drawChart(JSON.parse(read("docs/bench.json"))));
});
