import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { buildGraph, describeProblem, requireGraph } from "../../../src/graph/build_graph.ts";
import type { Revision } from "../../../src/graph/revision.ts";
import { revisionList } from "./revision_list.ts";

function problemsOf(revisions: readonly Revision[]): readonly string[] {
  return (buildGraph(revisions).problems ?? []).map(describeProblem);
}

Deno.test("buildGraph() keeps the order of the list where the graph leaves it open", () => {
  const graph = requireGraph(revisionList(`
    m < a b
    z
    a < z
    b < z, depends on k
    k
  `));
  assert.deepEqual(graph.ids, ["z", "a", "k", "b", "m"]);
});

Deno.test("buildGraph() reports every problem at once, with places", () => {
  const { problems } = buildGraph(revisionList(`
    head
    a.
    b < nowhere, depends on nothing, label x, label
    c < c, label x
    d, depends on d, label B
    B
    e < f, label a+1
    f < e
  `));
  assert.deepEqual(problems?.map((problem) => [problem.kind, problem.at]), [
    ["illegal-id", [0]],
    ["illegal-id", [1]],
    ["duplicate-id", [2, 5]],
    ["duplicate-label", [2, 3]],
    ["label-is-id", [5, 4]],
    ["illegal-label", [6]],
    ["missing-parent", [2]],
    ["missing-dependency", [2]],
    ["self-parent", [3]],
    ["self-dependency", [4]],
    ["parent-cycle", [6, 7]],
  ]);
});

Deno.test("buildGraph() tells two revisions of one id from two ids that differ in case", () => {
  assert.deepEqual(problemsOf(revisionList("a\na\nA")), [
    'The id "a" is used by two revisions',
    'The ids "a" and "A" differ in case only',
  ]);
});

Deno.test("buildGraph() finds one minimal cycle for each knot, of parents before dependencies", () => {
  const problems = problemsOf(revisionList(`
    a < d
    b < a
    c < b
    d < c b
    e
    f < e, depends on g
    g < f
    h < a
  `));
  assert.deepEqual(problems, [
    "The parents form a cycle: a → d → b → a",
    "The parents and dependencies form a cycle: f → g → f",
  ]);
});

Deno.test("buildGraph() accepts the same parent twice and a parent that is also a dependency", () => {
  const graph = requireGraph(revisionList("a\nb < a a, depends on a"));
  assert.deepEqual(graph.parentsOf("b"), ["a"]);
  assert.deepEqual(graph.childrenOf("a"), ["b"]);
});

Deno.test("buildGraph() finds no fault with an empty list", () => {
  assert.deepEqual(requireGraph([]).ids, []);
});

Deno.test("buildGraph() walks a chain of 100,000 without recursion, also backwards and in a cycle", () => {
  const name = (at: number) => `r${at}`;
  const chain = Array.from({ length: 100_000 }, (_, at) => ({
    id: name(at),
    parents: at === 0 ? [] : [name(at - 1)],
    dependsOn: [],
    labels: [],
  }));
  const graph = requireGraph(chain.toReversed());
  assert.equal(graph.ids[0], "r0");
  assert.deepEqual(graph.heads, ["r99999"]);
  assert.equal(graph.ancestors(["r99999"], "all").size, 100_000);

  const { problems } = buildGraph([{ ...chain[0]!, parents: ["r99999"] }, ...chain.slice(1)]);
  assert.deepEqual(problems?.map((problem) => [problem.kind, problem.at.length]), [
    ["parent-cycle", 100_000],
  ]);
});

Deno.test("requireGraph() throws graph-invalid with all problems", () => {
  assert.throws(() => requireGraph(revisionList("a < x\nb < y")), (error) => {
    assert.ok(error instanceof AludelError);
    assert.equal(error.code, "graph-invalid");
    assert.match(error.message, /"a" names the parent "x"/);
    assert.deepEqual(error.notes, ['Revision "b" names the parent "y", which does not exist']);
    return true;
  });
});
