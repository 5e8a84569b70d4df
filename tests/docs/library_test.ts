import assert from "node:assert/strict";
import { run } from "../scenarios/cli.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("the library's examples run, in its document and beside its functions", async () => {
  const sources = [...Deno.readDirSync(new URL("src/mod/", ROOT))].map(({ name }) =>
    `src/mod/${name}`
  );
  const files = ["docs/library.md", "src/mod.ts", ...sources];
  const outcome = await run(Deno.execPath(), [
    "test",
    "-A",
    "--doc",
    "--no-check",
    "--quiet",
    ...files,
  ], {
    cwd: ROOT.pathname,
    env: { NO_COLOR: "1" },
  });
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  // Four in the document and four beside the functions, or more.
  assert.ok(Number(/ok \| (\d+) passed/.exec(outcome.stdout)?.[1]) >= 8, outcome.stdout);
});

Deno.test("all that the library gives away is documented", async () => {
  const outcome = await run(Deno.execPath(), ["doc", "--lint", "src/mod.ts"], {
    cwd: ROOT.pathname,
    env: { NO_COLOR: "1" },
  });
  assert.equal(outcome.code, 0, outcome.stderr);
});
