import assert from "node:assert/strict";
import { stepText } from "../../../src/text/next_step.ts";
import { appliedRevision } from "../../fixtures/applied.ts";
import { joinCatalogue, messageOf } from "../../../src/project/workspace/catalogue.ts";
import { sampleRevision } from "../../fixtures/sample_revision.ts";
import { memoryWorkspace } from "./memory_files.ts";
import { findingNotice } from "../../../src/project/migrate/record_findings.ts";

const DISK = memoryWorkspace([
  sampleRevision({ id: "a1" }),
  sampleRevision({ id: "a2", parents: ["a1"] }),
]);

Deno.test("joinCatalogue() adds the revisions that only the database has", () => {
  const records = [
    appliedRevision("a1"),
    appliedRevision("x1", { parents: ["a1"], labels: ["there"] }),
  ];
  const { graph, applied, onDisk } = joinCatalogue(DISK, records);
  assert.deepEqual([...graph.ids].toSorted(), ["a1", "a2", "x1"]);
  assert.deepEqual([...applied], ["a1", "x1"]);
  assert.deepEqual([...onDisk], ["a1", "a2"]);
  assert.equal(graph.named("there"), "x1");
});

Deno.test("joinCatalogue() makes a graph of the database alone", () => {
  const { graph, onDisk } = joinCatalogue(null, [appliedRevision("x1")]);
  assert.deepEqual(graph.ids, ["x1"]);
  assert.equal(onDisk.size, 0);
});

Deno.test("joinCatalogue() refuses records that no graph can hold", () => {
  const records = [appliedRevision("x1", { parents: ["nowhere"] })];
  assert.throws(() => joinCatalogue(DISK, records), { code: "graph-unjoinable" });
});

Deno.test("messageOf() prefers the disk, and knows nothing of a stranger", () => {
  const catalogue = joinCatalogue(DISK, [appliedRevision("a1"), appliedRevision("x1")]);
  assert.deepEqual(["a1", "x1", "zz"].map((id) => messageOf(catalogue, id)), [
    "a message",
    "revision x1",
    "",
  ]);
});

Deno.test("findingNotice() names the downgrade that undoes an unknown revision and nothing beside it", () => {
  const records = [
    appliedRevision("x1"),
    appliedRevision("x2", { parents: ["a1"] }),
    appliedRevision("x3", { parents: ["x1", "x2"] }),
    appliedRevision("a1"),
  ];
  const catalogue = joinCatalogue(DISK, records);
  const commands = ["x1", "x2", "x3"].map((id) =>
    stepText(findingNotice({ id, kind: "unknown" }, catalogue).next![1]!).split("   # ")[0]
  );
  assert.deepEqual(commands, [
    "aludel downgrade x1@base",
    "aludel downgrade x2@a1",
    "aludel downgrade x3@-1",
  ]);
});
