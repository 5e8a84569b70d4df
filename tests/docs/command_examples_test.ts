import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { overviewText, usageLine } from "../../src/cli/arguments/help_text.ts";
import { plainStyle } from "../../src/cli/terminal/style.ts";
import type { Outcome } from "../scenarios/cli.ts";
import { runnerOf } from "./block_runner.ts";
import { EXAMPLE_CLAIMS, type ExampleClaim } from "./command_example.ts";
import { documents } from "./documents.ts";
import { ExampleScenes } from "./example_scene.ts";
import { newReader, POSIX } from "./reader.ts";

const commands = await Promise.all(
  Object.values(COMMANDS).map(async ({ load }) => (await load()).command),
);
const examples = commands.flatMap((command) => command.examples.map((example) => example.command));

const scenes = new ExampleScenes();
Deno.test.afterAll(() => scenes.remove());

for (const { name, examples } of commands) {
  Deno.test(`the examples of aludel ${name} do what they say`, POSIX, async () => {
    const reader = await newReader();
    try {
      for (const [index, { command }] of examples.entries()) {
        const claim = EXAMPLE_CLAIMS[command];
        assert.ok(claim !== undefined, `${command}: nothing says what must come of it`);
        const folder = `${reader.folder}/${index}`;
        await scenes.copy(claim.scene, folder);
        await holdTo(claim, command, (line) => reader.type(line, folder));
      }
    } finally {
      await reader.leave();
    }
  });
}

async function holdTo(
  { before, exit = 0, prints, then, thenPrints }: ExampleClaim,
  command: string,
  type: (line: string) => Promise<Outcome>,
): Promise<void> {
  const prepared = before === undefined ? "" : `{ ${before}; } >/dev/null || exit 99\n`;
  const outcome = await type(prepared + command);
  assert.equal(outcome.code, exit, `${command}\n${outcome.stdout}`);
  assertPrints(outcome.stdout, prints);
  if (then === undefined) return;
  const after = await type(then);
  assert.equal(after.code, 0, `${command}, then ${then}\n${after.stdout}`);
  assertPrints(after.stdout, thenPrints);
}

Deno.test("every example is held to something, and what examples are held to is an example", () => {
  assert.deepEqual(Object.keys(EXAMPLE_CLAIMS).filter((typed) => !examples.includes(typed)), []);
  for (const [typed, { exit = 0, prints, thenPrints, then }] of Object.entries(EXAMPLE_CLAIMS)) {
    assert.ok(exit !== 2 && exit !== 70, typed);
    assert.ok(prints !== undefined || thenPrints !== undefined || then !== undefined, typed);
  }
});

Deno.test("docs/commands.md has the usage and the examples of every command", () => {
  const document = documents().find(({ path }) => path === "docs/commands.md")!;
  const linesOf = (runner: string) =>
    document.blocks.filter((block) => runnerOf(document, block) === runner)
      .flatMap(({ lines }) => lines);
  assert.deepEqual(linesOf("usage").sort(), commands.map(usageLine).sort());
  const typed = linesOf("examples").map((line) => line.replace(/ {3,}# .*$/, ""));
  assert.deepEqual(typed.sort(), examples.sort());
});

Deno.test("the examples of the overview are examples of commands", () => {
  const [, shown = ""] = overviewText(plainStyle).split("\nExample\n");
  const lines = shown.split("\n").map((line) => line.trim());
  assert.deepEqual(lines.filter((line) => !examples.includes(line)), []);
  assert.ok(lines.length > 0);
});

function assertPrints(printed: string, forms: RegExp | readonly RegExp[] = []): void {
  for (const form of [forms].flat()) assert.match(printed, form);
}
