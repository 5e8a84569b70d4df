import assert from "node:assert/strict";
import { bareArguments } from "../../../src/cli/arguments/typed_command.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { allFlags } from "../../../src/cli/arguments/flag.ts";
import { parseArguments } from "../../../src/cli/arguments/parse_arguments.ts";

Deno.test("bareArguments() says of every command what the parser says", async () => {
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const { command } = await entry.load();
    const flags = allFlags(command.flags);
    for (const args of [[], ["head"], ["a1", "b2"], ["a1", "b2", "c3", "d4"]]) {
      const bare = bareArguments(command, flags, args);
      const parsed = await parseArguments(command, flags, args).catch(() => undefined);
      if (bare === undefined) continue;
      assert.ok(parsed, `${name} ${args.join(" ")} is refused by the parser`);
      assert.deepEqual(bare.args, parsed.args, name);
      for (const flag of Object.keys(flags)) {
        assert.deepEqual(bare.flags[flag], parsed.flags[flag], `${name}: ${flag}`);
      }
    }
  }
});

Deno.test("bareArguments() leaves flags and wrong numbers of words to the parser", async () => {
  const { command } = await COMMANDS["edit"]!.load();
  const flags = allFlags(command.flags);
  assert.equal(bareArguments(command, flags, []), undefined);
  assert.equal(bareArguments(command, flags, ["a", "b"]), undefined);
  assert.equal(bareArguments(command, flags, ["-v", "a"]), undefined);
  assert.deepEqual(bareArguments(command, flags, ["a"])?.args, ["a"]);
});
