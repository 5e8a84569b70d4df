import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { bundledPackages } from "../../scripts/compile/licenses.ts";
import { makePackage } from "../../scripts/npm/make_package.ts";
import { RELEASE } from "../../src/text/program.ts";
import { documents } from "../docs/documents.ts";
import { run, temporaryFolder } from "../scenarios/cli.ts";

const STAMP = { text: "1a86035 2026-11-24", time: new Date("2026-11-24T00:00:00Z") };

/** A Node that is new enough, such as /opt/node-24/bin/node. */
const NODE = Deno.env.get("ALUDEL_NODE");

Deno.test("the npm package holds what it names, needs no other, and runs nothing when installed", async () => {
  using folder = temporaryFolder();
  const { modules } = await makePackage(`${folder.path}/npm`, STAMP);
  const about = JSON.parse(folder.read("npm/package.json"));
  assert.equal(about.version, RELEASE);
  for (const field of ["dependencies", "optionalDependencies", "peerDependencies", "scripts"]) {
    assert.equal(about[field], undefined, field);
  }
  const { types, default: library } = about.exports["."];
  for (
    const path of [
      types,
      library,
      about.exports["."].import,
      about.exports["."].require,
      about.bin.aludel,
      "LICENSE",
      "LICENSES.txt",
      "README.md",
      "schemas/settings.schema.json",
    ]
  ) {
    assert.ok(folder.has(`npm/${path}`), path);
  }
  for (const module of modules) {
    const text = folder.read(`npm/${module}`);
    assert.ok(!/\bDeno\.(?!makeTempDir|writeTextFile)\w/.test(text), `${module} needs Deno`);
    assert.ok(!text.includes(folder.path), `${module} names the folder that it was built in`);
  }
  // Nothing in a document leads to a file that only the repository has.
  for (const name of ["README.md", ...documentsOf(`${folder.path}/npm`)]) {
    for (
      const [, path = ""] of folder.read(`npm/${name}`).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)
    ) {
      const target = new URL(path, `file:///${name}`).pathname.slice(1);
      assert.ok(folder.has(`npm/${target}`), `${name} links to ${path}`);
    }
  }
  // What npm packs is what was made: nothing is left out by `files`.
  const packed = await run("npm", ["pack", "--dry-run", "--json", "--silent"], {
    cwd: `${folder.path}/npm`,
  });
  const names = JSON.parse(packed.stdout)[0].files.map(({ path }: { path: string }) => path);
  const licenses = folder.read("npm/LICENSES.txt");
  for (const { specifier } of bundledPackages()) assert.ok(licenses.includes(`${specifier}\n=`));
  for (
    const module of [
      ...modules,
      "LICENSES.txt",
      "bin/aludel.cjs",
      "bin/requirement.cjs",
      "src/library.cjs",
      "src/library.mjs",
      "types/mod.d.ts",
      "docs/library.md",
    ]
  ) {
    assert.ok(names.includes(module), `${module} is not packed`);
  }

  folder.write("package.json", '{ "dependencies": { "aludel": "*" } }');
  folder.write(
    "deno.json",
    '{ "nodeModulesDir": "manual", "compilerOptions": { "strict": true } }',
  );
  Deno.mkdirSync(`${folder.path}/node_modules`);
  Deno.renameSync(`${folder.path}/npm`, `${folder.path}/node_modules/aludel`);
  folder.write(
    "app.ts",
    `import { upgrade, type UpgradeResult } from "aludel";
     export const done: Promise<UpgradeResult> = upgrade({ database: "app.db", migrations: "m" });
     // @ts-expect-error a number is no path
     upgrade({ database: 1, migrations: "m" });\n`,
  );
  folder.write(
    "answers.ts",
    `${
      Deno.readTextFileSync(new URL("../../docs/json.md", import.meta.url)).match(
        /```ts\n([^]*?)```/,
      )![1]
    }
     // @ts-expect-error no answer has this
     export const other = (answer as Answers["heads"]).unheardOf;\n`,
  );
  const checked = await run(Deno.execPath(), ["check", "app.ts", "answers.ts"], {
    cwd: folder.path,
  });
  assert.equal(checked.code, 0, checked.stderr);
});

function documentsOf(packageFolder: string): readonly string[] {
  return [...Deno.readDirSync(`${packageFolder}/docs`)].map(({ name }) => `docs/${name}`);
}

