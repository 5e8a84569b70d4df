import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { formatManifest } from "../../../src/manifest/manifest.ts";
import {
  MAX_MANIFEST_LENGTH,
  type ParsedManifest,
  parseManifest,
} from "../../../src/manifest/parse_manifest.ts";
import { sampleHash, sampleRevision } from "../../fixtures/sample_revision.ts";

const FILE = "migrations/manifest.json";

function parse(text: string): ParsedManifest {
  return parseManifest(text, FILE);
}

function refusal(text: string): AludelError {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error;
  }
  assert.fail(`accepted: ${text.slice(0, 200)}`);
}

/** A manifest of one revision, some of whose JSON is replaced. */
function manifestWith(parts: Readonly<Record<string, unknown>>): string {
  const entry = { ...sampleRevision(), ...parts };
  return JSON.stringify({ format: 1, revisions: [entry, null] });
}

const sealed = sampleRevision({ id: "b2", up: sampleHash("1"), down: "none" });
const two = formatManifest({ revisions: [sampleRevision(), sealed] });

Deno.test("parseManifest() accepts any layout of the same content", () => {
  const expected = parse(two).revisions;
  const value = JSON.parse(two);
  assert.deepEqual(parse(JSON.stringify(value, null, 2)).revisions, expected);
  assert.deepEqual(parse(JSON.stringify(value)).revisions, expected);
  assert.deepEqual(parse(two.replaceAll("\n", "\r\n")).revisions, expected);
  assert.deepEqual(parse("\ufeff" + two).revisions, expected);
  assert.deepEqual(parse(two.replace(",\nnull", "")).revisions, expected);
  value.revisions = [value.revisions[1], value.revisions[0]];
  assert.deepEqual(parse(JSON.stringify(value)).revisions, expected);
  const reversed = value.revisions.map((entry: object) =>
    Object.fromEntries(Object.entries(entry).reverse())
  );
  assert.deepEqual(parse(JSON.stringify({ revisions: reversed, format: 1 })).revisions, expected);
});

Deno.test("parseManifest() sorts arrays", () => {
  const [revision] = parse(manifestWith({ parents: ["z", "b"], labels: ["y", "x"] })).revisions;
  assert.deepEqual([revision?.parents, revision?.labels], [["b", "z"], ["x", "y"]]);
});

Deno.test("parseManifest() refuses a newer format alone, whatever else it holds", () => {
  const error = refusal('{"format":3,"revisions":{},"more":[]}');
  assert.equal(error.code, "manifest-newer-format");
  assert.deepEqual(error.notes, []);
  assert.equal(error.outcome, "Nothing was written");
});

Deno.test("parseManifest() refuses duplicate keys in canonical and in other layouts", () => {
  for (const text of [two, JSON.stringify(JSON.parse(two), null, 1)]) {
    const twice = text.replace(/"message": ?"a message",/, (line) => line + line);
    assert.notEqual(twice, text);
    const error = refusal(twice);
    assert.equal(error.code, "manifest-duplicate-key");
    assert.ok(error.place?.line !== undefined && error.place.line > 1);
  }
  assert.equal(
    refusal('{"format":1,"revisions":[\nnull],"revisions":null}').code,
    "manifest-duplicate-key",
  );
  // One key twice and another missing: as many keys as there should be.
  assert.equal(
    refusal(two.replace('"labels":[]', '"parents":[]')).code,
    "manifest-duplicate-key",
  );
  // The same value twice, and the key spelled with an escape.
  assert.equal(refusal('{"format":1,"format":1,"revisions":[]}').code, "manifest-duplicate-key");
  assert.equal(
    refusal('{"format":1,"f\\u006frmat":1,"revisions":[]}').code,
    "manifest-duplicate-key",
  );
});

Deno.test("parseManifest() reports all problems at once, in the order of the file", () => {
  const text = two
    .replace('"labels":[]', '"lables":[]')
    .replace("2026-11-23T10:15:00Z", "2026-02-30T10:15:00Z")
    .replace(`"sha256:${"1".repeat(64)}"`, '"sha256:abc"');
  const error = refusal(text);
  assert.equal(error.code, "manifest-value");
  assert.equal(error.message, 'The "labels" of revision "a1" is not an array of texts');
  assert.equal(error.place?.line, 2);
  assert.deepEqual(error.notes.map((note) => note.replace(/:\d+: /, ": ")), [
    `${FILE}:2: Revision "a1" has the unknown key "lables"`,
    `${FILE}:2: The "created" of revision "a1" is not a UTC time such as "2026-11-23T10:15:00Z"`,
    `${FILE}:3: The "up" of revision "b2" is neither null nor "sha256:…" in lower case`,
  ]);
});

Deno.test("parseManifest() lists 20 problems and counts the rest", () => {
  const entries = Array.from(
    { length: 30 },
    (_, i) => ({ ...sampleRevision({ id: `r${i}` }), x: 1 }),
  );
  const error = refusal(JSON.stringify({ format: 1, revisions: entries }));
  assert.equal(error.notes.length, 21);
  assert.equal(error.notes.at(-1), "and 9 more");
});

