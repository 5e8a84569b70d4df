import assert from "node:assert/strict";
import { ERROR_KINDS } from "../../src/errors.ts";

/** Codes that no test can provoke, and why. Everything else is named by the test that does. */
const UNPROVOKED: Readonly<Record<string, string>> = {
  "adopt-failed":
    "a guard against a mistake of ours: SQLite itself refuses a schema whose text is not what it holds",
  "import-changed": "another process has to write in the moment between reading and writing",
};

const TESTS = new URL("../", import.meta.url);

Deno.test("every error code is met by a test, or it is said why it cannot be", () => {
  const texts = [...testFiles(TESTS)].map((file) => Deno.readTextFileSync(file));
  const unmet = Object.keys(ERROR_KINDS).filter((code) => {
    const word = new RegExp(`[^a-z-]${code}[^a-z-]`);
    return !texts.some((text) => word.test(text));
  });
  assert.deepEqual(unmet, Object.keys(UNPROVOKED));
});

function* testFiles(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* testFiles(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts") && !import.meta.url.endsWith(`/${name}`)) {
      yield new URL(name, folder);
    }
  }
}
