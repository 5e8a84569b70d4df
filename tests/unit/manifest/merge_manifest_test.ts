import assert from "node:assert/strict";
import type { ManifestRevision } from "../../../src/manifest/manifest.ts";
import { mergeManifests } from "../../../src/manifest/merge_manifest.ts";
import { sampleRevision } from "../../fixtures/sample_revision.ts";

const one = sampleRevision({ id: "r1" });
const changed = { ...one, message: "changed" };
const otherwise = { ...one, message: "changed otherwise" };

function merge(...sides: readonly (ManifestRevision | undefined)[]) {
  const [base, ours, theirs] = sides.map((side) => ({ revisions: side ? [side] : [] }));
  const { manifest, conflicts } = mergeManifests(base!, ours!, theirs!);
  return conflicts.length > 0 ? "conflict" : manifest.revisions[0];
}

Deno.test("mergeManifests() lets the side win that did something", () => {
  assert.deepEqual(merge(one, one, one), one);
  assert.deepEqual(merge(one, changed, one), changed);
  assert.deepEqual(merge(one, one, changed), changed);
  assert.deepEqual(merge(one, changed, changed), changed);
  assert.deepEqual(merge(one, undefined, one), undefined);
  assert.deepEqual(merge(one, one, undefined), undefined);
  assert.deepEqual(merge(one, undefined, undefined), undefined);
  assert.deepEqual(merge(undefined, one, undefined), one);
  assert.deepEqual(merge(undefined, undefined, one), one);
  assert.deepEqual(merge(undefined, one, one), one);
});

Deno.test("mergeManifests() keeps what both sides changed as a conflict", () => {
  assert.equal(merge(one, changed, otherwise), "conflict");
  assert.equal(merge(one, changed, undefined), "conflict");
  assert.equal(merge(one, undefined, changed), "conflict");
  assert.equal(merge(undefined, one, changed), "conflict");
  const { conflicts, manifest } = mergeManifests(
    { revisions: [one] },
    { revisions: [changed, sampleRevision({ id: "r2" })] },
    { revisions: [otherwise, sampleRevision({ id: "r0" })] },
  );
  assert.deepEqual(conflicts, [{ id: "r1", ours: changed, theirs: otherwise }]);
  assert.deepEqual(manifest.revisions.map(({ id }) => id), ["r0", "r2"]);
});
