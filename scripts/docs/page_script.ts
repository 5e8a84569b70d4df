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

/** What `deno info` says of a module. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
}

/** The hash of the texts of all modules that are in the script; what is only a type to them is not. */
async function sourceHash(): Promise<string> {
  const { modules } = JSON.parse(await deno("info", "--json", ENTRY)) as {
    readonly modules: readonly ModuleInfo[];
  };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set([new URL(ENTRY, ROOT).href]);
  for (const name of found) {
    for (const { code } of byName.get(name)?.dependencies ?? []) {
      if (code?.specifier !== undefined) found.add(code.specifier);
    }
  }
  const names = [...found].map((name) => name.replace(ROOT.href, "")).sort();
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
