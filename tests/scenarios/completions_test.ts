import assert from "node:assert/strict";
import {
  aludelCommand,
  baseEnvironment,
  run,
  type TemporaryFolder,
  temporaryProject,
} from "./cli.ts";

/** A project with two revisions and a folder of the program's name for the PATH; undefined without the shell. */
async function shellProject(shell: string): Promise<TemporaryFolder | undefined> {
  const found = await run("sh", ["-c", `command -v ${shell}`], {});
  if (found.code !== 0) {
    // deno-lint-ignore no-console
    console.log(`${shell} is not installed, so its completions were not tried`);
    return undefined;
  }
  const project = temporaryProject();
  await project.prepare(
    "revision",
    "-m",
    "create events table",
    "--rev-id",
    "e1aaaa",
    "--branch-label",
    "events",
  );
  await project.prepare("revision", "-m", "add a title", "--rev-id", "e2bbbb");
  const words = aludelCommand().map((word) => `'${word}'`).join(" ");
  project.write("bin/aludel", `#!/bin/sh\nexec ${words} "$@"\n`);
  Deno.chmodSync(`${project.path}/bin/aludel`, 0o755);
  project.write("aludel.completions", await project.prepare("completions", shell));
  return project;
}

function inProject(project: TemporaryFolder) {
  return {
    cwd: project.path,
    env: {
      ...baseEnvironment(),
      PATH: `${project.path}/bin:${Deno.env.get("PATH")}`,
      TERM: "dumb",
    },
  };
}

Deno.test("bash completes what is typed", async () => {
  using project = await shellProject("bash");
  if (project === undefined) return;
  /** What Bash gets for a line, a word each. */
  const replies = async (line: string, type = 9) => {
    const script = `source ./aludel.completions
      COMP_LINE=$1 COMP_POINT=\${#1} COMP_TYPE=${type} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:@'
      _aludel 2>&1
      for reply in "\${COMPREPLY[@]}"; do echo "$reply"; done`;
    const { stdout, stderr } = await run(
      "bash",
      ["--norc", "-c", script, "bash", line],
      inProject(project),
    );
    assert.equal(stderr, "");
    return stdout.trimEnd().split("\n");
  };
  assert.deepEqual(await replies("aludel upgr"), ["upgrade"]);
  assert.deepEqual(await replies("aludel upgrade e"), [
    "e1aaaa       (create events table)",
    "e2bbbb       (add a title)",
    "events       (e1aaaa create events table)",
    "events@head  (the newest revision of events)",
    "events@base  (the first revision of events)",
  ]);
  // Where Bash inserts what it is given, there are no descriptions.
  assert.deepEqual(await replies("aludel show e", 37), [
    "e1aaaa",
    "e2bbbb",
    "events",
    "events@head",
    "events@base",
  ]);
  // Bash replaces what follows the last of its word breaks.
  assert.deepEqual(await replies("aludel upgrade events@h"), ["head"]);
  assert.deepEqual(await replies("aludel history -r e1aaaa:e2"), ["e2bbbb"]);
  assert.deepEqual(await replies("aludel upgrade --transaction=e"), ["each"]);
  assert.deepEqual((await replies("aludel status -c alud")).sort(), [
    "aludel.completions",
    "aludel.json",
  ]);
  assert.deepEqual(await replies("aludel init m"), ["migrations"]);
  assert.deepEqual(await replies("aludel nonsense x"), [""]);
});

Deno.test("bash completes at a real Tab key", async () => {
  using project = await shellProject("bash");
  if (project === undefined || (await run("sh", ["-c", "command -v script"], {})).code !== 0) {
    return;
  }
  const keys = "source ./aludel.completions\naludel show e2\t >shown 2>&1\nexit\n";
  await run("script", ["-qec", "bash --norc --noprofile -i", "/dev/null"], {
    ...inProject(project),
    stdin: keys,
  });
  assert.match(project.read("shown"), /e2bbbb/);
});

Deno.test("fish completes what is typed", async () => {
  using project = await shellProject("fish");
  if (project === undefined) return;
  const complete = async (line: string) => {
    const script = "source ./aludel.completions; complete -C $argv[1]";
    const { stdout, stderr } = await run(
      "fish",
      ["--no-config", "-c", script, line],
      inProject(project),
    );
    assert.equal(stderr, "");
    return stdout.trimEnd().split("\n");
  };
  assert.deepEqual(await complete("aludel upgr"), ["upgrade\tapply revisions"]);
  assert.deepEqual(await complete("aludel upgrade e1"), ["e1aaaa\tcreate events table"]);
  assert.deepEqual(await complete("aludel upgrade events@h"), [
    "events@head\tthe newest revision of events",
  ]);
  assert.ok(
    (await complete("aludel status -c alude")).some((line) => line.startsWith("aludel.json")),
  );
});

Deno.test("zsh completes at a real Tab key", async () => {
  using project = await shellProject("zsh");
  if (project === undefined) return;
  project.write("fpath/_aludel", project.read("aludel.completions"));
  // zsh drives another zsh on a terminal of its own, as its manual shows for tests.
  project.write(
    "drive.zsh",
    `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= fpath=($PWD/fpath \\$fpath); autoload -U compinit; compinit -u -d $PWD/dump; echo ready"
zpty -r -m shell ready_text '*ready*'
zpty -w -n shell $'aludel show e2\\t >shown1 2>&1\\n'
zpty -w -n shell $'aludel history -r e1aaaa:e2\\t >shown2 2>&1\\n'
zpty -w -n shell $'aludel upgrade --dry\\t >shown3 2>&1; echo finished\\n'
for i in {1..400}; do [[ -s shown3 ]] && break; sleep 0.05; done
zpty -d shell
`,
  );
  await run("zsh", ["-f", "drive.zsh"], inProject(project));
  assert.match(project.read("shown1"), /e2bbbb/);
  assert.match(project.read("shown2"), /e1aaaa -> e2bbbb/);
  assert.match(project.read("shown3"), /e2bbbb/);
});
