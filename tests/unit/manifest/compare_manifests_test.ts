import assert from "node:assert/strict";
import { compareManifests } from "../../../src/manifest/merge_manifest.ts";
import type { ManifestRevision } from "../../../src/manifest/manifest.ts";
import { sampleHash, sampleRevision } from "../../fixtures/sample_revision.ts";

const [a, b, c, d] = ["a", "b", "c", "d"].map(sampleHash) as [
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
];
const sealed = sampleRevision({ id: "s1", up: a, down: b, was: [[c, "none"]] });

function kinds(before: ManifestRevision, after: ManifestRevision | undefined): readonly string[] {
  const manifest = { revisions: after === undefined ? [] : [after] };
  return compareManifests({ revisions: [before] }, manifest).map(({ kind }) => kind);
}

Deno.test("compareManifests() says what happened to a sealed revision", () => {
  const cases: readonly (readonly [Partial<ManifestRevision> | undefined, readonly string[]])[] = [
    [{}, []],
    [undefined, ["removed"]],
    [{ up: null, down: null }, ["unsealed"]],
    [{ up: d }, ["resigned"]],
    [{ down: "none" }, ["resigned"]],
    [{ up: d, was: [[c, "none"], [a, b]] }, []],
    [{ up: d, was: [[a, b]] }, ["forgotten"]],
    [{ was: [] }, ["forgotten"]],
    [{ up: c, down: "none", was: [[a, b]] }, []],
    [{ parents: ["x1"] }, ["moved"]],
    [{ dependsOn: ["x1"] }, ["moved"]],
    [{ message: "other" }, ["retold"]],
    [{ labels: ["main"] }, ["retold"]],
    [{ dir: "elsewhere" }, ["retold"]],
  ];
  for (const [change, expected] of cases) {
    const after = change && { ...sealed, ...change };
    assert.deepEqual(kinds(sealed, after), expected, JSON.stringify(change));
  }
});

Deno.test("compareManifests() takes no order of parents for a change", () => {
  const before = { ...sealed, parents: ["p1", "p2"] };
  assert.deepEqual(kinds(before, { ...before, parents: ["p2", "p1"] }), []);
});

Deno.test("compareManifests() leaves drafts and new revisions alone", () => {
  const draft = sampleRevision({ id: "d1" });
  assert.deepEqual(kinds(draft, undefined), []);
  assert.deepEqual(kinds(draft, { ...draft, parents: ["x1"], up: a, down: b }), []);
  assert.deepEqual(compareManifests({ revisions: [] }, { revisions: [sealed] }), []);
});
