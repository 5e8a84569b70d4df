import assert from "node:assert/strict";
import { shell } from "../../../src/text/next_step.ts";
import { AludelError } from "../../../src/errors.ts";
import { defineCommand, type Positional } from "../../../src/cli/arguments/command.ts";
import { allFlags } from "../../../src/cli/arguments/flag.ts";
import { parseArguments } from "../../../src/cli/arguments/parse_arguments.ts";

function commandWith(positional: readonly Positional[]) {
  return defineCommand({
    name: "try",
    description: [],
    flags: {
      message: { kind: "text", alias: "m", value: "MSG", help: "" },
      dependsOn: { kind: "list", value: "REF", help: "" },
      noDown: { kind: "switch", help: "" },
      transaction: { kind: "choice", values: ["all", "each"], help: "" },
      lockTimeout: { kind: "number", value: "SECONDS", help: "" },
      checkHeads: { kind: "switch", alias: "c", help: "" },
    },
    positional,
    examples: [{ command: "aludel try", says: "" }],
    run: () => Promise.resolve(),
  });
}

const REF = { name: "REF", help: "" };

async function parse(args: readonly string[], positional: readonly Positional[] = []) {
  const command = commandWith(positional);
  return await parseArguments(command, allFlags(command.flags), args);
}

async function refusal(args: readonly string[], positional: readonly Positional[] = []) {
  try {
    await parse(args, positional);
  } catch (error) {
    if (error instanceof AludelError) return error;
    throw error;
  }
  throw new Error("The arguments were accepted");
}

Deno.test("parseArguments() gives every kind of flag its value", async () => {
  const { flags } = await parse([
    "-m",
    "text",
    "--depends-on=a",
    "--depends-on",
    "b",
    "--no-down",
    "--transaction",
    "each",
    "--lock-timeout=1.5",
    "-c",
  ]);
  assert.deepEqual(flags, {
    message: "text",
    dependsOn: ["a", "b"],
    noDown: true,
    transaction: "each",
    lockTimeout: 1.5,
    checkHeads: true,
    config: undefined,
    json: false,
    quiet: false,
  });
});

Deno.test("parseArguments() gives a list as empty, and the rest as undefined or false, where a flag is left out", async () => {
  const { flags } = await parse([]);
  assert.deepEqual(flags["dependsOn"], []);
  assert.equal(flags["message"], undefined);
  assert.equal(flags["noDown"], false);
});

Deno.test("parseArguments() takes relative refs as arguments", async () => {
  assert.deepEqual((await parse(["-1"], [REF])).args, ["-1"]);
  assert.deepEqual((await parse(["+1"], [REF])).args, ["+1"]);
  assert.deepEqual((await parse(["--", "-x"], [REF])).args, ["-x"]);
});

Deno.test("parseArguments() takes optional and repeated arguments", async () => {
  const optional = [{ ...REF, optional: true }];
  assert.deepEqual((await parse([], optional)).args, []);
  assert.deepEqual((await parse(["a"], optional)).args, ["a"]);
  const many = [{ ...REF, many: true }];
  assert.deepEqual((await parse(["a", "b", "c"], many)).args, ["a", "b", "c"]);
  assert.deepEqual((await parse([], [{ ...REF, many: true, optional: true }])).args, []);
});

Deno.test("parseArguments() refuses what it does not understand, with the usage line", async () => {
  const cases: readonly (readonly [string[], Positional[], string])[] = [
    [["--mesage", "x"], [], 'Unknown flag "--mesage"'],
    [["-z"], [], 'Unknown flag "-z"'],
    [["--message"], [], 'A value is missing after "--message"'],
    [["-m", "a", "-m", "b"], [], '"--message" is given twice'],
    [["--transaction", "none"], [], '"none" is not a value of "--transaction"'],
    [["--lock-timeout", "soon"], [], '"soon" for "--lock-timeout" is not a number of zero or more'],
    [["--lock-timeout=-1"], [], '"-1" for "--lock-timeout" is not a number of zero or more'],
    [["a", "b"], [REF], 'Unexpected argument "b"'],
    [[], [REF], '"aludel try" needs REF'],
    [[], [{ ...REF, many: true }], '"aludel try" needs REF'],
  ];
  for (const [args, positional, message] of cases) {
    const error = await refusal(args, positional);
    assert.equal(error.code, "usage");
    assert.equal(error.message, message);
    assert.match(error.notes.at(-1) ?? "", /^Usage: aludel try \[OPTIONS\]/);
    assert.deepEqual(error.next, [shell`aludel try --help`]);
  }
});

Deno.test("parseArguments() suggests the flag that was meant", async () => {
  assert.equal((await refusal(["--mesage", "x"])).notes[0], 'Did you mean "--message"?');
  // Nothing is suggested that only happens to be as short.
  assert.match((await refusal(["--nope"])).notes[0] ?? "", /^Usage/);
  assert.equal((await refusal(["--transaction=al"])).notes[0], 'Its values are "all", "each"');
});
