import assert from "node:assert/strict";
import type { AludelError } from "../../../src/errors.ts";
import { splitCommandLine } from "../../../src/cli/arguments/command_line.ts";

Deno.test("splitCommandLine() finds the command and moves the flags before it, in long form", () => {
  assert.deepEqual(splitCommandLine(["-c", "x.json", "-q", "upgrade", "head"]), {
    command: "upgrade",
    args: ["--config=x.json", "--quiet", "head"],
    help: false,
    release: false,
  });
  assert.deepEqual(splitCommandLine(["--database=a=b", "current", "-c"]).args, [
    "--database=a=b",
    "-c",
  ]);
});

Deno.test("splitCommandLine() sees help and release before the command only", () => {
  assert.equal(splitCommandLine(["--help"]).help, true);
  assert.equal(splitCommandLine(["-V"]).release, true);
  const behind = splitCommandLine(["show", "--help", "--version"]);
  assert.deepEqual([behind.help, behind.release], [false, false]);
});

Deno.test("splitCommandLine() explains Alembic's flags that have no meaning here", () => {
  for (const flag of ["-x", "-n", "--name", "--raiseerr"]) {
    assert.throws(() => splitCommandLine([flag, "upgrade"]), {
      code: "usage",
      message: `Unknown flag "${flag}" before the command`,
    });
  }
});

Deno.test("splitCommandLine() refuses a flag whose value is missing", () => {
  assert.throws(() => splitCommandLine(["--config"]), {
    message: 'A value is missing after "--config"',
  });
});

Deno.test("splitCommandLine() suggests the flag that a mistyped one is near", () => {
  assert.throws(() => splitCommandLine(["--databse", "x.db", "status"]), (error: AludelError) => {
    assert.deepEqual(error.notes, ['Did you mean "--database"?']);
    return true;
  });
});
