import { SETTING_TABLE } from "../../../src/project/workspace/setting_table.ts";
import { COMPARISON_MEMORY } from "../../../src/runner/loss/old_state.ts";
import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { defaultSettings, parseSettings } from "../../../src/project/workspace/settings.ts";

function parse(text: string) {
  return parseSettings(text, "aludel.json", "/project");
}

function refusal(text: string): AludelError {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error;
  }
  assert.fail(`accepted: ${text}`);
}

Deno.test("parseSettings() fills in the defaults", () => {
  assert.deepEqual(parse("{}"), {
    migrations: "migrations",
    database: undefined,
    databases: {},
    fleets: {},
    schema: undefined,
    sqlite: undefined,
    exclude: [],
    extensions: [],
    functions: [],
    columnOrder: false,
    comparisonMemory: 256,
    online: undefined,
    folderTemplate: "{date}_{id}_{slug}",
    drafts: "allow",
    doubleQuotedStrings: false,
    dotenv: true,
    lockTimeout: 60,
    restorePoints: "hazard",
    restorePointsKept: 10,
    restoreRowsFrom: 64,
    restoreRowsShare: 1,
    root: "/project",
    file: "aludel.json",
  });
  assert.deepEqual(defaultSettings("/project"), { ...parse("{}"), file: undefined });
});

Deno.test("parseSettings() takes what is given", () => {
  const given = {
    migrations: "db/revisions",
    database: "dev",
    databases: { dev: "a.db", live: { url: "b.db", drafts: "refuse", doubleQuotedStrings: true } },
    folderTemplate: "{id}",
    drafts: "refuse",
    doubleQuotedStrings: true,
    dotenv: false,
    lockTimeout: 0.5,
  };
  const settings = parse("\ufeff" + JSON.stringify({ $schema: "x", ...given }));
  for (const [key, value] of Object.entries(given)) {
    assert.deepEqual(structuredClone(settings[key as keyof typeof settings]), value, key);
  }
});

Deno.test("parseSettings() takes an extension for a path or a name that the loader finds", () => {
  const given = ["mod_spatialite", "vec0.so", "./lib/vec0", "/opt/vec0.so", "lib\\vec0.DLL"];
  assert.deepEqual(parse(JSON.stringify({ extensions: given })).extensions, [
    "mod_spatialite",
    "/project/vec0.so",
    "/project/lib/vec0",
    "/opt/vec0.so",
    "/project/lib\\vec0.DLL",
  ]);
});

Deno.test("parseSettings() reports everything at once, where it stands", () => {
  const error = refusal(`{
  "migration": "x",
  "drafts": "maybe",
  "drafts": "refuse",
  "databases": { "a b": "x.db", "live": { "urll": "x", "drafts": 1 } },
  "lockTimeout": -1,
  "dotenv": null,
  "folderTemplate": "{slug}"
}`);
  assert.equal(error.code, "settings-unknown-key");
  assert.equal(error.message, 'There is no setting "migration"; did you mean "migrations"?');
  assert.deepEqual([error.place?.line, error.place?.column], [2, 3]);
  assert.deepEqual(error.notes, [
    'aludel.json:3:13: The setting "drafts" is "maybe", not "allow" or "refuse"',
    'aludel.json:4:3: Duplicate key "drafts"',
    'aludel.json:5:25: The setting "databases.a b" has a name that is not letters, digits, _ and - only',
    'aludel.json:5:41: The setting "databases.live" has no "url"',
    'aludel.json:5:43: There is no setting "databases.live.urll"; did you mean "url"?',
    'aludel.json:5:66: The setting "databases.live.drafts" is not a text',
    'aludel.json:6:18: The setting "lockTimeout" is not a number from 0 to 86400',
    'aludel.json:7:13: The setting "dotenv" is neither true nor false',
    'aludel.json:8:21: The setting "folderTemplate" does not contain "{id}", so two folders could get one name',
  ]);
});

Deno.test("parseSettings() refuses what is not a JSON object", () => {
  assert.equal(refusal("").code, "settings-syntax");
  assert.equal(refusal("{,}").code, "settings-syntax");
  assert.equal(refusal("// no comments\n{}").code, "settings-syntax");
  for (const text of ["[]", "null", "1", '"x"']) assert.equal(refusal(text).code, "settings-value");
  assert.equal(refusal('{"drafts":"allow","drafts":"allow"}').code, "settings-duplicate-key");
  assert.equal(refusal('{"__proto__":{"drafts":"allow"}}').code, "settings-unknown-key");
  assert.equal(refusal('{"toString":1}').code, "settings-unknown-key");
  assert.equal(refusal('{"databases":{"__proto__":1}}').code, "settings-value");
});

Deno.test("parseSettings() lists the first problems, counts the rest, and quotes beginnings only", () => {
  const keys = Array.from({ length: 30 }, (_, n) => `"k${n}": 1`);
  assert.throws(
    () => parseSettings(`{${keys.join(", ")}}`, "aludel.json", "/p"),
    (error: AludelError) => {
      assert.equal(error.notes.length, 21);
      assert.equal(error.notes.at(-1), "and 9 more");
      return true;
    },
  );
  assert.throws(
    () => parseSettings(`{"${"k".repeat(10_000)}": 1}`, "aludel.json", "/p"),
    (error: AludelError) => error.message.length === 500 && error.message.endsWith("…"),
  );
});

Deno.test("the settings and the runner agree on the memory for comparing", () => {
  assert.equal(SETTING_TABLE.comparisonMemory.fallback, COMPARISON_MEMORY);
});
