import assert from "node:assert/strict";
import { COMMANDS, GROUPS } from "../../../src/cli/commands.ts";
import { commandText, overviewText, wrap } from "../../../src/cli/arguments/help_text.ts";
import { allFlags, longName } from "../../../src/cli/arguments/flag.ts";
import { plainStyle } from "../../../src/cli/terminal/style.ts";

Deno.test("overviewText() names every command in a known group, within 80 columns", () => {
  const lines = overviewText(plainStyle).split("\n");
  for (const [name, { group }] of Object.entries(COMMANDS)) {
    assert.ok(lines.some((line) => line.startsWith(`  ${name} `)), name);
    assert.ok(GROUPS.includes(group));
  }
  assert.deepEqual(lines.filter((line) => line.length > 80), []);
});

for (const [name, entry] of Object.entries(COMMANDS)) {
  Deno.test(`"${name}" is defined under its own name, with help that fits 80 columns and ends with an example`, async () => {
    const { command } = await entry.load();
    assert.equal(command.name, name);
    assert.ok(command.description.length > 0);
    const text = commandText(command, plainStyle);
    const lines = text.split("\n");
    assert.deepEqual(lines.filter((line) => line.length > 80), []);
    const examples = lines.slice(lines.findIndex((line) => /^Examples?$/.test(line)) + 1);
    assert.ok(examples[0]?.startsWith(`  aludel ${name}`), examples[0]);
    for (const flag of Object.keys(command.flags)) assert.ok(text.includes(longName(flag)), flag);
  });

  Deno.test(`"${name}" uses no letter for two flags`, async () => {
    const { command } = await entry.load();
    const letters = Object.values(allFlags(command.flags)).flatMap(({ alias }) => alias ?? []);
    assert.equal(new Set(letters).size, letters.length);
    assert.ok(!letters.includes("h"), "-h is --help");
  });
}

Deno.test("wrap() breaks at spaces and keeps a word that is too long", () => {
  assert.deepEqual(wrap("aa bb cc", 5), ["aa bb", "cc"]);
  assert.deepEqual(wrap("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
  assert.deepEqual(wrap("", 5), []);
});
