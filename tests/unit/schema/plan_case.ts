import { autogenerate, type GeneratedRevision } from "../../../src/project/author/autogenerate.ts";
import { compareWith, type Comparison } from "../../../src/project/author/schema_reader.ts";
import { Scratch } from "../../../src/replay/scratch.ts";
import { loadSchema } from "../../../src/schema/source/load_schema.ts";
import type { Release } from "../../../src/schema/plan/statement.ts";

const FOLDER = new URL("../../golden/plan/", import.meta.url);

/** The releases of SQLite that every case is planned for, with what the files' names say of them. */
export const DIALECTS: readonly { readonly sqlite: Release; readonly suffix: string }[] = [
  { sqlite: [3, 53], suffix: "" },
  { sqlite: [3, 45], suffix: "-3.45" },
  { sqlite: [3, 24], suffix: "-3.24" },
];

/** The names of the cases: folders with before.sql, after.sql and what is expected. */
export function planCaseNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort();
}

/** The file of a case; null where there is none. */
export function readCaseFile(name: string, file: string): string | null {
  try {
    return Deno.readTextFileSync(new URL(`${name}/${file}`, FOLDER));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Where a file of a case is. */
export function caseFile(name: string, file: string): URL {
  return new URL(`${name}/${file}`, FOLDER);
}

/** Compares the two schemas of a case. */
export async function compareCase(
  name: string,
  scratch: Scratch,
): Promise<Comparison & { readonly columnOrder: boolean }> {
  const load = async (file: string) =>
    await loadSchema([{ file, text: readCaseFile(name, file) ?? "" }], scratch.open);
  const settings = {
    exclude: [],
    columnOrder: false,
    ...JSON.parse(readCaseFile(name, "settings.json") ?? "{}"),
  };
  const { schema: from } = await load("before.sql");
  const { schema: to, hints } = await load("after.sql");
  return { ...compareWith(settings, from, to, hints), columnOrder: settings.columnOrder };
}

/** Plans a case and runs it, with rows and without, up and down. */
async function generateCase(name: string, sqlite: Release): Promise<GeneratedRevision> {
  const scratch = new Scratch({ doubleQuotedStrings: false });
  const { columnOrder, ...comparison } = await compareCase(name, scratch);
  return await autogenerate({
    comparison,
    message: name.replaceAll("_", " "),
    down: true,
    sqlite,
    columnOrder,
    scratch,
  });
}

/** The files that a case should have besides its two schemas: those of an older release only if they differ from the newer one's. */
export async function expectedFiles(name: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const newer = { up: "", down: "" };
  for (const { sqlite, suffix } of DIALECTS) {
    const { texts } = await generateCase(name, sqlite);
    for (const side of ["up", "down"] as const) {
      if (texts[side] === newer[side]) continue;
      newer[side] = texts[side];
      files.set(`${side}${suffix}.sql`, texts[side]);
    }
  }
  return files;
}
