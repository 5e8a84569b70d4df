import { fileURLToPath } from "node:url";
import ts from "typescript";
import { RELEASE } from "../../src/text/program.ts";
import { type BuildStamp, type Bundle, bundleProgram } from "../compile/bundle_program.ts";
import { bundledLicenses } from "../compile/licenses.ts";

const ROOT = new URL("../../", import.meta.url);

/** What the package says of itself: https://docs.npmjs.com/cli/configuring-npm/package-json */
export function packageJson({ library }: Bundle): Readonly<Record<string, unknown>> {
  return {
    name: "aludel",
    version: RELEASE,
    description: "Schema migrations for SQLite: reviewed SQL, proven ways back, nothing lost",
    keywords: ["sqlite", "migrations", "schema", "database", "cli"],
    license: "MIT",
    type: "module",
    bin: { aludel: "bin/aludel.cjs" },
    exports: {
      ".": {
        types: "./types/mod.d.ts",
        // What reads modules itself, bundlers among them, gets them; Node gets what asks for its version first.
        deno: `./${library}`,
        bun: `./${library}`,
        module: `./${library}`,
        import: "./src/library.mjs",
        require: "./src/library.cjs",
        default: `./${library}`,
      },
      "./json": { types: "./schemas/json/answers.d.ts" },
      "./package.json": "./package.json",
    },
    engines: { node: ">=24.10" },
    files: ["bin", "src", "types", "docs", "schemas", "*.js", "*.md", "LICENSES.txt"],
    publishConfig: { access: "public", provenance: true },
  };
}

/**
 * Makes the npm package in a folder: the bundle for Node, the command, the library's types and the documents.
 *
 * @param folder An absolute path of a folder that does not exist or is empty.
 * @throws {Error} With the bundler's or the compiler's words.
 */
export async function makePackage(folder: string, stamp: BuildStamp): Promise<Bundle> {
  const bundle = await bundleProgram(folder, stamp, "node");
  writeTypes(`${folder}/types`);
  Deno.mkdirSync(`${folder}/bin`);
  for (const file of ["bin/aludel.cjs", "bin/requirement.cjs", "src/library.cjs"]) {
    const source = new URL(file.replace(/^.*\//, ""), import.meta.url);
    Deno.copyFileSync(source, `${folder}/${file}`);
  }
  Deno.chmodSync(`${folder}/bin/aludel.cjs`, 0o755);
  Deno.writeTextFileSync(`${folder}/src/library.mjs`, await libraryModule());
  Deno.mkdirSync(`${folder}/docs`);
  for (const name of ["LICENSE", "CHANGELOG.md"]) {
    Deno.copyFileSync(new URL(name, ROOT), `${folder}/${name}`);
  }
  Deno.writeTextFileSync(`${folder}/LICENSES.txt`, bundledLicenses());
  for (const part of ["schemas", "schemas/json"]) {
    Deno.mkdirSync(`${folder}/${part}`);
    for (const { name, isFile } of Deno.readDirSync(new URL(part, ROOT))) {
      if (isFile) Deno.copyFileSync(new URL(`${part}/${name}`, ROOT), `${folder}/${part}/${name}`);
    }
  }
  Deno.writeTextFileSync(
    `${folder}/package.json`,
    JSON.stringify(packageJson(bundle), null, 2) + "\n",
  );
  const names = documents();
  const isPackaged = (path: string) => names.includes(path) || exists(`${folder}/${path}`);
  for (const name of names) {
    const text = withoutPictures(Deno.readTextFileSync(new URL(name, ROOT)));
    Deno.writeTextFileSync(`${folder}/${name}`, withoutLinksElsewhere(text, name, isPackaged));
  }
  return bundle;
}

/**
 * What Node gets for `import … from "aludel"`. It has no `await` at its top, so that modules that import it can still be
 * required.
 */
async function libraryModule(): Promise<string> {
  const names = Object.keys(await import("../../src/mod.ts")).sort();
  return `import { createRequire } from "node:module";

export const { ${names.join(", ")} } = createRequire(import.meta.url)("./library.cjs");
`;
}

/** README.md and the documents for users. */
function documents(): string[] {
  const docs = [...Deno.readDirSync(new URL("docs", ROOT))]
    .filter(({ name }) => name.endsWith(".md")).map(({ name }) => `docs/${name}`);
  return ["README.md", ...docs.sort()];
}

/** Pictures are larger than the program. */
function withoutPictures(markdown: string): string {
  return markdown.replace(/^!\[[^\]]*\]\([^)]*\)\n\n?/gm, "");
}

/** A link to a file of the repository that is not in the package keeps its text alone. */
function withoutLinksElsewhere(
  markdown: string,
  document: string,
  isPackaged: (path: string) => boolean,
): string {
  return markdown.replace(/\[([^\]]*)\]\(([^)#:]+)(#[^)]*)?\)/g, (link, text, path) => {
    const target = new URL(path, `file:///${document}`).pathname.slice(1);
    return isPackaged(target) ? link : text;
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Writes the declarations that the library's own lead to. */
function writeTypes(folder: string): void {
  const source = fileURLToPath(new URL("src", ROOT));
  const entry = `${source}/mod.ts`;
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: source,
    outDir: folder,
  });
  const declared = new Map<string, string>();
  program.emit(undefined, (path, text) => declared.set(path, text));
  const wanted = [`${folder}/mod.d.ts`];
  for (const path of wanted) {
    const text = declared.get(path);
    if (text === undefined) throw new Error(`No declarations were made for ${path}`);
    const imported = text.matchAll(/(?:from |import\()"(\.[^"]+)\.ts"/g);
    for (const [, specifier] of imported) {
      const module = fileURLToPath(new URL(`${specifier}.d.ts`, `file://${path}`));
      if (!wanted.includes(module)) wanted.push(module);
    }
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    // An application's own settings may be those of an older year.
    const lib = /\b(?:Async)?Disposable\b/.test(text)
      ? '/// <reference lib="esnext.disposable" />\n'
      : "";
    Deno.writeTextFileSync(
      path,
      lib + text.replace(/((?:from |import\()"\.[^"]+)\.ts"/g, '$1.js"'),
    );
  }
}
