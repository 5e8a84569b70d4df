import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatManifest,
  type Manifest,
  type ManifestRevision,
  sortById,
} from "../../src/manifest/manifest.ts";
import { mergeManifests } from "../../src/manifest/merge_manifest.ts";
import { parseManifest } from "../../src/manifest/parse_manifest.ts";
import { sampleHash, sampleRevision } from "../fixtures/sample_revision.ts";

/** What one branch does to one revision. */
type Deed = "nothing" | "seal" | "rename" | "remove" | "add";

/** A base, and three branches of which each has revisions to itself to change, remove and add: no conflicts. */
const history = fc.array(
  fc.record({
    who: fc.constantFrom(0, 1, 2, "all" as const),
    deed: fc.constantFrom<Deed>("nothing", "seal", "rename", "remove", "add"),
  }),
  { maxLength: 16 },
).map((deeds) => {
  const base = deeds.flatMap(({ deed }, at) => deed === "add" ? [] : [revisionOf(at)]);
  const branches = [0, 1, 2].map((branch) =>
    deeds.flatMap(({ who, deed }, at) => {
      const acts = who === "all" || who === branch;
      return acts ? after(deed, revisionOf(at)) : deed === "add" ? [] : [revisionOf(at)];
    })
  );
  return [base, ...branches].map((revisions) => ({ revisions: sortById(revisions) }));
});

function revisionOf(at: number): ManifestRevision {
  return sampleRevision({ id: `r${at}`, dir: `r${at}` });
}

function after(deed: Deed, revision: ManifestRevision): readonly ManifestRevision[] {
  switch (deed) {
    case "nothing":
    case "add":
      return [revision];
    case "seal":
      return [{ ...revision, up: sampleHash("a"), down: "none" }];
    case "rename":
      return [{ ...revision, dir: `new_${revision.dir}` }];
    case "remove":
      return [];
  }
}

function merged(base: Manifest, ours: Manifest, theirs: Manifest): Manifest {
  const { manifest, conflicts } = mergeManifests(base, ours, theirs);
  assert.deepEqual(conflicts, []);
  return manifest;
}

Deno.test("mergeManifests() is commutative, associative and idempotent without conflicts", () => {
  fc.assert(
    fc.property(history, ([base, x, y, z]) => {
      if (!base || !x || !y || !z) throw new Error("A history has four manifests");
      assert.deepEqual(merged(base, x, y), merged(base, y, x));
      assert.deepEqual(merged(base, x, x), x);
      assert.deepEqual(merged(base, x, base), x);
      assert.deepEqual(
        merged(base, merged(base, x, y), z),
        merged(base, x, merged(base, y, z)),
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("a merged manifest is written and read as what it is", () => {
  fc.assert(
    fc.property(history, ([base, x, y]) => {
      if (!base || !x || !y) throw new Error("A history has four manifests");
      const manifest = merged(base, x, y);
      assert.deepEqual(parseManifest(formatManifest(manifest), "m").revisions, manifest.revisions);
    }),
    { numRuns: 100 },
  );
});
