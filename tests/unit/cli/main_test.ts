import assert from "node:assert/strict";
import { COMMANDS, ELSEWHERE } from "../../../src/cli/commands.ts";
import { main } from "../../../src/cli/main.ts";
import { fakeRuntime, recordedStream, runInProcess } from "../../fixtures/fake_runtime.ts";

Deno.test("main() prints the help to stdout when asked, to stderr with exit 2 when nothing was asked", async () => {
  const asked = await runInProcess(["--help"]);
  assert.equal(asked.code, 0);
  assert.match(asked.stdout, /^aludel .*\n\nUsage: aludel COMMAND/);
  const help = await runInProcess(["help"]);
  assert.deepEqual([help.code, help.stdout], [0, asked.stdout]);
  const nothing = await runInProcess([]);
  assert.deepEqual([nothing.code, nothing.stdout], [2, ""]);
  for (const name of Object.keys(COMMANDS)) assert.ok(nothing.stderr.includes(name), name);
  const lines = nothing.stderr.split("\n");
  assert.ok(lines.length <= 24 && lines.every((line) => line.length <= 80), nothing.stderr);
  const json = await runInProcess(["--json"]);
  assert.deepEqual([json.code, json.stderr], [2, ""]);
  assert.equal(JSON.parse(json.stdout).error.message, "A command is missing");
});

Deno.test("main() explains a command in each of the ways to ask", async () => {
  const texts = [
    ["help", "show"],
    ["show", "--help"],
    ["show", "-h"],
    ["--help", "show"],
    ["show", "--json", "--help"],
    ["--json", "help", "show"],
  ];
  const outcomes = await Promise.all(texts.map((args) => runInProcess(args)));
  for (const { code, stdout, stderr } of outcomes) {
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.match(stdout, /^Usage: aludel show \[OPTIONS\] \[REF\]\n/);
  }
});

Deno.test("main() prints the releases of itself, SQLite and Deno", async () => {
  const { code, stdout } = await runInProcess(["--version"]);
  assert.equal(code, 0);
  assert.match(stdout, /^aludel \d+\.\d+\.\d+ \(SQLite 3\.\d+\.\d+, Deno 0\.0\.0\)\n$/);
});

Deno.test("main() refuses an unknown command and says what was meant", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["histroy", /Did you mean "history"\?\n {2}next: aludel history\n/],
    ["migrate", /next: aludel upgrade\n/],
    ["rollback", /next: aludel downgrade -1\n/],
    ["ensure_version", /create their tables themselves\n/],
    ["list_templates", /no templates/],
    ["constructor", /next: aludel --help\n/],
    ["sql", /next: aludel upgrade --sql\n/],
    ["version", /next: aludel --version\n/],
    ["xyzzy", /next: aludel --help\n/],
  ];
  for (const [word, expected] of cases) {
    const { code, stdout, stderr } = await runInProcess([word]);
    assert.deepEqual([code, stdout], [2, ""], word);
    assert.match(stderr, /^error\[usage\]: Aludel has no command/);
    assert.match(stderr, expected);
  }
});

Deno.test("the words from elsewhere lead to commands that exist, and are none themselves", () => {
  for (const [word, instead] of Object.entries(ELSEWHERE)) {
    assert.ok(!Object.hasOwn(COMMANDS, word), word);
    for (const [, command = ""] of instead.matchAll(/\baludel (\w+)/g)) {
      assert.ok(Object.hasOwn(COMMANDS, command), command);
    }
  }
});

Deno.test("main() prints an error as the one JSON document when --json stands anywhere", async () => {
  for (const args of [["--json", "nonsense"], ["edit", "--json"], ["show", "--jsn", "--json"]]) {
    const { code, stdout, stderr } = await runInProcess(args);
    assert.deepEqual([code, stderr], [2, ""]);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([error.code, error.exitCode], ["usage", 2]);
  }
});

Deno.test("main() reports what nobody foresaw as a bug, with exit 70", async () => {
  const broken = fakeRuntime({
    args: ["revision", "-m", "x"],
    randomId: () => {
      throw new TypeError("no chance");
    },
  });
  assert.equal(await main(broken), 70);
  assert.equal(broken.stdout.text, "");
  assert.match(
    broken.stderr.text,
    /^error\[internal\]: Aludel has a bug\n {2}TypeError: no chance/,
  );
});

Deno.test("main() colours an error on a terminal", async () => {
  const { stderr } = await runInProcess(["xyzzy"], { stderr: recordedStream(true) });
  assert.ok(stderr.startsWith("\x1b[31merror[usage]\x1b[39m: \x1b[1m"));
});

Deno.test("main() takes a unique beginning for a command and for a flag, and asks about others", async () => {
  const help = async (...args: string[]) => (await runInProcess([...args, "--help"])).stdout;
  assert.match(await help("hist"), /^Usage: aludel history /);
  assert.match(await help("hook", "inst"), /^Usage: aludel hook install /);
  assert.match(await help("back", "li"), /^Usage: aludel backup list /);
  assert.match(await help("merge"), /^Usage: aludel merge /);
  assert.match(await help("revision", "--auto"), /^Usage: aludel revision /);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["st"], /"st" is the beginning of "stamp" and "status"\n {2}next: aludel stamp --help\n/],
    [["upgrade", "--re"], /"--re" is the beginning of "--\S+" and "--\S+"|, "--\S+"/],
    [["upgrade", "--dryrun"], /Unknown flag "--dryrun"\n {2}Did you mean "--dry-run"\?\n/],
    [["downgrade"], /"aludel downgrade" needs REF\n {2}REF: .*\n {2}Usage: /],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await runInProcess(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, expected);
  }
});

Deno.test("main() reads a line with its comment as zsh passes it on, and a flag's value for what it is", async () => {
  const pasted = ["history", "--help", "#", "see", "which", "there", "are"];
  assert.match((await runInProcess(pasted)).stdout, /^Usage: aludel history /);
  const { stderr } = await runInProcess(["revision", "-m", "#", "x"]);
  assert.match(stderr, /Unexpected argument "x"/);
});
