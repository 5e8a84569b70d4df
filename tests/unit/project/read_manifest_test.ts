import assert from "node:assert/strict";
import { readManifest } from "../../../src/project/workspace/workspace.ts";
import type { RevisionFiles } from "../../../src/project/workspace/revision_files.ts";

function filesWith(manifest: Uint8Array | null): RevisionFiles {
  return {
    name: "m",
    read: (path) => path === "manifest.json" ? manifest : null,
    folders: () => [],
  };
}

Deno.test("readManifest() reads bytes, with a byte order mark too, and null for none", () => {
  const bytes = new TextEncoder().encode('\ufeff{"format":1,"revisions":[\nnull]}\n');
  assert.deepEqual(readManifest(filesWith(bytes))?.revisions, []);
  assert.equal(readManifest(filesWith(null)), null);
});

Deno.test("readManifest() refuses garbage, and 100 MB of it", () => {
  const latin = new Uint8Array([0x7b, 0xe9, 0x7d]);
  assert.throws(() => readManifest(filesWith(latin)), { code: "manifest-encoding" });
  const large = new Uint8Array(100_000_000).fill(0xff);
  assert.throws(() => readManifest(filesWith(large)), { code: "manifest-too-large" });
  assert.throws(
    () => readManifest(filesWith(large.fill(0x5b, 0, 40_000_000).subarray(0, 40_000_000))),
    {
      code: "manifest-too-large",
    },
  );
  assert.throws(() => readManifest(filesWith(new Uint8Array(0))), { code: "manifest-syntax" });
});
