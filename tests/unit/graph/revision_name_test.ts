import assert from "node:assert/strict";
import { idFault, labelFault } from "../../../src/graph/revision.ts";

Deno.test("idFault() accepts ids of the rule and says what is wrong with others", () => {
  for (const id of ["0", "ae1027a6acf0", "V1.2_x", "a".repeat(64)]) assert.equal(idFault(id), null);
  for (const id of ["", "_a", ".a", "a.", "a/b", "a-b", "é", "a".repeat(65), "Head", "empty"]) {
    assert.notEqual(idFault(id), null, id);
  }
});

Deno.test("labelFault() allows a slash, and nothing of the ref grammar", () => {
  assert.equal(labelFault("team/events"), null);
  for (const label of ["a@b", "a+1", "a-1", "a:b", "-1", "current", ""]) {
    assert.notEqual(labelFault(label), null, label);
  }
});
