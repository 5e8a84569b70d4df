import { fileURLToPath } from "node:url";

/** The program as modules of JavaScript in a folder, ready to run or to be compiled. */
export interface Bundle {
  readonly folder: string;
  /** What starts the program. */
  readonly entry: string;
  /** What an application imports. */
  readonly library: string;
  /** Modules that are started by their address, as workers: no import leads to them. */
  readonly workers: readonly string[];
  /** Every module, as a path inside the folder. */
  readonly modules: readonly string[];
}

/** What is stamped into a build. */
export interface BuildStamp {
  /** Names the build, such as `1a86035 2026-11-24`. */
  readonly text: string;
  /** The time that the modules get, so that the same source gives the same bytes. */
  readonly time: Date;
}

const ROOT = new URL("../../", import.meta.url);
const ENTRY = "main.js";
const LIBRARY = "src/mod.ts";

/** What the bundle will run on. */
export type BundleRuntime = "deno" | "node";

/**
 * Bundles the program. Modules that a command loads when it needs them stay modules of their own; without that,
 * every command would load all of them.
 *
 * @param folder An absolute path of a folder that does not exist or is empty.
 * @throws {Error} With the bundler's words.
 */
export async function bundleProgram(
  folder: string,
  stamp: BuildStamp,
  runtime: BundleRuntime = "deno",
): Promise<Bundle> {
  const workers = findWorkers();
  const settings = runtime === "node" ? writeNodeSettings() : undefined;
  try {
    await deno([
      "bundle",
      "--quiet",
      "--platform=deno",
      "--code-splitting",
      ...(settings === undefined ? [] : [`--config=${settings}/deno.json`]),
      `--outdir=${folder}`,
      "main.ts",
      LIBRARY,
      ...workers.values(),
    ]);
  } finally {
    if (settings !== undefined) Deno.removeSync(settings, { recursive: true });
  }
  const modules = [...walk(folder)].sort();
  let stamped = 0;
  for (const module of modules) {
    const path = `${folder}/${module}`;
    const text = Deno.readTextFileSync(path)
      // Where the bundler found a package on this machine is nobody's business, and not reproducible.
      .replace(/^\/\/ \.\.\/.*\n/gm, "")
      // Not for Node, which reads nothing early: another bundler shall find what the npm package imports.
      .replace(LATE_IMPORT, runtime === "deno" ? "import((0, $1))" : "$&")
      .replace(WORKER_URL, (_, name: string) => {
        const built = workers.get(name)!.replace(/\.ts$/, ".js");
        return `new URL("${"../".repeat(module.split("/").length - 1)}${built}", import.meta.url)`;
      })
      .replace(/\bBUILD = "source"/, () => {
        stamped++;
        return `BUILD = ${JSON.stringify(stamp.text)}`;
      });
    Deno.writeTextFileSync(path, text);
    Deno.utimeSync(path, stamp.time, stamp.time);
  }
  if (stamped !== 1) throw new Error(`The build was stamped ${stamped} times instead of once`);
  return {
    folder,
    entry: ENTRY,
    library: LIBRARY.replace(/\.ts$/, ".js"),
    workers: [...workers.values()].map((file) => file.replace(/\.ts$/, ".js")),
    modules,
  };
}

/**
 * Settings for the bundler, in a temporary folder, that put Node's host in the place of Deno's. The versions of packages
 * and their sums are the repository's.
 */
function writeNodeSettings(): string {
  const folder = Deno.makeTempDirSync({ prefix: "aludel-build-" });
  const settings = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const module = (name: string) => new URL(`src/host/${name}.ts`, ROOT).href;
  const imports = { ...settings.imports, [module("deno")]: module("node") };
  const { compilerOptions } = settings;
  Deno.writeTextFileSync(
    `${folder}/deno.json`,
    JSON.stringify({ nodeModulesDir: "none", imports, compilerOptions }),
  );
  Deno.copyFileSync(new URL("deno.lock", ROOT), `${folder}/deno.lock`);
  return folder;
}

/**
 * An import of a module that is loaded when it is needed. Deno reads and parses every module that such an import names in so
 * many words before it runs the first one, needed or not: 25 of 71 for `aludel current`.
 */
const LATE_IMPORT = /\bimport\(("\.{1,2}\/[^"]*")\)/g;

/** How a module names the module of a worker or a command. */
const WORKER_URL = /new URL\("\.\/((?:[a-z_]+\/)*[a-z_]+\.ts)", import\.meta\.url\)/g;

/** The modules that the source starts as workers: name → path from the root. */
function findWorkers(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of walk(fileURLToPath(new URL("src", ROOT)))) {
    const text = Deno.readTextFileSync(new URL(`src/${file}`, ROOT));
    for (const [, name = ""] of text.matchAll(WORKER_URL)) {
      const path = `src/${file.replace(/[^/]*$/, "")}${name}`;
      if ((found.get(name) ?? path) !== path) throw new Error(`Two workers are called "${name}"`);
      found.set(name, path);
    }
  }
  return found;
}

/** The files below a folder, as paths inside it. */
export function* walk(folder: string, inside = ""): Generator<string> {
  for (const entry of Deno.readDirSync(`${folder}/${inside}`)) {
    if (entry.isDirectory) yield* walk(folder, `${inside}${entry.name}/`);
    else yield inside + entry.name;
  }
}

/** The commit that is built and its time; marked if files differ from it. */
export async function buildStamp(): Promise<BuildStamp> {
  const commit = await git("show", "--no-patch", "--format=%h %ct", "HEAD");
  if (commit === undefined) return { text: "unknown", time: new Date(0) };
  const [hash = "", seconds = "0"] = commit.split(" ");
  const time = new Date(Number(seconds) * 1000);
  const edited = await git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+";
  return { text: `${hash}${edited} ${time.toISOString().slice(0, 10)}`, time };
}

/** What git prints; undefined if there is no git or no repository. */
async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { code, stdout } = await new Deno.Command("git", { args, cwd: ROOT, stderr: "null" })
      .output();
    return code === 0 ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** Runs Deno in the repository and throws its words if it fails. */
async function deno(args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "null",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
}
