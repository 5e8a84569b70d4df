import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { newRevision, type NewRevisionRequest } from "../../../src/manifest/new_revision.ts";
import { sampleRevision } from "../../fixtures/sample_revision.ts";

const manifest = {
  revisions: [
    sampleRevision({ id: "a1", labels: ["core"] }),
    sampleRevision({ id: "b2", parents: ["a1"] }),
  ],
};

function add(parts: Partial<NewRevisionRequest> = {}) {
  return newRevision(manifest, {
    id: "Z9",
    message: "Add users",
    created: "2026-11-24T08:00:00Z",
    parents: ["b2"],
    dependsOn: [],
    labels: [],
    splice: false,
    folderTemplate: "{date}_{id}_{slug}",
    ...parts,
  });
}

function codeOf(parts: Partial<NewRevisionRequest>): string {
  try {
    add(parts);
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error.code;
  }
  return "none";
}

Deno.test("newRevision() adds a draft in its place", () => {
  const { revision, manifest: after } = add({ dependsOn: ["a1", "a1"], labels: ["y", "x"] });
  assert.deepEqual(revision, {
    id: "Z9",
    dir: "2026-11-24_Z9_add_users",
    parents: ["b2"],
    dependsOn: ["a1"],
    labels: ["x", "y"],
    message: "Add users",
    created: "2026-11-24T08:00:00Z",
    up: null,
    down: null,
    was: [],
  });
  assert.deepEqual(after.revisions.map(({ id }) => id), ["Z9", "a1", "b2"]);
  assert.equal(manifest.revisions.length, 2);
});

Deno.test("newRevision() allows a new base, and a branch with splice only", () => {
  assert.equal(codeOf({ parents: [] }), "none");
  assert.equal(codeOf({ parents: ["a1"] }), "revision-not-head");
  assert.equal(codeOf({ parents: ["a1", "b2"] }), "revision-not-head");
  assert.equal(codeOf({ parents: ["a1"], splice: true }), "none");
});

Deno.test("newRevision() refuses what would not be a graph", () => {
  assert.equal(codeOf({ id: "head" }), "revision-id");
  assert.equal(codeOf({ id: "x-y" }), "revision-id");
  assert.equal(codeOf({ id: "A1" }), "revision-id-taken");
  assert.equal(codeOf({ parents: ["zz"] }), "revision-unknown");
  assert.equal(codeOf({ dependsOn: ["zz"] }), "revision-unknown");
  assert.equal(codeOf({ labels: ["core"] }), "graph-invalid");
  assert.equal(codeOf({ labels: ["b2"] }), "graph-invalid");
  assert.equal(codeOf({ labels: ["a@b"] }), "graph-invalid");
  assert.equal(codeOf({ folderTemplate: "{slug}" }), "folder-template");
  // The folder of "a1" is called so.
  assert.equal(codeOf({ id: "A1_x", folderTemplate: "2026-11-23_{id}" }), "revision-dir-taken");
});
