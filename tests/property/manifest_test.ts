import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DEFAULT_FOLDER_TEMPLATE,
  dirNameProblem,
  folderName,
  slugOf,
} from "../../src/manifest/folder_name.ts";
import {
  type DownHash,
  formatManifest,
  type ManifestRevision,
  sortById,
  type TextHash,
} from "../../src/manifest/manifest.ts";
import { parseManifest } from "../../src/manifest/parse_manifest.ts";
import { readJson, valueOf } from "../../src/manifest/strict_json.ts";

const hash = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex): TextHash => `sha256:${hex}`);
const downHash: fc.Arbitrary<DownHash> = fc.oneof(hash, fc.constant("none" as const));
const id = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z_.]{0,10}[0-9a-z]$/)
  .filter((text) => !/^(heads?|base|current|empty)$/i.test(text));
const ids = fc.uniqueArray(id, { maxLength: 3 }).map((list) => list.sort());
const created = fc.date({
  min: new Date("0001-01-01"),
  max: new Date("9999-12-31"),
  noInvalidDate: true,
}).map((date) => date.toISOString().replace(/\.\d+Z/, "Z"));

const revision: fc.Arbitrary<ManifestRevision> = fc.record({
  id,
  parents: ids,
  dependsOn: ids,
  labels: fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 2 }).map((list) => list.sort()),
  message: fc.string({ unit: "binary" }),
  created,
  pair: fc.option(fc.tuple(hash, downHash)),
  was: fc.array(fc.tuple(hash, downHash), { maxLength: 2 }),
}).map(({ pair, ...parts }) => ({
  ...parts,
  dir: `x_${parts.id}`,
  up: pair?.[0] ?? null,
  down: pair?.[1] ?? null,
}));

const revisions = fc.uniqueArray(revision, {
  maxLength: 12,
  selector: (item) => item.id.toLowerCase(),
});

Deno.test("parseManifest() reads what formatManifest() wrote, and any other layout of it", () => {
  fc.assert(
    fc.property(revisions, fc.nat(3), (list, indent) => {
      const text = formatManifest({ revisions: list });
      const parsed = parseManifest(text, "m");
      assert.deepEqual(parsed.revisions, sortById(list));
      assert.equal(formatManifest(parsed), text);
      const other = JSON.stringify(JSON.parse(text), null, indent);
      assert.equal(formatManifest(parseManifest(other, "m")), text);
      for (const { id } of list) {
        const { line } = parsed.placeOf(id);
        assert.ok(text.split("\n")[(line ?? 0) - 1]?.startsWith(`{"id":"${id}",`));
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("git merges manifests of two branches to the union of their revisions", () => {
  const folder = Deno.makeTempDirSync();
  const write = (name: string, list: readonly ManifestRevision[]) =>
    Deno.writeTextFileSync(`${folder}/${name}`, formatManifest({ revisions: list }));
  try {
    fc.assert(
      fc.property(
        revisions,
        fc.array(fc.constantFrom("base", "ours", "theirs", "both")),
        (list, sides) => {
          const sideOf = (at: number) => sides[at] ?? "base";
          const has = (side: string) =>
            list.filter((_, at) => ["base", "both", side].includes(sideOf(at)));
          write("base", list.filter((_, at) => sideOf(at) === "base"));
          write("ours", has("ours"));
          write("theirs", has("theirs"));
          const { success, stdout } = new Deno.Command("git", {
            args: ["merge-file", "--union", "-p", "ours", "base", "theirs"],
            cwd: folder,
          }).outputSync();
          assert.ok(success);
          const merged = parseManifest(new TextDecoder().decode(stdout), "merged");
          assert.deepEqual(merged.revisions, sortById(list));
        },
      ),
      { numRuns: 40 },
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("readJson() accepts exactly what JSON.parse accepts, with the same value", () => {
  const text = fc.oneof(
    fc.json(),
    fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom("", ",", "]", "}", '"', "\\", "0", " ", "\n", "e", "-"),
    )
      .map(([json, at, odd]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + odd + json.slice(cut + 1);
      }),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (source) => {
      let expected: { readonly value: unknown } | undefined;
      try {
        expected = { value: JSON.parse(source) };
      } catch {
        expected = undefined;
      }
      const reading = readJson(source);
      assert.equal(reading.ok, expected !== undefined);
      if (!reading.ok || reading.duplicates.length > 0) return;
      assert.equal(JSON.stringify(valueOf(reading.root)), JSON.stringify(expected?.value));
    }),
    { numRuns: 1500 },
  );
});

Deno.test("folderName() gives any message a name that every system allows", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), id, created, (message, revisionId, time) => {
      const facts = { id: revisionId, message, created: time };
      const name = folderName(DEFAULT_FOLDER_TEMPLATE, facts);
      assert.equal(dirNameProblem(name), undefined);
      assert.ok(name.includes(revisionId));
      assert.match(slugOf(message), /^[a-z0-9]+(_[a-z0-9]+)*$/);
      assert.ok(slugOf(message).length <= 40);
    }),
    { numRuns: 300 },
  );
});
