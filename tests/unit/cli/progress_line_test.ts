import assert from "node:assert/strict";
import { progressLine } from "../../../src/cli/terminal/watch_board.ts";
import { displayWidth } from "../../../src/text/layout.ts";

Deno.test("progressLine() begins with the time and fits the terminal, and 80 columns", () => {
  assert.equal(progressLine(1_900, "1/3 upgrade a1  add", 200), "1 s  1/3 upgrade a1  add");
  assert.equal(progressLine(125_000, "1/3 upgrade a1", 80), "2 min 5 s  1/3 upgrade a1");
  for (const columns of [20, 40, 80, 200]) {
    const line = progressLine(4_000, `1/3 upgrade a1  ${"数える".repeat(40)}`, columns);
    assert.ok(displayWidth(line) < Math.min(columns, 80), line);
    assert.ok(line.startsWith("4 s  1/3 upgrad"));
  }
});
