/**
 * Writes the expected plans of tests/golden/plan from its pairs of schemas. Each is executed, with rows and
 * without, before it is written; what is written is to be read in `git diff`.
 *
 * `deno task plans:golden [NAME…]`
 */
import {
  caseFile,
  DIALECTS,
  expectedFiles,
  planCaseNames,
} from "../tests/unit/schema/plan_case.ts";

let failures = 0;
for (const name of Deno.args.length > 0 ? Deno.args : planCaseNames()) {
  try {
    const files = await expectedFiles(name);
    for (const { suffix } of DIALECTS) {
      for (const file of [`up${suffix}.sql`, `down${suffix}.sql`]) {
        write(name, file, files.get(file));
      }
    }
  } catch (error) {
    failures++;
    // deno-lint-ignore no-console -- a script's output
    console.error(`${name}: ${describe(error)}`);
  }
}
Deno.exitCode = failures === 0 ? 0 : 1;

function write(name: string, file: string, text: string | undefined): void {
  const url = caseFile(name, file);
  if (text !== undefined) return Deno.writeTextFileSync(url, text);
  try {
    Deno.removeSync(url);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { notes = [], sqlite = "" } = error as { notes?: readonly string[]; sqlite?: string };
  return [error.message, sqlite, ...notes].join("\n  ");
}
