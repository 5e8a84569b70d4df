import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { stepJson, stepLine, takesDatabase } from "../../../src/cli/terminal/here.ts";
import { say, shell } from "../../../src/text/next_step.ts";

Deno.test("takesDatabase() knows the commands that have --database", async () => {
  for (const [name, { load }] of Object.entries(COMMANDS)) {
    const { command } = await load();
    const words = name === "revision" ? [name, "--amend"] : name.split(" ");
    assert.equal("database" in command.flags, takesDatabase(words), name);
  }
  assert.equal(takesDatabase(["revision", "-m", "add users"]), false);
});

Deno.test("stepLine() repeats the settings and the database of the command line", () => {
  const here = { config: "conf/my settings.json", database: "other.db" };
  const line = (step: ReturnType<typeof shell>) => stepLine(step, here);
  assert.equal(
    line(shell`aludel upgrade head`),
    'aludel upgrade head -d other.db -c "conf/my settings.json"',
  );
  assert.equal(
    line(shell`aludel restore ${"n 1"} # undo this`),
    'aludel restore "n 1" -d other.db -c "conf/my settings.json"   # undo this',
  );
  assert.equal(line(shell`aludel history -r :${"x"}`).split(" -d ").length, 2);
  assert.equal(line(shell`aludel heads`), 'aludel heads -c "conf/my settings.json"');
  assert.equal(
    line(shell`aludel current`),
    'aludel current -d other.db --config "conf/my settings.json"',
  );
  assert.equal(
    line(shell`aludel stamp r1 && aludel upgrade r2 -d ${"a.db"}`),
    'aludel stamp r1 -d other.db -c "conf/my settings.json" && ' +
      'aludel upgrade r2 -d a.db -c "conf/my settings.json"',
  );
  assert.equal(
    stepLine(shell`aludel diff -- ${"-x.db"} head`, { database: "b.db" }),
    "aludel diff -d b.db -- -x.db head",
  );
});

Deno.test("stepLine() adds nothing to a command that does not take it", () => {
  const here = { config: "a.json", database: "other.db" };
  for (
    const step of [
      shell`git checkout -- migrations`,
      shell`aludel init`,
      shell`aludel --help`,
      shell`aludel upgrade --help`,
    ]
  ) assert.equal(stepLine(step, here), step.command.join(" "));
  assert.equal(
    stepLine(shell`aludel verify --staged`, { database: "a.db" }),
    "aludel verify --staged",
  );
  assert.equal(stepLine(say("Save the file as UTF-8"), here), "Save the file as UTF-8");
  assert.equal(stepLine(shell`aludel status`, { database: " " }), "aludel status");
});

Deno.test("stepJson() is the line to paste, with what it is for, or the advice", () => {
  assert.deepEqual(stepJson(shell`aludel restore ${"a b"} # undo this`, { database: "x.db" }), {
    command: 'aludel restore "a b" -d x.db',
    why: "undo this",
  });
  assert.deepEqual(stepJson(say("Save the file as UTF-8"), {}), { say: "Save the file as UTF-8" });
});
