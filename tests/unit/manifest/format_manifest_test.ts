import assert from "node:assert/strict";
import { formatManifest } from "../../../src/manifest/manifest.ts";
import { sampleHash, sampleRevision } from "../../fixtures/sample_revision.ts";

Deno.test("formatManifest() writes the bytes that docs/formats.md shows", () => {
  const formats = Deno.readTextFileSync(new URL("../../../docs/formats.md", import.meta.url));
  const shown = /```json\n(\{"format":1[\s\S]*?null\]\}\n)```/.exec(formats)?.[1];
  const revision = sampleRevision({
    id: "3f9c1a2b4d5e",
    dir: "2026-11-23_3f9c1a2b4d5e_create_events_table",
    message: "create events table",
  });
  assert.equal(formatManifest({ revisions: [revision] }), shown);
});

Deno.test("formatManifest() writes an empty manifest as two lines", () => {
  assert.equal(formatManifest({ revisions: [] }), '{"format":1,"revisions":[\nnull]}\n');
});

Deno.test("formatManifest() sorts revisions and arrays but keeps the order of earlier pairs", () => {
  const was = [[sampleHash("b"), "none"], [sampleHash("a"), "none"]] as const;
  const text = formatManifest({
    revisions: [
      sampleRevision({ id: "b", parents: ["z", "a"], up: sampleHash("c"), down: "none", was }),
      sampleRevision({ id: "a" }),
      sampleRevision({ id: "B1" }),
    ],
  });
  const ids = Array.from(text.matchAll(/^\{"id":"(\w+)"/gm), ([, id]) => id);
  assert.deepEqual(ids, ["B1", "a", "b"]);
  assert.ok(text.includes('"parents":["a","z"]'));
  assert.ok(text.includes(`"was":[["${sampleHash("b")}","none"],["${sampleHash("a")}","none"]]`));
});

Deno.test("formatManifest() keeps a revision on one line whatever its message holds", () => {
  const message = 'a\nb\r\u2028"\\\u0000\ud800 é';
  const text = formatManifest({ revisions: [sampleRevision({ message })] });
  assert.equal(text.split("\n").length, 4);
  assert.equal(JSON.parse(text).revisions[0].message, message);
});
