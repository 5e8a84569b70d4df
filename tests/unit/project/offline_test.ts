import assert from "node:assert/strict";
import { parseRange } from "../../../src/graph/ref.ts";
import { planOffline } from "../../../src/project/migrate/offline.ts";
import { sampleRevision } from "../../fixtures/sample_revision.ts";
import { memoryWorkspace } from "./memory_files.ts";

/** a1 ← a2 ← a3 with downs, and b1 ← b2 of which b2 depends on a2 and has no down. */
function plan(range: string, direction: "upgrade" | "downgrade") {
  const parents: Record<string, string[]> = { a1: [], a2: ["a1"], a3: ["a2"], b1: [], b2: ["b1"] };
  const revisions = Object.entries(parents).map(([id, below]) =>
    sampleRevision({ id, dir: id, parents: below, dependsOn: id === "b2" ? ["a2"] : [] })
  );
  const texts = Object.fromEntries(
    Object.keys(parents).flatMap((id) => [
      [`${id}/up.sql`, `SELECT '${id}';`],
      ...(id === "b2" ? [] : [[`${id}/down.sql`, `SELECT 'not ${id}';`]]),
    ]),
  );
  return planOffline(
    {
      workspace: memoryWorkspace(revisions, texts),
      drafts: "allow",
      sealedTexts: () => undefined,
    },
    parseRange(range),
    direction,
  );
}

async function route(range: string, direction: "upgrade" | "downgrade"): Promise<string> {
  const { start, route } = await plan(range, direction);
  const steps = route.steps.map((step) => `${step.direction} ${step.id}`).join(", ");
  return `${start.toSorted().join(" ")}: ${steps}`;
}

Deno.test("planOffline() goes up from what the lower end stands on", async () => {
  assert.equal(await route("base:a2", "upgrade"), ": up a1, up a2");
  assert.equal(await route("a1:a3", "upgrade"), "a1: up a2, up a3");
  assert.equal(await route("a2:b2", "upgrade"), "a1 a2: up b1, up b2");
  assert.equal(await route("a3:", "upgrade"), "a1 a2 a3: up b1, up b2");
});

Deno.test("planOffline() goes down with the files' downs, and what depends on a revision goes first", async () => {
  assert.equal(await route("a3:a1", "downgrade"), "a1 a2 a3: down a3, down a2");
  assert.equal(await route("a3:base", "downgrade"), "a1 a2 a3: down a3, down a2, down a1");
  assert.equal(await route("b1:base", "downgrade"), "b1: down b1");
});

Deno.test("planOffline() refuses ends that no route joins, and a way down without a down.sql", async () => {
  await assert.rejects(plan("a2:a1", "upgrade"), { code: "route-not-related" });
  await assert.rejects(plan("a3:b1", "upgrade"), { code: "route-not-related" });
  await assert.rejects(plan("a1:a3", "downgrade"), { code: "route-not-applied" });
  await assert.rejects(plan("b2:a1", "downgrade"), { code: "revision-irreversible" });
  await assert.rejects(plan("a3:", "downgrade"), { code: "ref-syntax" });
});
