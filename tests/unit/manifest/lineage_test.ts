import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lineages, type TextHashes } from "../../../src/manifest/verdict.ts";
import type { TextHash } from "../../../src/manifest/manifest.ts";
import { sampleHash, sampleRevision } from "../../fixtures/sample_revision.ts";

const digest = (text: string): TextHash =>
  `sha256:${createHash("sha256").update(text).digest("hex")}`;

const TEXTS: Readonly<Record<string, readonly [string, string | null]>> = {
  a1: ["CREATE TABLE t (a);\n", "DROP TABLE t;\n"],
  b2: ["INSERT INTO t VALUES (1);\n", null],
  c3: ["SELECT 1;\n", null],
  d4: ["\n", null],
};

function hashesOf(id: string): TextHashes | undefined {
  const texts = TEXTS[id];
  if (texts === undefined) return undefined;
  return { up: digest(texts[0]), down: texts[1] === null ? "none" : digest(texts[1]) };
}

const a1 = sampleRevision({ id: "a1" });
const b2 = sampleRevision({ id: "b2", parents: ["a1"] });
const c3 = sampleRevision({ id: "c3", dependsOn: ["a1"] });
const d4 = sampleRevision({ id: "d4", parents: ["b2", "c3"] });

Deno.test("lineages() gives the worked example of docs/formats.md", () => {
  const formats = Deno.readTextFileSync(new URL("../../../docs/formats.md", import.meta.url));
  const known = lineages([a1, b2, c3, d4], hashesOf);
  for (const id of ["a1", "b2", "c3", "d4"]) {
    assert.equal(new RegExp(`^lineage ${id} +(.*)$`, "m").exec(formats)?.[1], known.get(id), id);
  }
  for (const direction of ["up", "down"] as const) {
    const written = new RegExp(`^${direction} of a1 +(.*)$`, "m").exec(formats)?.[1];
    assert.equal(written, hashesOf("a1")![direction], direction);
  }
  const shown = /```text file=d4.txt\n(aludel-lineage-1\nid d4\n[\s\S]*?)```/.exec(formats)?.[1] ??
    "";
  assert.equal(digest(shown), known.get("d4"));
});

Deno.test("lineages() is another value for every kind of change below", () => {
  const before = lineages([a1, b2, c3, d4], hashesOf).get("d4");
  const edits: readonly (readonly [string, ReadonlyMap<string, TextHash>])[] = [
    [
      "another id",
      lineages(
        [a1, b2, c3, { ...d4, id: "d5" }],
        (id) => hashesOf(id === "d5" ? "d4" : id),
      ),
    ],
    [
      "an edited up",
      lineages(
        [a1, b2, c3, d4],
        (id) => ({ ...hashesOf(id)!, ...(id === "a1" && { up: sampleHash("0") }) }),
      ),
    ],
    [
      "a down that is gone",
      lineages([a1, b2, c3, d4], (id) => ({ ...hashesOf(id)!, down: "none" })),
    ],
    ["a parent less", lineages([a1, b2, c3, { ...d4, parents: ["b2"] }], hashesOf)],
    [
      "a dependency in place of a parent",
      lineages([a1, b2, c3, { ...d4, parents: ["b2"], dependsOn: ["c3"] }], hashesOf),
    ],
    ["a dependency less", lineages([a1, b2, { ...c3, dependsOn: [] }, d4], hashesOf)],
  ];
  const seen = new Set([before]);
  for (const [what, known] of edits) {
    const after = known.get("d4") ?? known.get("d5");
    assert.ok(after !== undefined && !seen.has(after), what);
    seen.add(after);
  }
});

Deno.test("lineages() does not depend on the order of parents", () => {
  const turned = { ...d4, parents: ["c3", "b2"] };
  assert.equal(
    lineages([a1, c3, b2, turned], hashesOf).get("d4"),
    lineages([a1, b2, c3, d4], hashesOf).get("d4"),
  );
});

Deno.test("lineages() leaves out a revision without texts and everything above it", () => {
  const known = lineages([a1, b2, c3, d4], (id) => id === "b2" ? undefined : hashesOf(id));
  assert.deepEqual([...known.keys()], ["a1", "c3"]);
});

Deno.test("lineages() walks a chain of 100,000", () => {
  const chain = Array.from(
    { length: 100_000 },
    (_, i) => sampleRevision({ id: `r${i}`, parents: i === 0 ? [] : [`r${i - 1}`] }),
  );
  const known = lineages(chain, () => ({ up: sampleHash("1"), down: "none" }));
  assert.equal(known.size, chain.length);
});
