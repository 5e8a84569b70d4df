import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { PLATFORMS, programFile } from "../../scripts/compile/platform.ts";
import { RELEASE } from "../../src/text/program.ts";
import { baseEnvironment, run, temporaryFolder } from "../scenarios/cli.ts";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly include: readonly { program: string }[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const ROOT = new URL("../../", import.meta.url);
const CI = read("ci");
const RELEASING = read("release");

/** The scripts are for the POSIX shell that runs them on every system. */
const ignore = Deno.build.os === "windows";

Deno.test("the workflows may read, and only the job that releases may write", () => {
  for (const { permissions, jobs } of [CI, RELEASING]) {
    assert.deepEqual(permissions, { contents: "read" });
    for (const [name, job] of Object.entries(jobs)) {
      assert.equal(job.permissions !== undefined, name === "release", name);
    }
  }
  assert.deepEqual(RELEASING.jobs["release"]!.permissions, {
    contents: "write",
    "id-token": "write",
    attestations: "write",
  });
});

Deno.test("every action of the workflows is one commit, which nobody can move", () => {
  const used = [CI, RELEASING].flatMap(({ jobs }) => Object.values(jobs))
    .flatMap(({ steps }) => steps.map(({ uses }) => uses)).filter((uses) => uses !== undefined);
  assert.ok(used.length > 8);
  for (const action of used) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
});

Deno.test("what is built, what is tried and what is installed are the same programs", () => {
  const built = PLATFORMS.map(programFile);
  const tried = RELEASING.jobs["try"]!.strategy!.matrix.include.map(({ program }) => program);
  assert.deepEqual(tried.toSorted(), built.toSorted());
  const script = Deno.readTextFileSync(new URL("install.sh", ROOT));
  const valuesOf = (name: string) =>
    Array.from(script.matchAll(new RegExp(`\\b${name}=(\\w+)`, "g")), ([, value]) => value);
  const installed = valuesOf("system").flatMap((system) =>
    valuesOf("machine").map((machine) => `aludel-${system}-${machine}`)
  );
  const byHand = built.filter((file) => script.includes(`download ${file} from the release`));
  assert.deepEqual([...installed, ...byHand].toSorted(), built.toSorted());
});

Deno.test("the workflows and the tests' script run the same Deno", () => {
  const script = Deno.readTextFileSync(new URL(".ci/run", ROOT));
  const release = RELEASING.env!["DENO"]!;
  assert.match(script, new RegExp(`deno@${release.replaceAll(".", "\\.")}\\b`));
  assert.match(text("ci"), new RegExp(`deno-version: ${release.replaceAll(".", "\\.")}\n`));
});

Deno.test("only the tag of this release releases it", { ignore }, async () => {
  const script = stepOf("build", "The tag is the release").run!;
  const tagged = (tag: string) => bash(script, fileURLToPath(ROOT), { GITHUB_REF_NAME: tag });
  assert.equal((await tagged(`v${RELEASE}`)).code, 0);
  assert.equal((await tagged("v99.0.0")).code, 1);
});

Deno.test("a program is tried only where it is what was built", { ignore }, async () => {
  using folder = await builtPrograms();
  const script = stepOf("try", "The program is what was built").run!;
  for (const platform of PLATFORMS) {
    const file = programFile(platform);
    const check = script.replaceAll("${{ matrix.program }}", file);
    const sound = await bash(check, folder.path);
    assert.equal(sound.code, 0, sound.stderr);
    folder.write(`dist/${file}`, "changed on the way\n");
    assert.notEqual((await bash(check, folder.path)).code, 0, file);
  }
});

Deno.test("a release's install.sh knows where its programs are, and all files are attached", {
  ignore,
}, async () => {
  using folder = await builtPrograms();
  Deno.copyFileSync(new URL("install.sh", ROOT), `${folder.path}/install.sh`);
  const github = {
    GITHUB_SERVER_URL: "https://forge.example",
    GITHUB_REPOSITORY: "somebody/aludel",
    GITHUB_REF_NAME: `v${RELEASE}`,
  };
  const made = await bash(
    stepOf("release", "An install.sh for this release").run!,
    folder.path,
    github,
  );
  assert.equal(made.code, 0, made.stderr);

  // What downloads is a stand-in that knows this one address.
  const address = `https://forge.example/somebody/aludel/releases/download/v${RELEASE}/`;
  folder.write(
    "bin/curl",
    `#!/bin/sh\ncase $2 in "${address}"*) cp "${folder.path}/dist/\${2##*/}" "$4" ;; *) exit 22 ;; esac\n`,
  );
  folder.write("bin/uname", '#!/bin/sh\n[ "$1" = -m ] && echo aarch64 || echo Darwin\n');
  folder.write("bin/gh", '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  for (const name of ["curl", "uname", "gh"]) Deno.chmodSync(`${folder.path}/bin/${name}`, 0o755);
  const PATH = `${folder.path}/bin:${Deno.env.get("PATH")}`;
  const installed = await run("sh", [`${folder.path}/dist/install.sh`], {
    env: { ...baseEnvironment(), PATH, HOME: `${folder.path}/home` },
  });
  assert.equal(installed.code, 0, installed.stderr);
  assert.equal(folder.read("home/.local/bin/aludel"), "the program for macos-arm64\n");

  const create = RELEASING.jobs["release"]!.steps.find(({ run }) => run?.startsWith("gh "))!.run!;
  const { stdout } = await bash(create, folder.path, { ...github, PATH });
  const attached = stdout.split("\n").filter((word) => word.startsWith("dist/"));
  assert.deepEqual(
    attached.toSorted(),
    ["SHA256SUMS", "install.sh", ...PLATFORMS.map(programFile)].map((n) => `dist/${n}`).toSorted(),
  );
});

/** A folder dist/ as the build leaves it, of programs that are short texts. */
async function builtPrograms() {
  const folder = temporaryFolder();
  const files = PLATFORMS.map(programFile);
  for (const platform of PLATFORMS) {
    folder.write(`dist/${programFile(platform)}`, `the program for ${platform.name}\n`);
  }
  const sums = await bash(
    `if command -v sha256sum >/dev/null; then sha256sum ${files.join(" ")}; else shasum -a 256 ${
      files.join(" ")
    }; fi`,
    `${folder.path}/dist`,
  );
  folder.write("dist/SHA256SUMS", sums.stdout);
  return folder;
}

/** Runs a step's script as the workflow does. */
function bash(script: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  return run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], { cwd, env });
}

function stepOf(job: string, name: string): Step {
  const step = RELEASING.jobs[job]!.steps.find((each) => each.name === name);
  assert.ok(step?.run !== undefined, `${job} has no step "${name}"`);
  return step;
}

function read(name: string): Workflow {
  return parse(text(name)) as Workflow;
}

function text(name: string): string {
  return Deno.readTextFileSync(new URL(`.github/workflows/${name}.yml`, ROOT));
}
