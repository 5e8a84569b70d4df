import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run, temporaryFolder } from "../scenarios/cli.ts";
import { documents, ROOT } from "./documents.ts";

/** The functions that are given away, each with an example beside it. */
const SOURCES = [
  "src/mod.ts",
  ...[...Deno.readDirSync(new URL("src/mod/", ROOT))].map(({ name }) => `src/mod/${name}`),
];

Deno.test("the library's examples pass the type checker, in the settings of an application", async () => {
  using application = temporaryFolder();
  application.write(
    "deno.json",
    JSON.stringify({
      imports: {
        aludel: new URL("src/mod.ts", ROOT).href,
        "aludel/json": new URL("schemas/json/answers.d.ts", ROOT).href,
      },
      compilerOptions: { noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
    }),
  );
  const written = documents()
    .filter(({ blocks }) => blocks.some(({ language }) => language === "ts"))
    .map(({ path }) => path);
  assert.ok(written.includes("docs/library.md") && written.includes("docs/recipes.md"));
  const config = ["--config", `${application.path}/deno.json`];
  await deno("check", ...config, "--doc-only", ...written, ...SOURCES);
});

Deno.test("the library's examples run, in its document and beside its functions", async () => {
  const files = ["docs/library.md", ...SOURCES];
  const stdout = await deno("test", "-A", "--doc", "--no-check", "--quiet", ...files);
  // Four in the document and four beside the functions, or more.
  assert.ok(Number(/ok \| (\d+) passed/.exec(stdout)?.[1]) >= 8, stdout);
});

Deno.test("all that the library gives away is documented", async () => {
  await deno("doc", "--lint", "src/mod.ts");
});

async function deno(...args: readonly string[]): Promise<string> {
  const options = { cwd: fileURLToPath(ROOT), env: { NO_COLOR: "1" } };
  const { code, stdout, stderr } = await run(Deno.execPath(), args, options);
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}
