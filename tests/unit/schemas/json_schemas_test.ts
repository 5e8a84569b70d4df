import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { answerSchema, schemaFileOf } from "../../scenarios/json_answer.ts";

const FOLDER = new URL("../../../schemas/json/", import.meta.url);

Deno.test("every command has a schema of its JSON answer, and every schema a command", () => {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".json")).sort();
  const wanted = [...Object.keys(COMMANDS).map(schemaFileOf), "error.json", "parts.json"].sort();
  assert.deepEqual(files, wanted);
});

Deno.test("every schema of an answer is one, and takes no field that it does not know", () => {
  for (const file of [...Object.keys(COMMANDS).map(schemaFileOf), "error.json"]) {
    const fits = answerSchema(file);
    assert.equal(fits({ format: 1, unheardOf: true }), false, file);
  }
  const error = {
    code: "usage",
    message: "A command is missing",
    exitCode: 2,
    place: null,
    revision: null,
    sqlite: null,
    notes: [],
    outcome: null,
    next: [{ command: "aludel --help" }],
  };
  const fits = answerSchema("error.json");
  assert.equal(fits({ format: 1, error }), true);
  for (const wrong of [{ ...error, hint: "" }, { ...error, next: ["aludel --help"] }, {}]) {
    assert.equal(fits({ format: 1, error: wrong }), false);
  }
  assert.equal(fits({ format: 2, error }), false);
});
