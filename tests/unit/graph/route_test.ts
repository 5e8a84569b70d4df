import assert from "node:assert/strict";
import { requireGraph } from "../../../src/graph/build_graph.ts";
import {
  appliedAfter,
  downgradeRoute,
  resolveDestination,
  stampBaseRoute,
  stampRoute,
  upgradeRoute,
  withoutRoute,
} from "../../../src/graph/route.ts";
import { parseRef } from "../../../src/graph/ref.ts";
import type { RevisionId } from "../../../src/graph/revision.ts";
import { revisionList } from "./revision_list.ts";

const graph = requireGraph(revisionList(`
  a1, label alpha
  a2 < a1
  b1, label beta
  b2 < b1, depends on a2
  m < a2 b1
  n < m
`));

/** A route and the heads it leads to, as one text: "up a1 a2 → a2". */
function up(heads: string, ...targets: RevisionId[]): string {
  const applied = closed(heads);
  return told(applied, upgradeRoute(graph, applied, targets));
}

function down(heads: string, ref: string): string {
  const applied = closed(heads);
  const destination = resolveDestination(graph, parseRef(ref), { applied });
  return told(applied, downgradeRoute(graph, applied, destination));
}

function stamp(heads: string, ...targets: RevisionId[]): string {
  const applied = closed(heads);
  const { add, remove } = stampRoute(graph, applied, targets);
  return `+ ${add.join(" ")} - ${remove.join(" ")}`;
}

function closed(heads: string): ReadonlySet<RevisionId> {
  return graph.ancestors(heads.split(" ").filter((id) => id !== ""), "all");
}

function told(applied: ReadonlySet<RevisionId>, route: ReturnType<typeof upgradeRoute>): string {
  const after = graph.headsOf(appliedAfter(applied, route), "all");
  const steps = route.map((step) => `${step.direction} ${step.id}`).join(", ");
  return `${steps} → ${after.join(" ")}`;
}

Deno.test("upgradeRoute() takes dependencies along, and only what is missing", () => {
  assert.equal(up("", "b2"), "up a1, up a2, up b1, up b2 → b2");
  assert.equal(up("a1", "a2", "b1"), "up a2, up b1 → a2 b1");
  assert.equal(up("n", "a1"), " → n");
  assert.equal(up("a1"), " → a1");
});

Deno.test("downgradeRoute() undoes what stands on the destination and keeps other branches", () => {
  assert.equal(down("b2 n", "a1"), "down n, down m, down b2, down a2 → a1 b1");
  assert.equal(down("b2", "a2"), " → b2");
  assert.equal(down("b2 n", "base"), "down n, down m, down b2, down b1, down a2, down a1 → ");
  assert.equal(down("b2 n", "beta@base"), "down n, down m, down b2, down b1 → a2");
  assert.equal(down("n", "b1"), "down n, down m → a2 b1");
});

Deno.test("downgradeRoute() undoes a merge with -1 and keeps both of its parents", () => {
  assert.equal(down("m", "-1"), "down m → a2 b1");
  assert.equal(down("n", "-2"), "down n, down m → a2 b1");
  assert.throws(() => down("n", "-3"), { code: "ref-several-paths" });
});

Deno.test("downgradeRoute() stays on the branch when REV-N is the base", () => {
  assert.equal(down("a1 b1", "a1-1"), "down a1 → b1");
  assert.equal(down("a1 b1", "beta@-1"), "down b1 → a1");
});

Deno.test("downgradeRoute() refuses a destination that is not applied", () => {
  assert.throws(() => down("a1", "m"), { code: "route-not-applied" });
  assert.throws(() => down("a1", "-2"), { code: "ref-too-far" });
  assert.throws(() => down("a1", "+1"), { code: "ref-wrong-direction" });
  assert.throws(() => down("a1 b1", "current"), { code: "ref-several-heads" });
});

Deno.test("stampRoute() forgets what stands on the targets and records what they stand on", () => {
  assert.equal(stamp("", "b2"), "+ a1 a2 b1 b2 - ");
  assert.equal(stamp("n", "a1"), "+  - n m a2");
  assert.equal(stamp("b2", "m"), "+ m - ");
  assert.equal(stamp("b2 n"), "+  - n m b2 b1 a2 a1");
  assert.equal(stamp("n", "a1", "b2"), "+ b2 - n m");
});

Deno.test("stampBaseRoute() forgets one branch and what needs it", () => {
  const route = stampBaseRoute(graph, closed("b2 a2"), "a1");
  assert.deepEqual(route, { add: [], remove: ["b2", "a2", "a1"] });
});

Deno.test("withoutRoute() undoes what it is given, the last first, and refuses if anything follows", () => {
  const without = (heads: string, ...ids: RevisionId[]) =>
    withoutRoute(graph, closed(heads), ids).map(({ direction, id }) => `${direction} ${id}`);
  assert.deepEqual(without("b2 a2", "a2", "b2"), ["down b2", "down a2"]);
  assert.deepEqual(without("a2", "a2", "n"), ["down a2"]);
  assert.deepEqual(without("a2", "m"), []);
  assert.throws(() => without("b2", "a2"), { code: "route-followed" });
});
