import type { Contest, Standing } from "./contest.ts";

/** A contest's result as a Markdown table with a heading. */
export function tableOf(contest: Contest, standings: readonly Standing[]): string {
  const head = [
    "program",
    "median",
    "least … most",
    "processor",
    ...contest.references.map((name) => `÷ ${name.replace("limit: ", "")}`),
    "memory",
  ];
  const rows = standings.map((one) => [
    one.name + (one.rounds === 1 ? " (one run)" : ""),
    milliseconds(one.wallMs.median),
    `${milliseconds(one.wallMs.least)} … ${milliseconds(one.wallMs.most)}`,
    milliseconds(one.cpuMs),
    ...one.ratios.map(({ wall, cpu }) => `${wall.toFixed(2)} (${cpu.toFixed(2)})`),
    one.memoryMiB === null ? "" : `${Math.round(one.memoryMiB)} MiB`,
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `### ${contest.title}`,
    "",
    line(head),
    line(head.map((_, column) => column === 0 ? "---" : "---:")),
    ...rows.map(line),
    ...contest.notes.flatMap((note) => ["", note]),
  ].join("\n");
}

function milliseconds(value: number): string {
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}
