import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { generatedFiles } from "../../../scripts/docs.ts";
import { AludelError } from "../../../src/errors.ts";
import { parseSettings } from "../../../src/project/workspace/settings.ts";

const ROOT = new URL("../../../", import.meta.url);
const schema = JSON.parse(Deno.readTextFileSync(new URL("schemas/settings.schema.json", ROOT)));
const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);

function parserAccepts(value: unknown): boolean {
  try {
    parseSettings(JSON.stringify(value), "aludel.json", "/");
    return true;
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return false;
  }
}

Deno.test("schemas/settings.schema.json and docs/settings.md are what the table says", async () => {
  for (const [path, text] of await generatedFiles()) {
    assert.equal(Deno.readTextFileSync(new URL(path, ROOT)), text, path);
  }
});

Deno.test("schemas/settings.schema.json agrees with the parser", () => {
  const cases: readonly (readonly [unknown, boolean])[] = [
    [{}, true],
    [{ $schema: "x", migrations: "m", database: "a.db", drafts: "refuse", lockTimeout: 0 }, true],
    [{ databases: { a: "x.db", "b-1": { url: "y.db" }, c: { url: "z", drafts: "allow" } } }, true],
    [{ dotenv: false, doubleQuotedStrings: true, folderTemplate: "{id}" }, true],
    [[], false],
    [{ migrations: "" }, false],
    [{ migrations: 1 }, false],
    [{ unknown: 1 }, false],
    [{ drafts: "no" }, false],
    [{ lockTimeout: "60" }, false],
    [{ lockTimeout: 1e9 }, false],
    [{ dotenv: 1 }, false],
    [{ databases: [] }, false],
    [{ databases: { "a b": "x" } }, false],
    [{ databases: { a: "" } }, false],
    [{ databases: { a: {} } }, false],
    [{ databases: { a: { url: "x", more: 1 } } }, false],
    [{ databases: { a: null } }, false],
  ];
  for (const [value, accepted] of cases) {
    assert.deepEqual(
      [parserAccepts(value), validate(value)],
      [accepted, accepted],
      JSON.stringify(value),
    );
  }
});
