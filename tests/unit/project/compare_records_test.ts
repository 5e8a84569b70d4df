import assert from "node:assert/strict";
import { appliedRevision, hash } from "../../fixtures/applied.ts";
import { joinCatalogue } from "../../../src/project/catalogue.ts";
import { compareRecords, ranAsSealed } from "../../../src/project/compare_records.ts";
import type { AppliedRevision } from "../../../src/state/applied_revision.ts";
import type { ManifestRevision } from "../../../src/manifest/manifest.ts";
import { sampleRevision } from "../manifest/sample_revision.ts";
import { memoryWorkspace } from "./memory_files.ts";

/** Compares with files whose hashes are those of `up of ID` and `down of ID`, unless others are given. */
function compare(
  disk: readonly ManifestRevision[],
  records: readonly AppliedRevision[],
  files: Readonly<Record<string, string | null>> = {},
) {
  const catalogue = joinCatalogue(memoryWorkspace(disk), records);
  return compareRecords(catalogue, ({ id }) => {
    const up = id in files ? files[id] : `up of ${id}`;
    return up === null || up === undefined
      ? undefined
      : { up: hash(up), down: hash(`down of ${id}`) };
  });
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

Deno.test("ranAsSealed() compares the record with the manifest, not with the files", () => {
  const records = [appliedRevision("a1"), appliedRevision("x1")];
  const catalogue = joinCatalogue(memoryWorkspace([sealed("a1")]), records);
  assert.equal(ranAsSealed(catalogue, "a1"), true);
  assert.equal(ranAsSealed(catalogue, "x1"), false);
  const draft = joinCatalogue(memoryWorkspace([sampleRevision({ id: "a1" })]), records);
  assert.equal(ranAsSealed(draft, "a1"), false);
});
