import assert from "node:assert/strict";
import { drawBoxCharacter, isBoxCharacter } from "../../../scripts/pictures/box_drawing.ts";
import { drawPicture } from "../../../scripts/pictures/draw_picture.ts";
import { pictureShape } from "../../../scripts/pictures/picture_shape.ts";
import { PALETTES } from "../../../scripts/pictures/picture_style.ts";
import { lineText, type Screen } from "../../../scripts/pictures/screen.ts";
import { TerminalScreen } from "../../../scripts/pictures/terminal_screen.ts";
import { type Frame, spansOf } from "../../../scripts/pictures/timeline.ts";
import { drawGraph, layLanes } from "../../../src/graph/drawing.ts";
import { buildGraph } from "../../../src/graph/build_graph.ts";

async function screenOf(text: string): Promise<Screen> {
  using screen = new TerminalScreen(40, 10);
  await screen.write(text);
  return screen.read();
}

function still(screen: Screen): string {
  const frames = [{ atMs: 0, screen }];
  return drawPicture({ columns: 40, frames, typings: [] }, { label: "A test", moves: false });
}

const between = (svg: string, tag: string) =>
  [...svg.matchAll(new RegExp(`<${tag}[ >][^<]*?>?([^<>]*)</${tag}>`, "g"))].map(([all]) => all);

Deno.test("a screen has words with their columns and colours", async () => {
  const screen = await screenOf(
    "\x1b[31merror[x]\x1b[39m: \x1b[1mbold\x1b[22m\r\n日本  \x1b[2mdim\x1b[22m",
  );
  assert.deepEqual(screen, [
    [
      { column: 0, width: 8, text: "error[x]", style: { colour: "red" } },
      { column: 8, width: 1, text: ":", style: {} },
      { column: 10, width: 4, text: "bold", style: { bold: true } },
    ],
    [
      { column: 0, width: 4, text: "日本", style: {} },
      { column: 6, width: 3, text: "dim", style: { dim: true } },
    ],
  ]);
  assert.deepEqual(screen.map(lineText), ["error[x]: bold", "日本  dim"]);
});

Deno.test("a screen shows what stays: not a progress line that was taken off", async () => {
  const screen = await screenOf("1/2 upgrade\r\x1b[Kupgrade  a1\r\n");
  assert.deepEqual(screen.map(lineText), ["upgrade  a1"]);
});

Deno.test("a screen refuses looks that the pictures have no style for", async () => {
  await assert.rejects(screenOf("\x1b[37mwhite"), /do not know how "w" looks/);
  await assert.rejects(screenOf("\x1b[41mred behind"), /do not know/);
  await assert.rejects(screenOf("line\r\n".repeat(20)), /longer than 10 rows/);
});

Deno.test("drawPicture() puts every word at its column, escaped, in its colour", async () => {
  const svg = still(await screenOf('\x1b[33ma<b\x1b[39m   & "c"'));
  assert.deepEqual(between(svg, "text"), [
    '<text class="yellow" x="16" y="46.5" textLength="25.2">a&lt;b</text>',
    '<text x="66.4" y="46.5" textLength="42">&amp; &quot;c&quot;</text>',
  ]);
  assert.match(svg, /^<svg [^>]*width="368" height="68"[^>]*aria-label="A test">/);
});

Deno.test("drawPicture() draws every line of a graph, and none of them as text", async () => {
  const { graph } = buildGraph([
    { id: "a", parents: [], dependsOn: [], labels: [] },
    { id: "b", parents: ["a"], dependsOn: [], labels: [] },
    { id: "c", parents: ["a"], dependsOn: [], labels: [] },
    { id: "d", parents: ["b", "c"], dependsOn: [], labels: [] },
    { id: "e", parents: [], dependsOn: ["a"], labels: [] },
  ]);
  const drawing = drawGraph(layLanes(graph!), { glyphs: "unicode", text: (id) => [id] });
  const characters = [...drawing.join("").replace(/[a-e ]/g, "")];
  assert.deepEqual(characters.filter((one) => !isBoxCharacter(one)), []);
  const svg = still(await screenOf(drawing.join("\r\n")));
  assert.deepEqual(between(svg, "text").map((one) => one.replace(/<[^>]*>/g, "")), [
    "e",
    "d",
    "c",
    "b",
    "a",
  ]);
  assert.equal(svg.match(/class="d"/g)?.length, 5);
});

