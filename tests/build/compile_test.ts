import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Bundle, bundleProgram } from "../../scripts/compile/bundle_program.ts";
import { compileBundle } from "../../scripts/compile/compile_bundle.ts";
import { PLATFORMS } from "../../scripts/compile/platform.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { BUILD } from "../../src/text/program.ts";
import { aludelCommand, baseEnvironment, run, temporaryFolder } from "../scenarios/cli.ts";

/** What Aludel itself may weigh beside Deno's runtime. Raise it knowingly. */
const LARGEST = 2_500_000;

const STAMP = { text: "1a86035 2026-11-24", time: new Date("2026-11-24T00:00:00Z") };

Deno.test("the bundle needs nothing but itself and Deno", async () => {
  using folder = temporaryFolder();
  const bundle = await bundleProgram(`${folder.path}/app`, STAMP);
  const texts = textsOf(bundle);
  for (const [module, text] of texts) {
    for (
      const [, specifier = ""] of text.matchAll(
        /^(?:import|export)\b(?:[^"'`;]*\bfrom\b)?\s*"([^"]+)"/gm,
      )
    ) {
      assertPresent(bundle, module, specifier);
    }
    for (const [, specifier = ""] of text.matchAll(/\bimport\(\(0, "([^"]+)"\)\)/g)) {
      assertPresent(bundle, module, specifier);
    }
    // Deno would read what these name before the first module runs.
    assert.ok(!/\bimport\("\./.test(text), `${module} has an import that Deno follows at once`);
    for (const [, path = ""] of text.matchAll(/new URL\("([^"]+\.js)", import\.meta\.url\)/g)) {
      assert.ok(bundle.workers.includes(resolve(module, path)), `${module} names ${path}`);
    }
    assert.ok(!text.includes("sourceMappingURL"), module);
    // Only the client of servers speaks to the network.
    const isClient = text.includes("the server does not answer: ");
    assert.ok(
      isClient || !/\bfetch\(|\bWebSocket\b|Deno\.(connect|listen)/.test(text),
      `${module}: network`,
    );
  }
  for (const command of Object.keys(COMMANDS)) {
    assert.ok(texts.values().some((text) => text.includes(`name: "${command}"`)), command);
  }
  assert.ok(bundle.workers.includes("src/cli/terminal/sentinel.js"));
  assert.deepEqual(bundle.modules.filter((name) => /test|\.map$|\.ts$/.test(name)), []);
  const size = texts.values().reduce((sum, text) => sum + text.length, 0);
  assert.ok(size < LARGEST, `${size} bytes of modules`);
});

Deno.test("every module of the bundle is embedded, the same bytes each time", {
  // Any Linux executable serves as the runtime, as the finished program is not run.
  ignore: Deno.build.os !== "linux",
}, async () => {
  using folder = temporaryFolder();
  const platform = PLATFORMS.find(({ target }) => target === Deno.build.target)!;
  const build = async (name: string) => {
    const bundle = await bundleProgram(`${folder.path}/${name}`, STAMP);
    const output = `${folder.path}/${name}.bin`;
    assert.deepEqual(await compileBundle(bundle, platform, output, "/bin/true"), { ok: true });
    return { bundle, program: await readFile(output) };
  };
  const { bundle, program } = await build("first");
  // The library's entry is for the npm package.
  const modules = bundle.modules.filter((name) => name !== bundle.library);
  for (const module of modules) {
    assert.ok(program.includes(await readFile(`${bundle.folder}/${module}`)), module);
  }
  const files = [...program.toString("latin1").matchAll(/"n":"([^"]+)","o":/g)].map(([, n]) => n);
  assert.deepEqual(files.sort(), modules.map((name) => name.replace(/.*\//, "")).sort());
  assert.ok(!program.includes(folder.path), "the build's folder is in the program");
  assert.ok(program.equals((await build("second")).program), "two builds differ");
});

Deno.test("where the runtime for compiled programs is missing, one sentence says so", async () => {
  using folder = temporaryFolder();
  const outcome = await run(Deno.execPath(), [
    "run",
    "-A",
    fileURLToPath(new URL("../../scripts/compile.ts", import.meta.url)),
    "linux-x64",
    "--out",
    folder.path,
  ], {
    // A proxy that nobody listens on, and a cache of its own: the download fails wherever this runs.
    env: { DENO_DIR: cacheWithoutRuntimes(folder.path), HTTPS_PROXY: "http://127.0.0.1:9" },
  });
  assert.equal(outcome.code, 1);
  assert.match(
    outcome.stderr,
    /^Deno's runtime for compiled programs on linux-x64 is not here .*: name one in DENORT_BIN\.\n$/,
  );
});

Deno.test("the bundle runs as the source does: stamped, with its workers, in every command", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  // Workers are started by their URL, which has escapes where such a path has none.
  const { modules, entry } = await bundleProgram(`${path}/my bündle`, STAMP);
  folder.write(
    "aludel",
    `#!/bin/sh\nexec '${Deno.execPath()}' run -A '${path}/my bündle/main.js' "$@"\n`,
  );
  Deno.chmodSync(`${path}/aludel`, 0o755);
  const bundled = (...args: string[]) => run(`${path}/aludel`, args, { cwd: path });

  assert.match((await bundled("--version")).stdout, /^aludel \S+ \(build 1a86035 2026-11-24, /);
  assert.equal(BUILD, "source");
  // The modules that commands load when they are needed.
  const lazy = modules.filter((name) => !name.startsWith("src/") && name !== entry);
  folder.write("my bündle/load.js", lazy.map((name) => `await import("./${name}");\n`).join(""));
  const loaded = await run(Deno.execPath(), ["run", "-A", `${path}/my bündle/load.js`], {});
  assert.equal(loaded.code, 0, loaded.stderr);

  // A database of this size has its run watched by a worker from the start.
  assert.equal((await bundled("init")).code, 0);
  await run("sqlite3", [`${path}/app.db`, "CREATE TABLE big AS SELECT zeroblob(9000000) AS b"], {});
  await bundled("revision", "-m", "add a table", "--rev-id", "b1");
  const dir = [...Deno.readDirSync(`${path}/migrations`)].find((entry) => entry.isDirectory)!.name;
  folder.write(`migrations/${dir}/up.sql`, "CREATE TABLE small (a);\n");
  const upgraded = await bundled("upgrade", "head");
  assert.equal(upgraded.code, 0, upgraded.stderr);
  assert.match(upgraded.stderr, /^upgrade {4}b1 {2}add a table/);

  // The scenario suite drives any executable.
  const suite = await run(Deno.execPath(), [
    "test",
    "-A",
    "--no-check",
    "--quiet",
    fileURLToPath(new URL("../scenarios/init_test.ts", import.meta.url)),
  ], { env: { ...baseEnvironment(), ALUDEL: `${path}/aludel`, NO_COLOR: "1" } });
  assert.equal(suite.code, 0, suite.stdout);
});

Deno.test("the scenarios run this source unless $ALUDEL names a program", () => {
  const named = Deno.env.get("ALUDEL");
  assert.equal(aludelCommand()[0], named || Deno.execPath());
});

function textsOf({ folder, modules }: Bundle): Map<string, string> {
  return new Map(modules.map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]));
}

function assertPresent(bundle: Bundle, module: string, specifier: string): void {
  if (specifier.startsWith("node:")) return;
  assert.ok(
    bundle.modules.includes(resolve(module, specifier)),
    `${module} imports ${specifier}, which the bundle does not have`,
  );
}

function resolve(module: string, specifier: string): string {
  return new URL(specifier, `file:///${module}`).pathname.slice(1);
}

/** A cache with what is here, the bundler too, but without runtimes. */
function cacheWithoutRuntimes(folder: string): string {
  const cache = JSON.parse(
    new TextDecoder().decode(
      new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync().stdout,
    ),
  ) as { readonly denoDir: string };
  const made = `${folder}/cache`;
  Deno.mkdirSync(made);
  for (const entry of Deno.readDirSync(cache.denoDir)) {
    if (entry.name !== "dl") {
      Deno.symlinkSync(`${cache.denoDir}/${entry.name}`, `${made}/${entry.name}`);
    }
  }
  Deno.mkdirSync(`${made}/dl`);
  for (const { name } of Deno.readDirSync(`${cache.denoDir}/dl`)) {
    if (name.startsWith("esbuild")) {
      Deno.symlinkSync(`${cache.denoDir}/dl/${name}`, `${made}/dl/${name}`);
    }
  }
  return made;
}