Deno.test("parseManifest() refuses what docs/formats.md does", () => {
  const hash = sampleHash("a");
  const cases: readonly (readonly [string, string])[] = [
    ["[]", "manifest-value"],
    ["null", "manifest-value"],
    ["3", "manifest-value"],
    ['{"revisions":[]}', "manifest-value"],
    ['{"format":"1","revisions":[]}', "manifest-value"],
    ['{"format":0,"revisions":[]}', "manifest-value"],
    ['{"format":1}', "manifest-value"],
    ['{"format":1,"revisions":{}}', "manifest-value"],
    ['{"format":1,"revisions":[null,null]}', "manifest-value"],
    ['{"format":1,"revisions":[3]}', "manifest-value"],
    ['{"format":1,"revisions":[{}]}', "manifest-value"],
    ['{"format":1,"revisions":[],"__proto__":{}}', "manifest-unknown-key"],
    [manifestWith({ id: "head" }), "manifest-value"],
    [manifestWith({ id: "a-b" }), "manifest-value"],
    [manifestWith({ id: 7 }), "manifest-value"],
    [manifestWith({ dir: undefined }), "manifest-value"],
    [manifestWith({ dir: "../../x" }), "manifest-dir"],
    [manifestWith({ dir: "/etc" }), "manifest-dir"],
    [manifestWith({ parents: "b2" }), "manifest-value"],
    [manifestWith({ parents: ["b2", "b2"] }), "manifest-value"],
    [manifestWith({ parents: ["b 2"] }), "manifest-value"],
    [manifestWith({ dependsOn: [null] }), "manifest-value"],
    [manifestWith({ labels: [""] }), "manifest-value"],
    [manifestWith({ message: null }), "manifest-value"],
    [manifestWith({ created: "2026-11-23" }), "manifest-value"],
    [manifestWith({ created: "2026-11-23T10:15:00+01:00" }), "manifest-value"],
    [manifestWith({ up: hash }), "manifest-value"],
    [manifestWith({ down: "none" }), "manifest-value"],
    [manifestWith({ up: "none", down: "none" }), "manifest-value"],
    [manifestWith({ up: hash.toUpperCase(), down: "none" }), "manifest-value"],
    [manifestWith({ up: `${hash}0`, down: "none" }), "manifest-value"],
    [manifestWith({ was: [[hash]] }), "manifest-value"],
    [manifestWith({ was: [["none", hash]] }), "manifest-value"],
    [manifestWith({ was: null }), "manifest-value"],
  ];
  for (const [text, code] of cases) assert.equal(refusal(text).code, code, text);
});

Deno.test("parseManifest() finds ids and folders that only case tells apart", () => {
  const text = formatManifest({
    revisions: [sampleRevision({ id: "ab", dir: "x" }), sampleRevision({ id: "AB", dir: "X" })],
  });
  const error = refusal(text);
  assert.equal(error.code, "manifest-duplicate-id");
  assert.equal(error.place?.line, 3);
  assert.match(error.notes.join(), /The folder "x" belongs to two revisions/i);
});

Deno.test("parseManifest() reads a line that a union merge doubled once, and no other", () => {
  const lines = two.split("\n");
  const doubled = lines.toSpliced(1, 0, lines[1]!, lines[2]!).join("\n");
  assert.deepEqual(parse(doubled).revisions, parse(two).revisions);
  const differing = lines.toSpliced(1, 0, lines[1]!.replace("a message", "another")).join("\n");
  assert.equal(refusal(differing).code, "manifest-duplicate-id");
});

Deno.test("parseManifest() names git's conflict markers", () => {
  const lines = two.split("\n");
  const text = [lines[0], "<<<<<<< ours", lines[1], "=======", lines[2], ">>>>>>> theirs", lines[3]]
    .join("\n");
  const error = refusal(text);
  assert.equal(error.code, "manifest-conflict");
  assert.equal(error.place?.line, 2);
});

Deno.test("parseManifest() refuses garbage without reading on", () => {
  assert.equal(refusal("").code, "manifest-syntax");
  assert.equal(refusal("  \n").message, "The manifest is empty");
  assert.equal(refusal("\u0000".repeat(1000)).code, "manifest-syntax");
  assert.equal(refusal("x".repeat(MAX_MANIFEST_LENGTH + 1)).code, "manifest-too-large");
  assert.equal(refusal("[".repeat(MAX_MANIFEST_LENGTH)).code, "manifest-syntax");
  const start = '{"format":1,"revisions":[\n';
  assert.equal(refusal(start + "[".repeat(5_000_000)).code, "manifest-syntax");
  assert.equal(refusal(`${start}{"id":"${"x".repeat(1000)}`).code, "manifest-syntax");
});

Deno.test("parseManifest() finds where a revision stands", () => {
  const place = parse(two).placeOf("b2");
  assert.deepEqual([place.file, place.line, place.column], [FILE, 3, 1]);
  const pretty = JSON.stringify(JSON.parse(two), null, 2);
  assert.equal(
    pretty.split("\n")[parse(pretty).placeOf("b2").line ?? 0]?.trim(),
    '"id": "b2",',
  );
  assert.deepEqual(parse(two).placeOf("zz"), { file: FILE });
});
