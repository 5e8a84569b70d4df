import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { bugText, errorJson, errorText } from "../../../src/cli/render/error_text.ts";
import { plainStyle, rendered, terminalStyle } from "../../../src/cli/terminal/style.ts";
import { shell } from "../../../src/text/next_step.ts";

const FULL = new AludelError("sql-failed", "The statement failed", {
  place: { file: "m/a/up.sql", line: 3, column: 8, frame: "3 | CREATE TABEL x\n  |        ^" },
  revision: "3f9c",
  sqlite: 'near "TABEL": syntax error',
  notes: ["one fact", "another"],
  outcome: "Nothing was applied",
  next: [shell`aludel edit 3f9c`, shell`aludel upgrade head`],
});

Deno.test("errorText() says what, where, why, what became of it and what to type, in this order", () => {
  assert.equal(
    errorText(FULL, plainStyle, {}),
    `error[sql-failed]: The statement failed
  at m/a/up.sql:3:8
    3 | CREATE TABEL x
      |        ^
  SQLite says: near "TABEL": syntax error
  one fact
  another
  Nothing was applied
  next: aludel edit 3f9c
  next: aludel upgrade head`,
  );
});

Deno.test("errorText() is one line where there is one fact", () => {
  assert.equal(
    errorText(new AludelError("usage", "No", { next: [] }), plainStyle, {}),
    "error[usage]: No",
  );
  const placed = new AludelError("usage", "No", { place: { file: "x.json" }, next: [] });
  assert.equal(errorText(placed, plainStyle, {}), "error[usage]: No\n  at x.json");
});

Deno.test("errorJson() holds the same facts", () => {
  assert.deepEqual(errorJson(FULL, 1), {
    code: "sql-failed",
    message: "The statement failed",
    exitCode: 1,
    place: FULL.place,
    revision: "3f9c",
    sqlite: 'near "TABEL": syntax error',
    notes: ["one fact", "another"],
    outcome: "Nothing was applied",
    next: [shell`aludel edit 3f9c`, shell`aludel upgrade head`],
  });
});

Deno.test("bugText() has the stack and the program, and asks to report", () => {
  const text = bugText(new TypeError("x is undefined"), "aludel 9", plainStyle);
  assert.match(text, /^error\[internal\]: Aludel has a bug\n {2}TypeError: x is undefined\n/);
  assert.match(text, /error_text_test\.ts/);
  assert.match(text, /This is aludel 9\. Please report it/);
  assert.match(bugText("just a text", "aludel 9", plainStyle), /just a text/);
});

Deno.test("errorText() on a terminal has the code and the caret in red, the message bold, the gutter dim", () => {
  const lines = rendered(errorText(FULL, terminalStyle, {})).split("\n");
  assert.equal(lines[0], "\x1b[31merror[sql-failed]\x1b[39m: \x1b[1mThe statement failed\x1b[22m");
  assert.equal(lines[2], "    \x1b[2m3 |\x1b[22m CREATE TABEL x");
  assert.equal(lines[3], "    \x1b[2m  |\x1b[22m\x1b[31m        ^\x1b[39m");
  assert.equal(lines.at(-1), "  \x1b[36mnext:\x1b[39m aludel upgrade head");
});
