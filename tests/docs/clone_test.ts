import assert from "node:assert/strict";
import { BY_SIZE, ON_SITE, ONCE } from "../../scripts/bench/contests.ts";
import { readOptions } from "../../scripts/bench/options.ts";
import { RELEASE } from "../../src/text/program.ts";
import { run } from "../scenarios/cli.ts";
import { runnerOf } from "./block_runner.ts";
import { documents, ROOT } from "./documents.ts";
import { newReader, POSIX } from "./reader.ts";
import { type SessionCommand, stepsOf } from "./session_step.ts";

/** What is typed in a clone and not run here, with the reason. */
const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ["deno task test", "it would run this test within itself"],
  ["deno task bench", "it takes from minutes to an hour: its options are read"],
]);

/** What the commands below need of the repository. */
const CLONED = [
  "aludel.json",
  "deno.json",
  "deno.lock",
  "main.ts",
  "migrations",
  "schemas",
  "scripts",
  "src",
];

Deno.test("what the documents say to type in a clone works there", POSIX, async () => {
  const reader = await newReader();
  try {
    const cloned = CLONED.map((name) => decodeURIComponent(new URL(name, ROOT).pathname));
    const copied = await run("cp", ["-R", ...cloned, reader.folder], {});
    assert.equal(copied.code, 0, copied.stderr);
    const left = new Set(NOT_RUN.keys());
    for (const { place, command } of typedInClone()) {
      const reason = [...NOT_RUN.keys()].find((start) => command.startsWith(start));
      if (reason !== undefined) left.delete(reason);
      else {
        const { code, stdout } = await reader.type(command, reader.folder);
        assert.equal(code, 0, `${place}: ${command}\n${stdout}`);
      }
    }
    assert.deepEqual([...left], [], "not run, and in no document");
    const { stdout } = await reader.type(`"$HOME/.deno/bin/aludel" --version`, reader.folder);
    assert.ok(stdout.startsWith(`aludel ${RELEASE} (SQLite `), stdout);
  } finally {
    await reader.leave();
  }
});

Deno.test("the bench has the options that docs/bench.md gives it", () => {
  const names = [ON_SITE, BY_SIZE, ONCE].flatMap((contests) => Object.keys(contests));
  const lines = [...typedInClone()].filter(({ command }) => command.startsWith("deno task bench"));
  assert.ok(lines.length > 0);
  for (const { command } of lines) {
    const words = command.replace(/\s#.*/, "").split(/\s+/).slice(3).filter((word) => word !== "");
    // On a mistake it exits, which the test runner makes a failure.
    const options = readOptions(words, names);
    assert.ok(options.only.length > 0 && options.sizes.length > 0, command);
  }
});

Deno.test("every document names the Deno that .ci/run uses", () => {
  const [, used] = /deno@(\d[\d.]*\d)/.exec(Deno.readTextFileSync(new URL(".ci/run", ROOT))) ?? [];
  const named = documents().flatMap(({ path, text }) =>
    Array.from(text.matchAll(/deno@(\d[\d.]*\d)/g), ([, release]) => `${path}: ${release}`)
  );
  assert.ok(named.length > 0 && used !== undefined);
  assert.deepEqual(named.filter((one) => !one.endsWith(` ${used}`)), []);
});

/** The commands, with this Deno in the place of the one that npx would fetch. */
function* typedInClone(): Generator<{ readonly place: string; readonly command: string }> {
  for (const document of documents()) {
    for (const block of document.blocks) {
      if (runnerOf(document, block) !== "clone") continue;
      for (const { command, line } of stepsOf(block) as SessionCommand[]) {
        const place = `${document.path}:${line}`;
        yield { place, command: command.replace(/^npx --yes deno@\S+/, "deno") };
      }
    }
  }
}
