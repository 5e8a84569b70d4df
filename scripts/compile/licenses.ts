import { fileURLToPath } from "node:url";
import { walk } from "./bundle_program.ts";

const ROOT = new URL("../../", import.meta.url);

/** The licence of each package that a bundle contains, in scripts/licenses. */
const TEXTS: Readonly<Record<string, string>> = {
  "@stricli/core": "stricli-core.txt",
  "jsonc-parser": "jsonc-parser.txt",
  "smol-toml": "smol-toml.txt",
};

/** What is given away with every build: the licence of Aludel, and of each package in the bundle. */
export function bundledLicenses(): string {
  const parts = bundledPackages().map(({ name, specifier }) => {
    const file = TEXTS[name];
    if (file === undefined) throw new Error(`The licence of ${name} is not in scripts/licenses`);
    return section(
      specifier,
      Deno.readTextFileSync(new URL(`../licenses/${file}`, import.meta.url)),
    );
  });
  return [section("Aludel", Deno.readTextFileSync(new URL("LICENSE", ROOT))), ...parts].join("\n");
}

/** A part of such a text. */
export function section(title: string, text: string): string {
  return `${title}\n${"=".repeat(title.length)}\n\n${text.trim()}\n`;
}

/** The packages that the source imports. */
export function bundledPackages(): readonly {
  readonly name: string;
  readonly specifier: string;
}[] {
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const source = [...walk(fileURLToPath(new URL("src", ROOT)))].filter((file) =>
    file.endsWith(".ts")
  )
    .map((file) => Deno.readTextFileSync(new URL(`src/${file}`, ROOT))).join("\n");
  return Object.entries(imports as Record<string, string>)
    .filter(([name]) => new RegExp(`(?:from |import\\()"${name}["/]`).test(source))
    .map(([name, specifier]) => ({ name, specifier: specifier.replace(/^npm:/, "") }));
}
