import assert from "node:assert/strict";
import { requireGraph } from "../../../src/graph/build_graph.ts";
import { drawGraph, layLanes } from "../../../src/graph/drawing.ts";
import { revisionList } from "./revision_list.ts";

function draw(list: string, glyphs: "unicode" | "ascii" = "unicode", lines = 1): string {
  const graph = requireGraph(revisionList(list));
  const text = (id: string) => [id, ...Array.from({ length: lines - 1 }, () => "more")];
  return "\n" + drawGraph(layLanes(graph), { glyphs, text }).join("\n");
}

Deno.test("drawGraph() draws branches and their merge", () => {
  const list = "root\nleft < root\nright < root\nmerge < left right";
  assert.equal(
    draw(list),
    `
●  merge
├─╮
│ ●  right
● │  left
├─╯
●  root`,
  );
  assert.equal(
    draw(list, "ascii"),
    `
*  merge
+-.
| *  right
* |  left
+-'
*  root`,
  );
});

Deno.test("drawGraph() draws a merge of three, and several bases", () => {
  assert.equal(
    draw("a\nb\nc\nm < a b c"),
    `
●  m
├─┬─╮
│ │ ●  c
│ ●  b
●  a`,
  );
});

Deno.test("drawGraph() lets lines cross, and dots a dependency", () => {
  assert.equal(
    draw("a\nb\nc < a\nd < b, depends on a\ne < d"),
    `
●  e
●  d
├─╮
│ ┊ ●  c
● ┊ │  b
  ├─╯
  ●  a`,
  );
  assert.equal(
    draw("a\nz\nb < z\nc < b\nx < z a"),
    `
●  x
├─╮
│ │ ●  c
│ │ ●  b
├─│─╯
● │  z
  ●  a`,
  );
});

Deno.test("drawGraph() keeps lines going beside further lines of text", () => {
  assert.equal(
    draw("root\nleft < root\nright < root", "unicode", 2),
    `
●  right
│  more
│ ●  left
│ │  more
├─╯
●  root
   more`,
  );
});

Deno.test("drawGraph() aligns the lines of one revision under a fork", () => {
  assert.equal(
    draw("a\nb\nm < a b", "unicode", 2).split("\n").slice(0, 3).join("\n"),
    `
●    m
├─╮  more`,
  );
});

Deno.test("drawGraph() uses the caller's marks, and draws a part of a graph", () => {
  const graph = requireGraph(revisionList("a\nb < a\nc < b"));
  const lines = drawGraph(layLanes(graph, ["c", "a"]), {
    glyphs: "ascii",
    text: (id) => [id],
    mark: () => "o",
  });
  assert.deepEqual(lines, ["o  c", "o  a"]);
});

Deno.test("drawGraph() paints every part for one lane, the sign for its revision, and changes no character", () => {
  const list = "root\nleft < root\nright < root\nmerge < left right";
  const rows = layLanes(requireGraph(revisionList(list)));
  const text = (id: string) => [id];
  const paint = (part: string, lane: number, id?: string) =>
    id === undefined ? `<${lane}${part}>` : `<${part}${id}>`;
  assert.deepEqual(drawGraph(rows, { glyphs: "ascii", text, paint }), [
    "<*merge>  merge",
    "<0+><1-.>",
    "<0|><1 ><*right>  right".replace("<1 >", " "),
    "<*left><1 |>  left",
    "<0+><1-'>",
    "<*root>  root",
  ]);
});
