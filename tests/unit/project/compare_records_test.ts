import assert from "node:assert/strict";
import { appliedRevision, hash } from "../../fixtures/applied.ts";
import { joinCatalogue } from "../../../src/project/workspace/catalogue.ts";
import {
  changedTexts,
  compareRecords,
  ranAsSealed,
  recordLineages,
} from "../../../src/project/migrate/records.ts";
import { digest } from "../../../src/digest.ts";
import type { AppliedRevision } from "../../../src/state/state.ts";
import type { ManifestRevision } from "../../../src/manifest/manifest.ts";
import { sampleRevision } from "../../fixtures/sample_revision.ts";
import { memoryWorkspace } from "./memory_files.ts";

/** Compares with files whose hashes are those of `up of ID` and `down of ID`, unless others are given. */
function compare(
  disk: readonly ManifestRevision[],
  records: readonly AppliedRevision[],
  files: Readonly<Record<string, string | null>> = {},
) {
  return compareRecords(joinCatalogue(memoryWorkspace(disk), withLineages(disk, records)), {
    hashesOf({ id }) {
      const up = id in files ? files[id] : `up of ${id}`;
      return up === null || up === undefined
        ? undefined
        : { up: hash(up), down: hash(`down of ${id}`) };
    },
    lineageOf: recordLineages(joinCatalogue(memoryWorkspace(disk), records)),
  });
}

/** The records with the lineages that they should have; one that says `wrong` keeps it. */
function withLineages(
  disk: readonly ManifestRevision[],
  records: readonly AppliedRevision[],
): readonly AppliedRevision[] {
  const right = recordLineages(joinCatalogue(memoryWorkspace(disk), records));
  return records.map((record) =>
    record.lineage === hash("wrong")
      ? record
      : { ...record, lineage: right.get(record.id) ?? record.lineage }
  );
}

/** A revision sealed with the texts that {@linkcode appliedRevision} ran. */
function sealed(id: string, parts: Partial<ManifestRevision> = {}): ManifestRevision {
  return sampleRevision({ id, up: hash(`up of ${id}`), down: hash(`down of ${id}`), ...parts });
}

Deno.test("compareRecords() finds nothing where the records are what the disk says", () => {
  const disk = [sealed("a1"), sealed("a2", { parents: ["a1"], dependsOn: ["b1"] }), sealed("b1")];
  const records = [
    appliedRevision("a1"),
    appliedRevision("b1"),
    appliedRevision("a2", { parents: ["a1"], dependsOn: ["b1"] }),
  ];
  assert.deepEqual(compare(disk, records), []);
  assert.deepEqual(compare(disk, []), []);
});

Deno.test("compareRecords() tells an edited draft from an edited revision and one signed again", () => {
  const edited = { a1: "another text" };
  const records = [appliedRevision("a1")];
  const kinds = (entry: ManifestRevision) =>
    compare([entry], records, edited).map(({ kind }) => kind);
  assert.deepEqual(kinds(sampleRevision({ id: "a1" })), ["draft-edited"]);
  assert.deepEqual(kinds(sealed("a1")), ["edited"]);
  const was = [[hash("up of a1"), hash("down of a1")]] as const;
  assert.deepEqual(kinds(sealed("a1", { up: hash("another text"), was })), ["resealed"]);
});

Deno.test("compareRecords() finds revisions that moved, whatever the order of their parents", () => {
  const a3 = { parents: ["a1", "a2"] };
  const disk = [sealed("a1"), sealed("a2"), sealed("a3", a3)];
  const records = [appliedRevision("a1"), appliedRevision("a2")];
  const turned = appliedRevision("a3", { parents: ["a2", "a1"] });
  assert.deepEqual(compare(disk, [...records, turned]), []);
  const moved = appliedRevision("a3", { parents: ["a1"], dependsOn: ["a2"] });
  assert.deepEqual(compare(disk, [...records, moved]), [
    { id: "a3", kind: "moved", was: ["a1", "a2"], now: ["a1", "a2"] },
  ]);
});

