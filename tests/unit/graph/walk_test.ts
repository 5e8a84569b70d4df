import assert from "node:assert/strict";
import {
  cyclicComponents,
  minimalCycle,
  reversed,
  topologicalOrder,
} from "../../../src/graph/walk.ts";

Deno.test("topologicalOrder() takes the lowest free node, and leaves cycles out", () => {
  assert.deepEqual(topologicalOrder([[3], [], [0], [], [1]]), [1, 3, 0, 2, 4]);
  assert.deepEqual(topologicalOrder([[1], [0], [0], []]), [3]);
  assert.deepEqual(topologicalOrder([]), []);
});

Deno.test("reversed() turns every edge round", () => {
  assert.deepEqual(reversed([[], [0], [0, 1]]), [[1, 2], [2], []]);
});

Deno.test("knots() finds the components with cycles", () => {
  assert.deepEqual(cyclicComponents([[1], [2], [1], [4], [3, 0], []]), [[1, 2], [3, 4]]);
});

Deno.test("minimalCycle() is not longer than its chords allow", () => {
  assert.deepEqual(minimalCycle([0, 1, 2, 3], [[1], [2], [3, 1], [0]]), [1, 2]);
  assert.deepEqual(minimalCycle([0, 1, 2], [[1, 2], [2], [0]]), [0, 2]);
});
