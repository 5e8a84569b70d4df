import assert from "node:assert/strict";
import { caseFile, DIALECTS, expectedFiles, planCaseNames } from "./plan_case.ts";

/** Each case is also executed, up and down, with rows and without: a plan that fails there throws here. */
for (const name of planCaseNames()) {
  Deno.test(`planChanges() gives what is expected of ${name}`, async () => {
    const expected = await expectedFiles(name);
    for (const { suffix } of DIALECTS) {
      for (const file of [`up${suffix}.sql`, `down${suffix}.sql`]) {
        assert.equal(read(name, file), expected.get(file), file);
      }
    }
  });
}

function read(name: string, file: string): string | undefined {
  try {
    return Deno.readTextFileSync(caseFile(name, file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
