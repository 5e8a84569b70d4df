import assert from "node:assert/strict";
import fc from "fast-check";
import { say, shell, stepText, typedWord } from "../../../src/text/next_step.ts";
import { run } from "../../scenarios/cli.ts";

Deno.test("shell`…` splits its own text at spaces, and never a value", () => {
  assert.deepEqual(shell`aludel show ${"a b"}`, { command: ["aludel", "show", "a b"] });
  assert.deepEqual(shell`aludel diff rev:${"a b"} ${["x", "y z"]}`.command, [
    "aludel",
    "diff",
    "rev:a b",
    "x",
    "y z",
  ]);
  assert.deepEqual(shell`aludel revision -m "create events table"`.command, [
    "aludel",
    "revision",
    "-m",
    "create events table",
  ]);
  assert.deepEqual(shell`aludel show ${"a && b # > c"}`.command, [
    "aludel",
    "show",
    "a && b # > c",
  ]);
  assert.deepEqual(shell`aludel upgrade +${2} # apply ${2} revisions`, {
    command: ["aludel", "upgrade", "+2"],
    why: "apply 2 revisions",
  });
});

Deno.test("shell`…` knows an output file and a command that follows", () => {
  const step = shell`aludel schema heads > ${"my schema.sql"} && git add -- ${"x"} # end the merge`;
  assert.deepEqual(step, {
    command: ["aludel", "schema", "heads"],
    into: "my schema.sql",
    then: { command: ["git", "add", "--", "x"] },
    why: "end the merge",
  });
  assert.equal(
    stepText(step),
    'aludel schema heads > "my schema.sql" && git add -- x   # end the merge',
  );
  assert.equal(stepText(say("Save the file as UTF-8")), "Save the file as UTF-8");
});

Deno.test("a shell reads a typedWord() back as the word", async () => {
  const unit = fc.constantFrom(..."a'\" $`\\*\n;ü-/=~#!", "\x1b", "\r", "\u202e", "\u009b");
  const words = fc.sample(fc.string({ unit }), 200);
  const script = words.map((word) => `printf '%s\\0' ${typedWord(word)}\n`).join("");
  const { stdout } = await run("bash", ["-c", script], {});
  assert.deepEqual(stdout.split("\0").slice(0, -1), words);
  // deno-lint-ignore no-control-regex
  assert.ok(words.every((word) => !/[\x00-\x1f\x7f-\x9f\u202e]/.test(typedWord(word))));
  assert.equal(typedWord("migrations/a-b_c.sql"), "migrations/a-b_c.sql");
  assert.equal(typedWord("my app.db"), '"my app.db"');
  assert.equal(typedWord(""), '""');
});
