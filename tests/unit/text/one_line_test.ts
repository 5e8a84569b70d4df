import assert from "node:assert/strict";
import { displayName } from "../../../src/sql/identifier.ts";
import { say, shell, stepText } from "../../../src/text/next_step.ts";
import { firstLine, oneLine } from "../../../src/text/visible.ts";

Deno.test("oneLine() spells out what would begin another line or column, and nothing else", () => {
  assert.equal(oneLine("a\nb\tc\r\nd é \\n"), "a\\nb\\tc\\r\\nd é \\n");
  assert.equal(firstLine("first\tpart\r\nsecond"), "first\\tpart");
  assert.equal(firstLine(""), "");
});

Deno.test("a name, advice and a reason with line breaks are one line each", () => {
  assert.equal(displayName("x\ny"), '"x\\ny"');
  assert.equal(displayName("plain"), "plain");
  assert.equal(stepText(say("Drop x\ny")), "Drop x\\ny");
  const name = "x\nrm file";
  assert.equal(
    stepText(shell`aludel show ${"r"} # see ${name}`),
    "aludel show r   # see x\\nrm file",
  );
});
