import assert from "node:assert/strict";
import fc from "fast-check";
import { shellWord } from "../../../src/git/hook.ts";
import { run } from "../../scenarios/cli.ts";

Deno.test("a shell reads a shellWord() back as the word", async () => {
  const words = fc.sample(fc.string({ unit: fc.constantFrom(..."a'\" $`\\*\n;ü-/") }), 200);
  const script = words.map((word) => `printf '%s\\0' ${shellWord(word)}\n`).join("");
  const { stdout } = await run("sh", ["-c", script], {});
  assert.deepEqual(stdout.split("\0").slice(0, -1), words);
  assert.equal(shellWord("migrations/a-b_c.sql"), "migrations/a-b_c.sql");
});
