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
import { readGeneratedLines } from "../../src/manifest/generated_lines.ts";
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

/** A manifest as Aludel writes it, of revisions whose names and messages are plain. */
const generated = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[0-9a-f]{12}$/),
    message: fc.stringMatching(/^[a-z ]{0,12}$/),
    created,
    above: fc.array(fc.nat(), { maxLength: 2 }),
    pair: fc.option(fc.tuple(hash, downHash)),
  }),
  { minLength: 1, maxLength: 6, selector: ({ id }) => id },
).map((list) =>
  formatManifest({
    revisions: list.map(({ id, message, created, above, pair }) => ({
      id,
      dir: `2026-11-24_${id}`,
      parents: [...new Set(above.map((at) => list[at % list.length]!.id))],
      dependsOn: [],
      labels: [],
      message,
      created,
      up: pair?.[0] ?? null,
      down: pair?.[1] ?? null,
      was: [],
    })),
  })
);

Deno.test("readGeneratedLines() reads what it reads as the other readers do, and nothing that they refuse", () => {
  const odd = [
    "",
    "0",
    "A",
    "g",
    '"',
    "\\",
    "\n",
    "\r",
    " ",
    ",",
    "}",
    "null",
    "é",
    "-31T",
    "24:",
    "[]",
  ];
  const outcomeOf = (text: string) => {
    try {
      return parseManifest(text, "m").revisions;
    } catch (error) {
      return (error as { readonly code?: string }).code;
    }
  };
  let read = 0;
  fc.assert(
    fc.property(generated, fc.nat(), fc.nat(3), fc.constantFrom(...odd), (text, at, cut, one) => {
      const from = at % text.length;
      for (const tried of [text, text.slice(0, from) + one + text.slice(from + cut)]) {
        const quick = readGeneratedLines(tried);
        if (quick === undefined) continue;
        read++;
        // A space before the first line is one that only the strict reader knows.
        assert.deepEqual(quick, outcomeOf(` ${tried}`));
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(read > 2000);
});

Deno.test("readGeneratedLines() leaves lines that are twice, out of order or of a day that is none", () => {
  const line = (id: string, more: { dir?: string; created?: string; parents?: string } = {}) =>
    `{"id":"${id}","dir":"${more.dir ?? `2026-11-24_${id}`}","parents":[${more.parents ?? ""}],` +
    `"dependsOn":[],"labels":[],"message":"m","created":"${
      more.created ?? "2024-02-29T00:00:00Z"
    }",` +
    '"up":null,"down":null,"was":[]},';
  const [a, b] = ["00000000000a", "00000000000b"];
  const reads = (...lines: string[]) =>
    readGeneratedLines(`{"format":1,"revisions":[\n${lines.join("\n")}\nnull]}\n`)?.length;
  assert.equal(reads(line(a), line(b, { parents: `"${a}"` })), 2);
  assert.equal(reads(line(b), line(a)), undefined);
  assert.equal(reads(line(a), line(a)), undefined);
  assert.equal(reads(line(a), line(b, { dir: `2026-11-24_${a.toUpperCase()}` })), undefined);
  assert.equal(reads(line(a, { created: "2023-02-29T00:00:00Z" })), undefined);
  assert.equal(reads(line(a, { parents: `"${b}","${a}"` })), undefined);
  assert.equal(reads(line(a, { parents: `"${a}","${a}"` })), undefined);
  assert.equal(reads(line(a, { dir: "con" })), undefined);
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