Deno.test("compareRecords() finds revisions without a file, and those that the disk does not know", () => {
  const records = [appliedRevision("a1"), appliedRevision("x1", { parents: ["a1"] })];
  assert.deepEqual(compare([sealed("a1")], records, { a1: null }), [
    { id: "a1", kind: "file-missing" },
    { id: "x1", kind: "unknown" },
  ]);
});

Deno.test("compareRecords() finds records whose parent or dependency has none", () => {
  const disk = [
    sealed("a1"),
    sealed("a2", { parents: ["a1"] }),
    sealed("a3", { parents: ["a2"], dependsOn: ["b1"] }),
    sealed("b1"),
    sealed("a4", { parents: ["a3"] }),
  ];
  const facts = { parents: ["a2"], dependsOn: ["b1"] };
  const records = [
    appliedRevision("a1"),
    appliedRevision("a3", facts),
    appliedRevision("a4", { parents: ["a3"] }),
  ];
  assert.deepEqual(compare(disk, records), [
    { id: "a3", kind: "parent-missing", missing: ["a2", "b1"] },
  ]);
  assert.deepEqual(compare(disk, [appliedRevision("b1"), ...records]), [
    { id: "a3", kind: "parent-missing", missing: ["a2"] },
  ]);
});

Deno.test("compareRecords() finds the one record whose lineage is not its own", () => {
  const disk = [
    sealed("a1"),
    sealed("a2", { parents: ["a1"] }),
    sealed("a3", { parents: ["a2"] }),
  ];
  const records = [
    appliedRevision("a1"),
    appliedRevision("a2", { parents: ["a1"], lineage: hash("wrong") }),
    appliedRevision("a3", { parents: ["a2"] }),
  ];
  assert.deepEqual(compare(disk, records), [{ id: "a2", kind: "lineage-changed" }]);
  const unknown = appliedRevision("x1", { parents: ["a1"], lineage: hash("wrong") });
  assert.deepEqual(compare([sealed("a1")], [appliedRevision("a1"), unknown]), [
    { id: "x1", kind: "lineage-changed" },
    { id: "x1", kind: "unknown" },
  ]);
});

Deno.test("changedTexts() accepts what is recorded, and what a re-signing replaced", () => {
  const record = appliedRevision("a1", { up: digest("up"), down: digest("down") });
  const pair = (up: string, down: string | null) => ({
    up: digest(up),
    down: down === null ? "none" as const : digest(down),
  });
  const changed = (
    up: string,
    down: string | null,
    was: readonly ReturnType<typeof pair>[] = [],
    entry?: ManifestRevision,
  ) =>
    changedTexts(
      record,
      entry,
      { texts: new Map([["a1", { up, down }]]), replaced: new Map([["a1", was]]) },
    );
  assert.deepEqual(changed("up", "down"), []);
  assert.deepEqual(changed("up", "other"), ["down"]);
  assert.deepEqual(changed("other", null), ["up", "down"]);
  assert.deepEqual(changed("old up", "old down", [pair("old up", "old down")]), []);
  // The texts of two signings do not make one.
  assert.deepEqual(changed("old up", "down", [pair("old up", "old down")]), ["up"]);
  const was = [[digest("first up"), "none"]] as const;
  assert.deepEqual(changed("first up", null, [], sealed("a1", { was })), []);
  assert.deepEqual(changed("first up", "down", [], sealed("a1", { was })), ["up"]);
});

Deno.test("ranAsSealed() compares the record with the manifest, not with the files", () => {
  const records = [appliedRevision("a1"), appliedRevision("x1")];
  const catalogue = joinCatalogue(memoryWorkspace([sealed("a1")]), records);
  assert.equal(ranAsSealed(catalogue, "a1"), true);
  assert.equal(ranAsSealed(catalogue, "x1"), false);
  const draft = joinCatalogue(memoryWorkspace([sampleRevision({ id: "a1" })]), records);
  assert.equal(ranAsSealed(draft, "a1"), false);
});
