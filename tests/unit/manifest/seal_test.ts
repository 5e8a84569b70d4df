import assert from "node:assert/strict";
import { shell } from "../../../src/text/next_step.ts";
import { AludelError } from "../../../src/errors.ts";
import type { ActualHashes } from "../../../src/manifest/manifest.ts";
import { seal, type SealRequest } from "../../../src/manifest/seal.ts";
import { sampleHash, sampleRevision } from "../../fixtures/sample_revision.ts";

const one = sampleHash("1");
const two = sampleHash("2");
const three = sampleHash("3");
const draft = sampleRevision({ id: "d1" });
const sealed = sampleRevision({ id: "s1", up: one, down: two });
const manifest = { revisions: [draft, sealed] };

function request(
  files: Readonly<Record<string, ActualHashes>>,
  parts: Partial<SealRequest> = {},
): SealRequest {
  return {
    ids: "all",
    mode: "drafts",
    hashesOf: (id) => files[id] ?? { up: null, down: null },
    changeOf: () => "unknown",
    ...parts,
  };
}

function refused(run: () => unknown): AludelError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AludelError);
    return error;
  }
  assert.fail("nothing was refused");
}

Deno.test("seal() records the hashes of drafts, and none for a missing down", () => {
  const result = seal(
    manifest,
    request({ d1: { up: three, down: null }, s1: { up: one, down: two } }),
  );
  assert.deepEqual(result.manifest.revisions, [{ ...draft, up: three, down: "none" }, sealed]);
  assert.deepEqual([result.sealed, result.resealed, result.unchanged], [["d1"], [], ["s1"]]);
  assert.deepEqual(manifest.revisions[0], draft);
});

Deno.test("seal() touches only the revisions asked for", () => {
  const result = seal(manifest, request({ d1: { up: three, down: null } }, { ids: ["d1"] }));
  assert.deepEqual(result.sealed, ["d1"]);
  const empty = seal(manifest, request({}, { ids: [] }));
  assert.deepEqual(empty.manifest.revisions, manifest.revisions);
});

Deno.test("seal() refuses an edited revision and names both ways on", () => {
  const files = { d1: { up: three, down: null }, s1: { up: three, down: two } };
  const error = refused(() => seal(manifest, request(files)));
  assert.equal(error.code, "seal-edited");
  assert.equal(error.revision, "s1");
  assert.deepEqual(error.next, [shell`aludel seal --cosmetic s1`, shell`aludel seal --force s1`]);
});

Deno.test("seal() signs a cosmetic edit again, and only that, when told so", () => {
  const files = { s1: { up: three, down: two } };
  const ids = ["s1"];
  const signed = seal(
    manifest,
    request(files, { ids, mode: "cosmetic", changeOf: () => "cosmetic" }),
  );
  assert.deepEqual(signed.manifest.revisions[1], { ...sealed, up: three, was: [[one, two]] });
  assert.deepEqual(signed.resealed, ["s1"]);
  for (const change of ["changed", "unknown"] as const) {
    const error = refused(() =>
      seal(manifest, request(files, { ids, mode: "cosmetic", changeOf: () => change }))
    );
    assert.equal(error.code, "seal-edited");
    assert.deepEqual(error.next, [shell`aludel seal --force s1`]);
  }
});

Deno.test("seal() keeps earlier pairs oldest first, each once, without the one that holds now", () => {
  const force = (from: typeof sealed, up: `sha256:${string}`) =>
    seal({ revisions: [from] }, request({ s1: { up, down: two } }, { ids: ["s1"], mode: "force" }))
      .manifest.revisions[0]!;
  const second = force(sealed, two);
  const third = force(second, three);
  assert.deepEqual(third.was, [[one, two], [two, two]]);
  assert.deepEqual(force(third, one).was, [[two, two], [three, two]]);
});

Deno.test("seal() refuses all if one has no up.sql or is not there", () => {
  assert.equal(
    refused(() => seal(manifest, request({ s1: { up: one, down: two } }))).code,
    "seal-no-up",
  );
  assert.equal(
    refused(() => seal(manifest, request({}, { ids: ["zz"] }))).code,
    "revision-unknown",
  );
});