/** Runtimes that the library is for, besides Deno: `ALUDEL_BUN` names a Bun. */
const RUNTIMES = [NODE, Deno.env.get("ALUDEL_BUN")].filter((path) => path !== undefined);

Deno.test("the library's examples run under Node, and under Bun", {
  ignore: RUNTIMES.length === 0,
}, async () => {
  using folder = temporaryFolder();
  await makePackage(`${folder.path}/node_modules/aludel`, STAMP);
  const examples = documents().find(({ path }) => path.endsWith("docs/library.md"))!.blocks
    .filter(({ language }) => language === "ts");
  assert.ok(examples.length >= 4);
  for (const [index, { lines }] of examples.entries()) {
    const text = lines.join("\n");
    folder.write(`example${index}.mts`, text);
    for (const runtime of RUNTIMES) {
      const { code, stderr } = await run(runtime, [`example${index}.mts`], { cwd: folder.path });
      assert.equal(code, 0, `${runtime}\n${text}\n${stderr}`);
    }
  }
});

/** An application's program, which upgrades `NAME.db` and prints where it is then. */
const UPGRADE = (name: string) =>
  `upgrade({ database: "${name}.db", migrations: "migrations" })
    .then(({ current }) => console.log(current.length));\n`;

Deno.test(
  "the tarball serves npx, package scripts, a global command, and programs of both module systems",
  {
    ignore: NODE === undefined,
  },
  async () => {
    using folder = temporaryFolder();
    // Nothing but this Node and npm is on the PATH: no Deno, no other Node.
    folder.write("bin/node", `#!/bin/sh\nexec "${NODE}" "$@"\n`);
    Deno.chmodSync(`${folder.path}/bin/node`, 0o755);
    const npmFolder = (await run("npm", ["root", "--global"], {})).stdout.trim() + "/npm/bin";
    const env = { PATH: `${folder.path}/bin:/bin`, HOME: folder.path, npm_config_offline: "true" };
    Deno.mkdirSync(`${folder.path}/app`);
    const node = async (...args: string[]) => {
      const outcome = await run(NODE!, args, { cwd: `${folder.path}/app`, env });
      assert.equal(outcome.code, 0, `${args.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
      return outcome.stdout;
    };
    const npm = (...args: string[]) => node(`${npmFolder}/npm-cli.js`, ...args);
    const npx = (...args: string[]) => node(`${npmFolder}/npx-cli.js`, ...args);

    await makePackage(`${folder.path}/npm`, STAMP);
    await npm("pack", "--silent", "--pack-destination", folder.path, `${folder.path}/npm`);
    const tarball = `${folder.path}/aludel-${RELEASE}.tgz`;
    const version = new RegExp(`^aludel ${RELEASE.replaceAll(".", "\\.")} .*Node`);
    assert.match(await npx("--yes", "--package", tarball, "aludel", "--version"), version);
    await npm("install", "--global", "--prefix", `${folder.path}/global`, tarball);
    const global = await run(`${folder.path}/global/bin/aludel`, ["--version"], { env });
    assert.match(global.stdout, version);

    folder.write("app/package.json", '{ "scripts": { "migrate": "aludel upgrade -q" } }');
    await npm("install", "--no-audit", "--no-fund", tarball);
    await npx("aludel", "init", "-q");
    const { $schema } = JSON.parse(folder.read("app/aludel.json"));
    assert.ok(folder.has(`app/${$schema}`), $schema);
    const files = (await npx("aludel", "revision", "-m", "create events table", "-q")).split("\n");
    folder.write(`app/${files[0]}`, "CREATE TABLE events (id INTEGER PRIMARY KEY);\n");
    await node("--run", "migrate");
    await npm("run", "--silent", "migrate");
    assert.match(await npx("aludel", "current"), /create events table/);

    folder.write("app/modules.mjs", `import { upgrade } from "aludel";\n${UPGRADE("modules")}`);
    folder.write(
      "app/require.cjs",
      `const { upgrade } = require("aludel");\n${UPGRADE("require")}`,
    );
    folder.write(
      "app/types.mts",
      `import { upgrade, type UpgradeResult } from "aludel";\n${UPGRADE("types")}`,
    );
    // A program that is itself required: nothing of the library waits at its top.
    folder.write("app/both.cjs", 'require("./modules.mjs");\n');
    for (const program of ["modules.mjs", "require.cjs", "types.mts", "both.cjs"]) {
      assert.equal(await node(program), "1\n");
    }
    folder.write("app/wrong.mts", 'import { upgrade } from "aludel";\nupgrade({ database: 1 });\n');
    const check = (file: string) =>
      ts.getPreEmitDiagnostics(ts.createProgram([`${folder.path}/app/${file}`], {
        module: ts.ModuleKind.NodeNext,
        target: ts.ScriptTarget.ES2022,
        lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
        types: [],
        strict: true,
        noEmit: true,
      })).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    assert.deepEqual(check("types.mts"), []);
    assert.equal(check("wrong.mts").length, 1);
  },
);

Deno.test("a Node that is too old is told so in one sentence, by the command and the library", async () => {
  using folder = temporaryFolder();
  await makePackage(`${folder.path}/node_modules/aludel`, STAMP);
  // What an old Node says of itself. Where the Node on the PATH is one, it reads no module of the library either.
  folder.write(
    "old.cjs",
    'Object.defineProperty(process.versions, "node", { value: "22.11.0" });\n',
  );
  folder.write("import.mjs", `import { upgrade } from "aludel";\n${UPGRADE("a")}`);
  folder.write("require.cjs", `const { upgrade } = require("aludel");\n${UPGRADE("a")}`);
  const sentence =
    "aludel needs Node 24.10 or newer, and this is Node 22.11.0: https://nodejs.org\n";
  const old = (...args: string[]) =>
    run("node", ["--require", "./old.cjs", ...args], { cwd: folder.path });
  const command = await old("node_modules/aludel/bin/aludel.cjs", "--version");
  assert.deepEqual([command.code, command.stderr], [1, sentence]);
  for (const program of ["import.mjs", "require.cjs"]) {
    const { code, stderr } = await old(program);
    assert.equal(code, 1);
    assert.ok(stderr.includes(`\nError: ${sentence}`), stderr);
  }
});

Deno.test("a Node without SQLite is told so", { ignore: NODE === undefined }, async () => {
  const script = fileURLToPath(new URL("../../scripts/npm/aludel.cjs", import.meta.url));
  const { code, stderr } = await run(NODE!, ["--no-experimental-sqlite", script], {});
  assert.equal(code, 1);
  assert.match(stderr, /^aludel needs node:sqlite, and this Node has none/);
});

Deno.test(
  "the package runs under Node as the source does, and ends by the signal that it is sent",
  {
    ignore: NODE === undefined,
  },
  async () => {
    using folder = temporaryFolder();
    await makePackage(`${folder.path}/npm`, STAMP);
    const aludel = (...args: string[]) =>
      run(NODE!, [`${folder.path}/npm/bin/aludel.cjs`, ...args], { cwd: folder.path });
    assert.match(
      (await aludel("--version")).stdout,
      /^aludel \S+ \(build 1a86035 2026-11-24, .*Node 2/,
    );
    assert.equal((await aludel("init")).code, 0);
    assert.equal((await aludel("no-such-command")).code, 2);

    // A database of this size has its run watched by a thread from the start.
    await run("sqlite3", [
      `${folder.path}/app.db`,
      "CREATE TABLE big AS SELECT zeroblob(9000000) AS b",
    ], {});
    await aludel("revision", "-m", "nothing", "--rev-id", "b1");
    await aludel("revision", "-m", "count", "--rev-id", "b2");
    const dir = [...Deno.readDirSync(`${folder.path}/migrations`)]
      .find(({ name }) => name.includes("_b2_"))!;
    folder.write(
      `migrations/${dir.name}/up.sql`,
      "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;\n",
    );
    const child = new Deno.Command(NODE!, {
      args: [`${folder.path}/npm/bin/aludel.cjs`, "upgrade"],
      cwd: folder.path,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    // Once the first revision is reported, only the statement that never ends is left.
    const reader = child.stderr.getReader();
    await reader.read();
    child.kill("SIGINT");
    assert.equal((await child.status).signal, "SIGINT");
    await reader.cancel();
    const { stdout } = await aludel("status", "--json");
    assert.deepEqual(JSON.parse(stdout).pending?.length, 2, stdout);
  },
);
