/**
 * Draws results of the bench as bars: in each panel twice the length is twice the time.
 *
 * `deno run -A scripts/bench/chart.ts docs/bench.json docs/bench.svg` draws what `deno task bench --out docs/bench.md`
 * has written.
 */
import type { Result, Standing } from "./contest.ts";

/** What is drawn, in two columns, by the kind of a contest; the largest of each. */
const COLUMNS = [["start", "history", "diff"], ["upgrade", "downgrade", "rebuild"]] as const;

const COLUMN_WIDTH = 470;
const LABEL_WIDTH = 218;
const BAR_WIDTH = 145;
const ROW = 18;
const HEADING = 44;

/** Greys in the middle, since a page's theme is not always the one that the picture is told. */
const STYLE = `text{font:12px system-ui,sans-serif;fill:#777}.h,.b{font-weight:600}
.own{fill:#e8590c}.peer{fill:#6b8bb5}.limit{fill:#a8a8a8}
.w{stroke:#666}`;

/**
 * Draws an SVG with the medians as bars, and from the least to the most as a line across their ends.
 * @param results Of one run. Contests that are not drawn are passed over.
 */
export function drawChart(results: readonly Result[]): string {
  const columns = COLUMNS.map((kinds, at) => drawColumn(kinds, results, 8 + at * COLUMN_WIDTH));
  const bottom = Math.max(...columns.map((column) => column.bottom));
  const width = COLUMN_WIDTH * COLUMNS.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 48}" ` +
    `role="img" aria-label="How long Aludel, its peers and the limits take">\n` +
    `<style>${STYLE}</style>\n${columns.map((column) => column.drawn).join("")}` +
    `${drawLegend(bottom + 22)}</svg>\n`;
}

function drawLegend(top: number): string {
  const words = [["own", "Aludel"], ["peer", "peers"], ["limit", "limits"]] as const;
  const keys = words.map(([role, word], at) =>
    `<rect class="${role}" x="${8 + at * 76}" y="${top - 10}" width="12" height="12" rx="2"/>` +
    `<text x="${25 + at * 76}" y="${top}">${word}</text>\n`
  );
  return `${keys.join("")}<text x="8" y="${top + 18}">Whole processes: median time, and ` +
    "a line from the least to the most; then the ratio to Aludel. Each panel has a scale of its own." +
    "</text>\n";
}

function drawColumn(kinds: readonly string[], results: readonly Result[], left: number) {
  let bottom = 0;
  let drawn = "";
  for (const kind of kinds) {
    const result = results.filter((one) =>
      one.kind === kind
    ).toSorted((a, b) => b.count - a.count)[0];
    if (result === undefined) continue;
    drawn += drawContest(result, left, bottom);
    bottom += HEADING + result.standings.length * ROW;
  }
  return { drawn, bottom };
}

function drawContest(result: Result, left: number, top: number): string {
  const first = top + HEADING - 12;
  const standings = result.standings.toSorted((a, b) => a.wallMs.median - b.wallMs.median);
  const most = Math.max(...standings.map(({ wallMs }) => wallMs.most));
  const heading = result.title[0]!.toUpperCase() + result.title.slice(1);
  return `<text class="h" x="${left}" y="${top + 24}">${escaped(heading)}</text>\n` +
    standings.map((one, row) => drawBar(one, most, left, first + row * ROW)).join("");
}

/** @param longest The time in milliseconds that has the whole width. */
function drawBar(
  { name, role, wallMs, toOwn }: Standing,
  longest: number,
  left: number,
  top: number,
): string {
  const start = left + LABEL_WIDTH;
  const middle = top + ROW / 2;
  const emphasis = role === "own" ? ' class="b"' : "";
  // A tenth of a pixel is enough.
  const lengthOf = (ms: number) => Math.round(ms / longest * BAR_WIDTH * 10) / 10;
  const [least, most] = [start + lengthOf(wallMs.least), start + lengthOf(wallMs.most)];
  return `<text${emphasis} x="${start - 6}" y="${middle + 4}" text-anchor="end">` +
    `${escaped(shortened(name))}</text>` +
    `<rect class="${role}" x="${start}" y="${top + 3}" width="${lengthOf(wallMs.median)}" ` +
    `height="${ROW - 6}" rx="2"/><path class="w" d="M${least} ${middle}H${most}"/>` +
    `<text${emphasis} x="${most + 5}" y="${middle + 4}">${duration(wallMs.median)} · ` +
    `${ratio(toOwn)}</text>\n`;
}

function ratio(value: number): string {
  return `${value < 0.1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : Math.round(value)}×`;
}

/** A label has room for so much; the tables have the whole name. */
function shortened(name: string): string {
  const short = name.replace("limit: ", "").replace("revision --autogenerate", "autogenerate")
    .replace("shell, by hand", "by hand").replace(", batch mode", ", batch").replace(
      "--from database",
      "--from db",
    );
  return short.length > 36 ? `${short.slice(0, 35)}…` : short;
}

function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (import.meta.main) {
  const [from, to] = Deno.args;
  const results = JSON.parse(Deno.readTextFileSync(from!)) as readonly Result[];
  Deno.writeTextFileSync(to!, drawChart(results));
}
