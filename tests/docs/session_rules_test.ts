import assert from "node:assert/strict";
import { readBlocks } from "./markdown_block.ts";
import { compareOutput, type NameMap, realCommand } from "./session_output.ts";
import { statedExitCode, stepsOf } from "./session_step.ts";

const FENCE = "```";

Deno.test("readBlocks() finds blocks with their languages, attributes and lines", () => {
  const text =
    `a\n${FENCE}sql file=up.sql\nSELECT 1;\n${FENCE}\n\n- item\n\n  ${FENCE}\n  b\n  ${FENCE}\n`;
  const [first, second] = readBlocks(text);
  assert.equal(first!.language, "sql");
  assert.equal(first!.attributes.get("file"), "up.sql");
  assert.deepEqual([first!.lines, first!.line], [["SELECT 1;"], 3]);
  assert.deepEqual([second!.language, second!.lines, second!.line], ["", ["b"], 9]);
  assert.throws(() => readBlocks(`${FENCE}sh\naludel\n`), /line 1 does not end/);
  assert.throws(() => readBlocks(`${FENCE}sh twice\n${FENCE}\n`), /"twice" above line 2/);
});

Deno.test("readBlocks() lets a longer fence hold a shorter one", () => {
  const blocks = readBlocks(`${FENCE}\`md\n${FENCE}sh\n${FENCE}\n${FENCE}\`\n`);
  assert.deepEqual(blocks.map(({ lines }) => lines), [[`${FENCE}sh`, FENCE]]);
});

Deno.test("a command exits with 0 unless its comment states otherwise", () => {
  assert.equal(statedExitCode("aludel check"), 0);
  assert.equal(statedExitCode("aludel check    # exit 3"), 3);
  assert.equal(statedExitCode("aludel check  # what differs; exit 3 while something does"), 3);
  assert.equal(statedExitCode("aludel check || exit 1"), 0);
  assert.equal(statedExitCode('echo " # exit 3"; aludel check # exit code 1'), 1);
});

Deno.test("stepsOf() reads commands with what they print, and files", () => {
  const [console_, sh, file, text] = readBlocks(
    [
      `${FENCE}console`,
      "$ aludel heads",
      "a",
      "",
      "b",
      "",
      "$ aludel check # exit 3",
      FENCE,
      `${FENCE}sh`,
      "# a comment",
      "aludel heads",
      FENCE,
      `${FENCE}json file=aludel.json`,
      "{}",
      FENCE,
      `${FENCE}text`,
      "a picture",
      FENCE,
    ].join("\n"),
  );
  assert.deepEqual(stepsOf(console_!), [
    { kind: "command", command: "aludel heads", output: ["a", "", "b"], exitCode: 0, line: 2 },
    { kind: "command", command: "aludel check # exit 3", output: [], exitCode: 3, line: 7 },
  ]);
  assert.deepEqual(stepsOf(sh!), [
    { kind: "command", command: "aludel heads", output: undefined, exitCode: 0, line: 11 },
  ]);
  assert.deepEqual(stepsOf(file!), [
    { kind: "file", pattern: "aludel.json", text: "{}\n", line: 14 },
  ]);
  assert.deepEqual(stepsOf(text!), []);
});

Deno.test("compareOutput() takes … for one line or more, and compares all others", () => {
  const differs = (shown: readonly string[], printed: readonly string[]) =>
    compareOutput(shown, printed, new Map()) !== undefined;
  assert.ok(!differs(["a", "…"], ["a", "b", "c"]));
  assert.ok(!differs(["a", "…", "d"], ["a", "b", "c", "d"]));
  assert.ok(!differs(["…"], ["a"]));
  assert.ok(differs(["a", "…"], ["a"]), "nothing further");
  assert.ok(differs(["…"], []), "nothing at all");
  assert.ok(differs(["a", "…", "d"], ["a", "d"]), "nothing in between");
  assert.ok(differs(["a", "…", "d"], ["a", "b", "d", "e"]), "more than is shown");
  assert.ok(differs(["b", "…"], ["a", "b"]), "another first line");
  assert.ok(differs(["a"], ["a", "b"]), "one line more");
  assert.ok(differs(["a", "b"], ["a"]), "one line less");
});

Deno.test("compareOutput() takes names, days and durations by their form, and learns the names", () => {
  const names: NameMap = new Map();
  const shown = [
    "upgrade  0123456789ab  9 ms",
    "migrations/2026-11-24_0123456789ab_x/up.sql",
    "kept  2026-11-24_101500  2026-11-24 10:15:00",
  ];
  const printed = [
    "upgrade  ba9876543210  1.5 ms",
    "migrations/2031-01-02_ba9876543210_x/up.sql",
    "kept  2031-01-02_030405  2031-01-02 03:04:05",
  ];
  assert.equal(compareOutput(shown, printed, names), undefined);
  assert.equal(realCommand("aludel show 0123", names), "aludel show ba98");
  assert.equal(
    realCommand("cat migrations/2026-11-24_0123456789ab_x/up.sql", names),
    "cat migrations/2031-01-02_ba9876543210_x/up.sql",
  );
  assert.equal(
    realCommand("aludel restore 2026-11-24_101500", names),
    "aludel restore 2031-01-02_030405",
  );
  assert.equal(
    compareOutput(["2026-11-24_101700"], ["2031-01-02_030405_2"], names),
    undefined,
  );
  assert.ok(compareOutput(["0123456789ab"], ["000000000000"], names), "another id");
  assert.ok(compareOutput(["1 of 2 rows"], ["2 of 2 rows"], names), "another number");
});
