import type { Result, Standing } from "./contest.ts";

/** A contest's result as a Markdown table with a heading, and who was faster in words. */
export function tableOf(result: Result): string {
  const head = [
    "program",
    "median",
    "least … most",
    "processor",
    ...result.references.map((name) => `÷ ${name.replace("limit: ", "")}`),
    "memory",
  ];
  const rows = result.standings.map((one) => [
    one.name + (one.rounds === 1 ? " (one run)" : ""),
    milliseconds(one.wallMs.median),
    `${milliseconds(one.wallMs.least)} … ${milliseconds(one.wallMs.most)}`,
    milliseconds(one.cpuMs),
    ...one.ratios.map(({ wall, cpu }) => `${wall.toFixed(2)} (${cpu.toFixed(2)})`),
    one.memoryMiB === null ? "" : `${Math.round(one.memoryMiB)} MiB`,
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `### ${result.title}`,
    "",
    line(head),
    line(head.map((_, column) => column === 0 ? "---" : "---:")),
    ...rows.map(line),
    ...[...winnersOf(result), ...result.notes].flatMap((note) => ["", note]),
  ].join("\n");
}

/** Says which peers were faster than the first of Aludel's own, by the median of the paired ratios. */
function winnersOf({ standings }: Result): readonly string[] {
  const own = standings.find(({ role }) => role === "own");
  const peers = standings.filter(({ role }) => role === "peer");
  if (own === undefined || peers.length === 0) return [];
  const faster = peers.filter(({ toOwn }) => toOwn < 1).toSorted((a, b) => a.toOwn - b.toOwn);
  if (faster.length === 0) return [`No peer was faster than \`${own.name}\`.`];
  const share = ({ name, toOwn }: Standing) => `\`${name}\` (${toOwn.toFixed(2)} of its time)`;
  return [`**Faster than \`${own.name}\`:** ${faster.map(share).join(", ")}.`];
}

function milliseconds(value: number): string {
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}
