import assert from "node:assert/strict";
import { requireGraph } from "../../../src/graph/build_graph.ts";
import { revisionList } from "./revision_list.ts";

const graph = requireGraph(revisionList(`
  root
  left < root, label west
  right < root
  left2 < left
  merge < left2 right
  other, label island
  other2 < other, depends on left
  top < merge, label summit
`));

Deno.test("RevisionGraph names heads, bases, branch points and merge points", () => {
  assert.deepEqual(graph.heads, ["other2", "top"]);
  assert.deepEqual(graph.effectiveHeads, ["other2", "top"]);
  assert.deepEqual(graph.bases, ["root", "other"]);
  assert.deepEqual(graph.branchPoints, ["root"]);
  assert.deepEqual(graph.mergePoints, ["merge"]);
  assert.deepEqual([...graph.labels], [["west", "left"], ["island", "other"], ["summit", "top"]]);
});

Deno.test("RevisionGraph.effectiveHeads leaves out a head that another revision depends on", () => {
  const covered = requireGraph(revisionList("a\nb, depends on a"));
  assert.deepEqual(covered.heads, ["a", "b"]);
  assert.deepEqual(covered.effectiveHeads, ["b"]);
});

Deno.test("RevisionGraph knows the neighbours of a revision", () => {
  assert.deepEqual(graph.parentsOf("merge"), ["left2", "right"]);
  assert.deepEqual(graph.childrenOf("root"), ["left", "right"]);
  assert.deepEqual(graph.dependentsOf("left"), ["other2"]);
  assert.deepEqual(graph.dependentsOf("root"), []);
  assert.equal(graph.get("nowhere"), undefined);
  assert.throws(() => graph.parentsOf("nowhere"), { code: "internal" });
});

Deno.test("RevisionGraph.ancestors() and descendants() follow parents, or dependencies too", () => {
  assert.deepEqual([...graph.ancestors(["other2"], "parents")], ["other", "other2"]);
  assert.deepEqual([...graph.ancestors(["other2"], "all")], ["root", "left", "other", "other2"]);
  assert.deepEqual([...graph.descendants(["left"], "parents")], ["left", "left2", "merge", "top"]);
  assert.deepEqual(
    [...graph.descendants(["left"], "all")],
    ["left", "left2", "merge", "other2", "top"],
  );
});

Deno.test("RevisionGraph.headsOf() sees through revisions that are not in the set", () => {
  assert.deepEqual(graph.headsOf(["root", "top", "other"], "parents"), ["other", "top"]);
  assert.deepEqual(graph.headsOf(["left", "other2"], "all"), ["other2"]);
  assert.deepEqual(graph.headsOf([], "all"), []);
});

Deno.test("RevisionGraph.labelsOf() spreads a label up, and down to a branch point", () => {
  assert.deepEqual(graph.labelsOf("left2"), ["west"]);
  assert.deepEqual(graph.labelsOf("left"), ["west"]);
  assert.deepEqual(graph.labelsOf("root"), []);
  assert.deepEqual(graph.labelsOf("top"), ["summit", "west"]);
  assert.deepEqual(graph.labelsOf("merge"), ["west"]);
  const line = requireGraph(revisionList("a\nb < a\nc < b, label x\nd < c"));
  assert.deepEqual(line.ids.map((id) => line.labelsOf(id)), [["x"], ["x"], ["x"], ["x"]]);
});

Deno.test("RevisionGraph finds names and prefixes without regard to case", () => {
  const mixed = requireGraph(revisionList("Ab1, label Blue\nab22\nb3"));
  assert.equal(mixed.named("aB1"), "Ab1");
  assert.equal(mixed.named("blue"), "Ab1");
  assert.equal(mixed.named("ab"), undefined);
  assert.deepEqual(mixed.withPrefix("AB"), ["Ab1", "ab22"]);
  assert.deepEqual(mixed.withPrefix("c"), []);
});

Deno.test("RevisionGraph.lineageOf() is what a branch name stands for", () => {
  assert.deepEqual([...graph.lineageOf("left2")], ["root", "left", "left2", "merge", "top"]);
});
