import assert from "node:assert/strict";
import fc from "fast-check";
import { requireGraph } from "../../src/graph/build_graph.ts";
import { layLanes } from "../../src/graph/drawing.ts";
import { formatRange, formatRef, parseRange, parseRef, type Ref } from "../../src/graph/ref.ts";
import type { Revision } from "../../src/graph/revision.ts";
import type { RevisionGraph } from "../../src/graph/revision_graph.ts";
import {
  appliedAfter,
  downgradeRoute,
  type Route,
  stampRoute,
  upgradeRoute,
} from "../../src/graph/route.ts";

/** A graph of up to 14 revisions, given in any order, and some of its ids. */
const graphAndPick = fc.array(
  fc.record({
    parents: fc.array(fc.nat(), { maxLength: 3 }),
    dependsOn: fc.array(fc.nat(), { maxLength: 2 }),
    isRoot: fc.boolean(),
    order: fc.nat(),
  }),
  { minLength: 1, maxLength: 14 },
).chain((nodes) => {
  const below = (picks: readonly number[], at: number) =>
    at === 0 ? [] : [...new Set(picks.map((pick) => `r${pick % at}`))];
  const revisions: readonly (Revision & { order: number })[] = nodes.map((node, at) => ({
    id: `r${at}`,
    parents: node.isRoot ? [] : below(node.parents, at),
    dependsOn: below(node.dependsOn, at),
    labels: [],
    order: node.order,
  }));
  const graph = requireGraph(revisions.toSorted((a, b) => a.order - b.order));
  return fc.tuple(fc.constant(graph), fc.subarray([...graph.ids]), fc.subarray([...graph.ids]));
});

function assertRuns(graph: RevisionGraph, start: ReadonlySet<string>, route: Route): void {
  const applied = new Set(start);
  for (const { direction, id } of route) {
    const revision = graph.get(id)!;
    const needed = [...revision.parents, ...revision.dependsOn];
    if (direction === "up") {
      assert.ok(!applied.has(id) && needed.every((other) => applied.has(other)), id);
      applied.add(id);
    } else {
      const users = [...graph.childrenOf(id), ...graph.dependentsOf(id)];
      assert.ok(applied.has(id) && !users.some((other) => applied.has(other)), id);
      applied.delete(id);
    }
  }
}

Deno.test("a graph's order has every parent and dependency first", () => {
  fc.assert(fc.property(graphAndPick, ([graph]) => {
    const place = new Map(graph.ids.map((id, at) => [id, at]));
    for (const id of graph.ids) {
      const { parents, dependsOn } = graph.get(id)!;
      for (const below of [...parents, ...dependsOn]) assert.ok(place.get(below)! < place.get(id)!);
    }
  }));
});

Deno.test("headsOf() gives the least set with the same ancestors", () => {
  fc.assert(fc.property(graphAndPick, ([graph, pick]) => {
    const heads = graph.headsOf(pick, "all");
    assert.deepEqual(graph.ancestors(heads, "all"), graph.ancestors(pick, "all"));
    for (const head of heads) {
      const others = heads.filter((other) => other !== head);
      assert.ok(!graph.ancestors(others, "all").has(head));
    }
  }));
});

Deno.test("an upgrade runs in order, reaches its targets, and undoing its steps restores what was", () => {
  fc.assert(fc.property(graphAndPick, ([graph, from, targets]) => {
    const applied = graph.ancestors(from, "all");
    const route = upgradeRoute(graph, applied, targets);
    assertRuns(graph, applied, route);
    const after = appliedAfter(applied, route);
    assert.deepEqual(after, new Set([...applied, ...graph.ancestors(targets, "all")]));
    const back: Route = route.toReversed().map(({ id }) => ({ direction: "down", id }));
    assertRuns(graph, after, back);
    assert.deepEqual(appliedAfter(after, back), applied);
  }));
});

