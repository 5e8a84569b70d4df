import assert from "node:assert/strict";
import { parse } from "yaml";
import { homebrewFormula, readSums, scoopManifest } from "../../scripts/channels.ts";
import { PLATFORMS, programFile } from "../../scripts/compile/platform.ts";
import { RELEASE } from "../../src/text/program.ts";
import { aludelCommand, baseEnvironment, run, temporaryProject } from "../scenarios/cli.ts";
import { GIT_ENVIRONMENT } from "../scenarios/git_project.ts";

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
  const put = (name: string, line: string) => {
    project.write(`bin/${name}`, `#!/bin/bash\n${line}\n`);
    Deno.chmodSync(`${project.path}/bin/${name}`, 0o755);
  };
  put("aludel", `exec ${aludelCommand().map((word) => `'${word}'`).join(" ")} "$@"`);
  const step = (name: string, variables: Readonly<Record<string, string>> = {}) => {
    const { run: script } = action.runs.steps.find((each) => each.name === name)!;
    const PATH = `${project.path}/bin:${Deno.env.get("PATH")}`;
    return run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script!], {
      cwd: project.path,
      env: { ...baseEnvironment(), PATH, ...variables },
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

  // On the pull request of a branch that brought all of it, with the proof of the step before.
  const git = async (...args: string[]) => {
    const env = { ...baseEnvironment(), ...GIT_ENVIRONMENT };
    const { code, stdout, stderr } = await run("git", args, { cwd: project.path, env });
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  await git("init", "-q", "-b", "main");
  await git("commit", "-q", "--allow-empty", "-m", "before");
  const base = await git("rev-parse", "HEAD");
  await git("add", "migrations");
  await git("commit", "-q", "-m", "one");
  put("gh", 'printf "%s\\n" "$@"; cat "${@: -1}"');
  const commented = await step("Comment", { BASE: base, PULL_REQUEST: "https://forge.example/1" });
  assert.equal(commented.code, 0, commented.stderr);
  assert.match(commented.stdout, /^pr\ncomment\nhttps:\/\/forge\.example\/1\n/);
  assert.match(commented.stdout, /### 1 revision\n[^]*\+ create table t\n[^]*Proof: exact\n/);
});
