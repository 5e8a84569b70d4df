/** Makes src/report/page_script.ts, the script of the report's page, from src/report/page/. */
import { fileURLToPath } from "node:url";
import { digest } from "../../src/digest.ts";
import { formatGenerated } from "./format.ts";

const ROOT = new URL("../../", import.meta.url);
const ENTRY = "src/report/page/main.ts";
const TARGET = "src/report/page_script.ts";

/**
 * The file: its path from the repository's root → its text. It is bundled anew only if a module of it has changed since, so
 * that another bundler that writes the same script in another way does not matter.
 */
export async function pageScript(): Promise<readonly (readonly [string, string])[]> {
  const mark = `// Made by \`deno task docs\` from ${ENTRY}: ${await sourceHash()}\n`;
  const present = textOf(TARGET);
  if (present?.includes(mark)) return [[TARGET, present]];
  const script = await deno("bundle", "--quiet", "--platform=browser", "--minify", ENTRY);
  const literal = JSON.stringify(script.trim().replaceAll("</script", "<\\/script"));
  const text = `// deno-lint-ignore-file\n// deno-fmt-ignore-file\n${mark}
/** The script of the report's page, for browsers. */
export const PAGE_SCRIPT =
  ${literal};
`;
  return [[TARGET, await formatGenerated(text, "ts")]];
}

/** The hash of the texts of all modules of the script. */
async function sourceHash(): Promise<string> {
  const { modules } = JSON.parse(await deno("info", "--json", ENTRY)) as {
    readonly modules: readonly { readonly specifier: string }[];
  };
  const names = modules.map(({ specifier }) => specifier.replace(ROOT.href, "")).sort();
  return digest(names.map((name) => `${name}\n${textOf(name)}`).join("\n"));
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(path, ROOT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** @throws {Error} With Deno's words. */
async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: fileURLToPath(ROOT),
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}