Deno.test("a downgrade runs in order and removes no more than what stands on its roots", () => {
  fc.assert(fc.property(graphAndPick, ([graph, from, picks]) => {
    const applied = graph.ancestors(from, "all");
    for (const id of picks.filter((pick) => applied.has(pick))) {
      const route = downgradeRoute(graph, applied, { kind: "revision", id, branch: null });
      assertRuns(graph, applied, route);
      const after = appliedAfter(applied, route);
      assert.ok(after.has(id));
      assert.ok(!graph.childrenOf(id).some((child) => after.has(child)));
      const again = upgradeRoute(graph, after, graph.headsOf(applied, "all"));
      assert.deepEqual(appliedAfter(after, again), applied);
    }
  }));
});

Deno.test("a stamp leaves nothing without what it needs, and a second one changes nothing", () => {
  fc.assert(fc.property(graphAndPick, ([graph, from, targets]) => {
    const applied = graph.ancestors(from, "all");
    const { add, remove } = stampRoute(graph, applied, targets);
    const after = new Set([...applied].filter((id) => !remove.includes(id)).concat(add));
    assert.deepEqual(graph.ancestors(after, "all").size, after.size);
    assert.deepEqual(stampRoute(graph, after, targets), { add: [], remove: [] });
  }));
});

const name = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z_./]{0,8}$/)
  .filter((word) => !/^(?:base|current|heads?)$/i.test(word));
const anchor = fc.oneof(
  name.map((name) => ({ kind: "name", name } as const)),
  fc.constantFrom("base", "current", "head", "heads")
    .map((keyword) => ({ kind: "keyword", keyword } as const)),
);
const branch = fc.option(name, { nil: null });
const steps = fc.integer({ min: -999, max: 999 });
const plain = { noNullPrototype: true } as const;
const ref: fc.Arbitrary<Ref> = fc.oneof(
  fc.record({ kind: fc.constant("point"), branch, anchor }, plain),
  fc.record({ kind: fc.constant("walk"), branch, from: anchor, steps }, plain),
  fc.record({
    kind: fc.constant("walk"),
    branch,
    from: fc.constant(null),
    steps: steps.filter((count) => count !== 0),
  }, plain),
);

Deno.test("a ref and a range are read as they were written", () => {
  const end = fc.option(ref, { nil: null });
  fc.assert(fc.property(ref, end, end, (ref, from, to) => {
    assert.deepEqual(parseRef(formatRef(ref)), ref);
    assert.deepEqual(parseRange(formatRange({ from, to })), { from, to });
  }));
});

Deno.test("lanes carry every edge from its revision to its end, and no two revisions meet in a cell", () => {
  fc.assert(fc.property(graphAndPick, ([graph]) => {
    const open = new Map<number, { target: string; edges: number }>();
    let drawn = 0;
    for (const { id, column, isReached, beside, joins, forks } of layLanes(graph)) {
      assert.equal(open.get(column)?.target, isReached ? id : undefined);
      for (const lane of [column, ...joins]) {
        drawn += open.get(lane)?.edges ?? 0;
        assert.ok(!open.has(lane) || open.get(lane)!.target === id);
        open.delete(lane);
      }
      assert.ok(![...open.values()].some(({ target }) => target === id));
      beside.forEach((lane, at) => assert.equal(lane?.target, open.get(at)?.target));
      assert.ok([...open.keys()].every((lane) => beside[lane] !== null));
      for (const { lane, to, isNew } of forks) {
        if (isNew) {
          assert.ok(!open.has(lane));
          open.set(lane, { target: to, edges: 1 });
        } else {
          assert.equal(open.get(lane)?.target, to);
          open.get(lane)!.edges++;
        }
      }
      const { parents, dependsOn } = graph.get(id)!;
      const below = new Set([...parents, ...dependsOn]);
      assert.deepEqual(new Set(forks.map((fork) => fork.to)), below);
    }
    assert.equal(open.size, 0);
    const edges = graph.ids.reduce((sum, id) => {
      const { parents, dependsOn } = graph.get(id)!;
      return sum + new Set([...parents, ...dependsOn]).size;
    }, 0);
    assert.equal(drawn, edges);
  }));
});
