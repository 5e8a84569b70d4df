import assert from "node:assert/strict";
import fc from "fast-check";
import { normaliseArguments } from "../../../src/cli/arguments/command_line.ts";

/** `-m`/`--message` and `-r`/`--rev-range` take values, `-v`/`--verbose` and `-i` do not. */
function takesValue(flag: string): boolean | undefined {
  return ({
    "-m": true,
    "--message": true,
    "-r": true,
    "--rev-range": true,
    "--head": true,
    "-v": false,
    "--verbose": false,
    "-i": false,
    "--json": false,
  } as Record<string, boolean>)[flag];
}

function normal(...args: string[]): readonly string[] {
  return normaliseArguments(args, takesValue).args;
}

Deno.test("normaliseArguments() splits a value from its letter", () => {
  assert.deepEqual(normal("-mcreate events"), ["-m=create events"]);
  assert.deepEqual(normal("-m=create"), ["-m=create"]);
  assert.deepEqual(normal("-r-3:current"), ["-r=-3:current"]);
  assert.deepEqual(normal("-rae10:"), ["-r=ae10:"]);
});

Deno.test("normaliseArguments() keeps a value that stands apart, also when it begins with a minus and a digit", () => {
  assert.deepEqual(normal("-r", "-3:current"), ["-r", "-3:current"]);
  assert.deepEqual(normal("-m", "create events"), ["-m", "create events"]);
  assert.deepEqual(normal("--message", "- a list"), ["--message", "- a list"]);
});

Deno.test("normaliseArguments() opens a bundle of letters, the last of which may have a value", () => {
  assert.deepEqual(normal("-vi"), ["-v", "-i"]);
  assert.deepEqual(normal("-vir-3:"), ["-v", "-i", "-r=-3:"]);
  assert.deepEqual(normal("-vm", "text"), ["-v", "-m", "text"]);
});

Deno.test("normaliseArguments() gives an empty value and one of several lines as an argument of its own", () => {
  assert.deepEqual(normal("--message="), ["--message", ""]);
  assert.deepEqual(normal("--message=one\ntwo"), ["--message", "one\ntwo"]);
  assert.deepEqual(normal("-mone\ntwo"), ["-m", "one\ntwo"]);
});

Deno.test("normaliseArguments() leaves relative refs and unknown flags alone", () => {
  assert.deepEqual(normal("-1"), ["-1"]);
  assert.deepEqual(normal("+1"), ["+1"]);
  assert.deepEqual(normal("-x3", "--unknown=4"), ["-x3", "--unknown=4"]);
});

Deno.test("normaliseArguments() does not take a flag for a forgotten value", () => {
  assert.deepEqual(normaliseArguments(["-m", "--json"], takesValue), {
    args: ["-m", "--json"],
    help: false,
    json: true,
  });
});

Deno.test("normaliseArguments() sees --help, -h and --json, but not as values or after --", () => {
  const seen = (...args: string[]) => {
    const { help, json } = normaliseArguments(args, takesValue);
    return { help, json };
  };
  assert.deepEqual(seen("--help"), { help: true, json: false });
  assert.deepEqual(seen("-vh"), { help: true, json: false });
  assert.deepEqual(seen("--json", "-h"), { help: true, json: true });
  assert.deepEqual(seen("--", "--help", "--json"), { help: false, json: false });
  assert.deepEqual(seen("--message=--help"), { help: false, json: false });
});

Deno.test("normaliseArguments() changes nothing after --", () => {
  const words = fc.array(fc.string());
  fc.assert(fc.property(words, (rest) => {
    assert.deepEqual(normal("-v", "--", ...rest), ["-v", "--", ...rest]);
  }));
});

Deno.test("normaliseArguments() is stable: what it gives it gives again", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "-m",
      "-mx",
      "-r-3:",
      "-vi",
      "--head=a",
      "-1",
      "+2",
      "head",
      "--verbose",
      "-zq",
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (args) => {
    const once = normal(...args);
    assert.deepEqual(normal(...once), once);
  }));
});
