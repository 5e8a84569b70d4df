/**
 * Writes the generated documents: docs/commands.md, docs/lint.md, docs/settings.md, the JSON Schema of the settings,
 * the types of the JSON answers,
 * and the script of the report's page.
 *
 * `deno task docs` writes them; `deno task ok` compares them with the code.
 */
import { commandDocs } from "./docs/commands.ts";
import { answerTypes } from "./docs/json_types.ts";
import { lintDocs } from "./docs/lint.ts";
import { pageScript } from "./docs/page_script.ts";
import { settingsFiles } from "./docs/settings.ts";

/** The generated files: path from the repository's root → text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["docs/commands.md", await commandDocs()],
    ["docs/lint.md", await lintDocs()],
    ...await settingsFiles(),
    ...await answerTypes(),
    ...await pageScript(),
  ]);
}

if (import.meta.main) {
  for (const [path, text] of await generatedFiles()) {
    await Deno.writeTextFile(new URL(`../${path}`, import.meta.url), text);
  }
}
