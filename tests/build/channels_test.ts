import assert from "node:assert/strict";
import { parse } from "yaml";
import { homebrewFormula, readSums, scoopManifest } from "../../scripts/channels.ts";
import { PLATFORMS, programFile } from "../../scripts/compile/platform.ts";
import { RELEASE } from "../../src/text/program.ts";
import { aludelCommand, baseEnvironment, run, temporaryProject } from "../scenarios/cli.ts";

const ADDRESS = `https://forge.example/somebody/aludel/releases/download/v${RELEASE}`;
const SUMS = PLATFORMS.map((platform, index) =>
  `${String(index).repeat(64)}  ${programFile(platform)}\n`
).join("");

Deno.test("Homebrew's formula and Scoop's manifest name every program with its own sum", () => {
  const sums = readSums(SUMS);
  const formula = homebrewFormula(ADDRESS, sums);
  const named = Array.from(
    formula.matchAll(/url "(.*)"\n\s+sha256 "(.*)"/g),
    ([, url, sum]) => [url, sum],
  );
  const manifest = JSON.parse(scoopManifest(ADDRESS, sums));
  const { url, hash } = manifest.architecture["64bit"];
  assert.deepEqual(
    [...named, [url, hash]].toSorted(),
    [...sums].map(([file, sum]) => [`${ADDRESS}/${file}`, sum]).toSorted(),
  );
  assert.equal(manifest.version, RELEASE);
  assert.match(formula, /homepage "https:\/\/forge\.example\/somebody\/aludel"/);
  assert.equal(formula.match(/\bdo$/gm)!.length + 2, formula.match(/^\s*end$/gm)!.length);
});

Deno.test("sums that lack a program make no recipe", () => {
  const sums = readSums(SUMS.split("\n").slice(1).join("\n"));
  assert.throws(() => homebrewFormula(ADDRESS, sums), /SHA256SUMS does not list aludel-linux-x64/);
  assert.throws(() => readSums("no sum"), /SHA256SUMS has the line "no sum"/);
});

Deno.test("the GitHub action's steps check a project, and fail where a check does", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using project = temporaryProject();
  const action = parse(Deno.readTextFileSync(new URL("../../action.yml", import.meta.url))) as {
    readonly runs: { readonly steps: readonly { readonly name: string; readonly run?: string }[] };
  };
  project.write(
    "bin/aludel",
    `#!/bin/sh\nexec ${aludelCommand().map((word) => `'${word}'`).join(" ")} "$@"\n`,
  );
  Deno.chmodSync(`${project.path}/bin/aludel`, 0o755);
  const step = (name: string) => {
    const { run: script } = action.runs.steps.find((each) => each.name === name)!;
    const PATH = `${project.path}/bin:${Deno.env.get("PATH")}`;
    return run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script!], {
      cwd: project.path,
      env: { ...baseEnvironment(), PATH },
    });
  };
  const added = await project.prepare("revision", "-m", "one", "--rev-id", "a1", "-q");
  project.write(
    added.split("\n").find((path) => path.endsWith("up.sql"))!,
    "CREATE TABLE t (a);\n",
  );
  project.write(added.split("\n").find((path) => path.endsWith("down.sql"))!, "DROP TABLE t;\n");
  const names = ["Verify", "Lint", "Prove", "Check"];
  for (const name of names) {
    const { code, stdout, stderr } = await step(name);
    assert.equal(code, 0, `${name}\n${stdout}${stderr}`);
  }
  project.write("schema.sql", "CREATE TABLE t (a, b);\n");
  assert.equal((await step("Check")).code, 3);
});
