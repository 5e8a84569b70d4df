import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { AludelError } from "../../../src/errors.ts";
import { parseManifest } from "../../../src/manifest/parse_manifest.ts";

const schema = JSON.parse(
  Deno.readTextFileSync(new URL("../../../schemas/manifest.schema.json", import.meta.url)),
);
const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }).compile(
  schema,
);

const HASH = `sha256:${"a".repeat(64)}`;
const VALID = {
  id: "3f9c1a2b4d5e",
  dir: "2026-11-23_3f9c1a2b4d5e_create_events_table",
  parents: [],
  dependsOn: [],
  labels: [],
  message: "",
  created: "2026-11-23T10:15:00Z",
  up: null,
  down: null,
  was: [],
};

function parserAccepts(value: unknown): boolean {
  try {
    parseManifest(JSON.stringify(value), "manifest.json");
    return true;
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return false;
  }
}

/** What our parser and the schema both say of a revision with some parts replaced. */
function verdictOn(parts: Readonly<Record<string, unknown>>): readonly [boolean, boolean] {
  const value = JSON.parse(
    JSON.stringify({ format: 1, revisions: [{ ...VALID, ...parts }, null] }),
  );
  return [parserAccepts(value), validate(value) as boolean];
}

Deno.test("schemas/manifest.schema.json accepts what the parser accepts", () => {
  const accepted: readonly Readonly<Record<string, unknown>>[] = [
    {},
    { id: "a.b_c", dir: "Größe 1" },
    { id: "heads1" },
    { id: "x".repeat(64), dir: "console" },
    { up: HASH, down: "none" },
    { up: HASH, down: HASH, was: [[HASH, "none"], [HASH, HASH]] },
    { parents: ["a", "b"], dependsOn: ["c"], labels: ["core"], message: "a\n\u0000" },
    { dir: "nulx" },
    { dir: "a".repeat(200) },
  ];
  for (const parts of accepted) {
    assert.deepEqual(verdictOn(parts), [true, true], JSON.stringify(parts));
  }
  for (const value of [{ format: 1, revisions: [] }, { revisions: [null], format: 1 }]) {
    assert.deepEqual([parserAccepts(value), validate(value)], [true, true]);
  }
});

Deno.test("schemas/manifest.schema.json refuses what the parser refuses", () => {
  const refused: readonly Readonly<Record<string, unknown>>[] = [
    { id: "HEAD" },
    { id: "bAse" },
    { id: "a." },
    { id: "" },
    { id: "-a" },
    { id: "x".repeat(65) },
    { id: undefined },
    { dir: "" },
    { dir: ".." },
    { dir: "a/b" },
    { dir: "a\\b" },
    { dir: "a." },
    { dir: "a " },
    { dir: "NUL.x" },
    { dir: "lpt9" },
    { dir: "a\tb" },
    { dir: "a".repeat(201) },
    { parents: ["a", "a"] },
    { parents: ["head"] },
    { dependsOn: null },
    { labels: [""] },
    { message: 1 },
    { created: "2026-13-01T00:00:00Z" },
    { created: "2026-11-23T10:15:00" },
    { up: HASH },
    { down: "none" },
    { up: "none", down: "none" },
    { up: HASH.toUpperCase(), down: "none" },
    { was: [[HASH]] },
    { was: [[HASH, "none", HASH]] },
    { was: [["none", HASH]] },
    { extra: 1 },
  ];
  for (const parts of refused) {
    assert.deepEqual(verdictOn(parts), [false, false], JSON.stringify(parts));
  }
  for (
    const value of [{ format: 3, revisions: [] }, { format: 1 }, [], {
      format: 1,
      revisions: [],
      x: 1,
    }]
  ) {
    assert.deepEqual([parserAccepts(value), validate(value)], [false, false]);
  }
});