Deno.test("drawBoxCharacter() leads each line to the edges of its cell", () => {
  const box = { x: 10, y: 20, width: 8, height: 20 };
  assert.deepEqual(drawBoxCharacter("│", box), { path: "M14 20V40" });
  assert.deepEqual(drawBoxCharacter("├", box), { path: "M14 20V40M14 30H18" });
  assert.deepEqual(drawBoxCharacter("╯", box), { path: "M14 20Q14 30 10 30" });
  assert.deepEqual(drawBoxCharacter("╭", box), { path: "M14 40Q14 30 18 30" });
});

const line = (text: string) => [{ column: 0, width: text.length, text, style: {} }];

Deno.test("spansOf() has each line once for as long as it looks the same", () => {
  const frames: readonly Frame[] = [
    { atMs: 0, screen: [line("$")] },
    { atMs: 100, screen: [line("$"), line("10 %")] },
    { atMs: 300, screen: [line("$"), line("90 %")] },
    { atMs: 400, screen: [line("$"), [], line("end")] },
    { atMs: 500, screen: [line("$"), line("done"), line("end")] },
  ];
  assert.deepEqual(spansOf(frames), [
    { row: 0, line: line("$"), fromMs: 0, toMs: undefined },
    { row: 1, line: line("10 %"), fromMs: 100, toMs: 300 },
    { row: 1, line: line("90 %"), fromMs: 300, toMs: 400 },
    { row: 1, line: line("done"), fromMs: 500, toMs: undefined },
    { row: 2, line: line("end"), fromMs: 400, toMs: undefined },
  ]);
});

Deno.test("a picture that moves has what comes, what goes and what is typed", () => {
  const frames = [
    { atMs: 0, screen: [line("$ run")] },
    { atMs: 900, screen: [line("$ run"), line("10 %")] },
    { atMs: 1_000, screen: [line("$ run"), line("done")] },
  ];
  const typings = [{ row: 0, column: 2, letters: 3, fromMs: 300, toMs: 600 }];
  const svg = drawPicture({ columns: 20, frames, typings }, { label: "A test", moves: true });
  assert.match(svg, /<g class="t" style="animation-delay:0.9s;animation-duration:0.1s">.*10 %/);
  assert.match(svg, /<g class="a" style="animation-delay:1s">.*done/);
  assert.match(svg, /<rect class="c" x="32.8" .*steps\(3\) 0.3s backwards/);
  assert.match(svg, /prefers-reduced-motion/);
});

Deno.test("pictureShape() sees through ids, dates, durations and progress, and nothing else", () => {
  const draw = (id: string, date: string, ms: string, word = "create") => {
    const last = `upgrade  ${id}  ${date}_${id}_x  ${ms} ms  ${date}_110203  ${word}`;
    const frames = [
      { atMs: 0, screen: [line("$ run")] },
      { atMs: 10 * Number(ms), screen: [line("$ run"), line(`${ms} %`)] },
      { atMs: 20 * Number(ms), screen: [line("$ run"), line(last)] },
    ];
    const recording = { columns: 80, frames, typings: [] };
    return pictureShape(drawPicture(recording, { label: "A test", moves: true }));
  };
  const shape = draw("3f9c1a2b4d5e", "2026-11-24", "7");
  assert.equal(shape, draw("77a0c3e9b1f2", "2027-01-02", "1234"));
  assert.notEqual(shape, draw("3f9c1a2b4d5e", "2026-11-24", "7", "created"));
  assert.notEqual(shape, draw("3f9c1a2b4d5", "2026-11-24", "7"));
});

/** https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [dark, light] = [one, other].map(luminance).sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

for (const [dress, { background, edge: _, ...inks }] of Object.entries(PALETTES)) {
  Deno.test(`every colour of the ${dress} pictures can be read on its background`, () => {
    for (const [name, ink] of Object.entries(inks)) {
      assert.ok(contrast(ink, background) >= 4.5, `${name}: ${contrast(ink, background)}`);
    }
  });
}
