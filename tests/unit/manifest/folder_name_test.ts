import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import {
  DEFAULT_FOLDER_TEMPLATE,
  folderName,
  folderTemplateProblem,
} from "../../../src/manifest/folder_name.ts";

const facts = { id: "3f9c1a2b4d5e", message: "create events", created: "2026-11-03T09:05:07Z" };

Deno.test("folderName() fills every token", () => {
  assert.equal(folderName(DEFAULT_FOLDER_TEMPLATE, facts), "2026-11-03_3f9c1a2b4d5e_create_events");
  assert.equal(
    folderName("{year}{month}{day}-{time}-{hour}.{minute}.{second} {id}", facts),
    "20261103-090507-09.05.07 3f9c1a2b4d5e",
  );
  assert.equal(
    folderName("{epoch}_{id}", facts),
    `${Date.parse(facts.created) / 1000}_${facts.id}`,
  );
});

Deno.test("folderTemplateProblem() explains what is wrong", () => {
  assert.equal(folderTemplateProblem("{id}"), undefined);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["{date}_{slug}", /does not contain "\{id\}"/],
    ["{dat}_{id}", /unknown token "\{dat\}": "\{date\}" is near/],
    ["{xyzzyx}_{id}", /the tokens are \{id\} \{slug\}/],
    ["{toString}_{id}", /unknown token/],
    ["{id}_{}", /unknown token "\{\}"/],
    ["{id", /without its partner|does not contain/],
    ["{id}}", /without its partner/],
    ["{date}/{id}", /path/],
    ["{id}.", /ends with/],
    [".{id}", /begins with/],
  ];
  for (const [template, problem] of cases) {
    assert.match(folderTemplateProblem(template) ?? "", problem, template);
  }
});

Deno.test("folderName() refuses a result that is no folder's name everywhere", () => {
  assert.throws(
    () => folderName("{id}", { ...facts, id: "con" }),
    (error) => error instanceof AludelError && error.code === "folder-template",
  );
});
