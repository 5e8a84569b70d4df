import assert from "node:assert/strict";
import { resolve } from "node:path";
import { runProject } from "./run_project.ts";
import {
  aludel,
  aludelCommand,
  baseEnvironment,
  run,
  temporaryFolder,
  temporaryProject,
} from "./cli.ts";

Deno.test("the program prints help, its release and usage errors as a process does", async () => {
  const help = await aludel(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Usage: aludel COMMAND/);
  assert.equal(help.stderr, "");

  const release = await aludel(["--version"]);
  assert.match(
    release.stdout,
    /^aludel \d+\.\d+\.\d+ \((build [^,]+, )?SQLite 3\.\d+\.\d+, (?:Deno|Node) \d+\.\d+\.\d+\)\n$/,
  );

  const wrong = await aludel(["histroy"]);
  assert.equal(wrong.code, 2);
  assert.equal(wrong.stdout, "");
  assert.match(wrong.stderr, /^error\[usage\]: Aludel has no command "histroy"\n/);
  assert.ok(!wrong.stderr.includes("\x1b"));
});

Deno.test("a reader that goes away is no error", async () => {
  using project = temporaryProject();
  const line = (n: number) => {
    const id = `r${String(n).padStart(5, "0")}`;
    const parent = n === 0 ? "" : `"r${String(n - 1).padStart(5, "0")}"`;
    return `{"id":"${id}","dir":"${id}","parents":[${parent}],"dependsOn":[],"labels":[],` +
      `"message":"revision number ${n} of many","created":"2026-01-01T00:00:00Z",` +
      `"up":null,"down":null,"was":[]},\n`;
  };
  const lines = Array.from({ length: 5000 }, (_, n) => line(n)).join("");
  project.write("migrations/manifest.json", `{"format":1,"revisions":[\n${lines}null]}\n`);

  const command = aludelCommand().map((word) => `'${word}'`).join(" ");
  const script = `${command} history | head -n 1; echo "codes \${PIPESTATUS[*]}"`;
  const outcome = await run("bash", ["-c", script], { cwd: project.path, env: baseEnvironment() });
  assert.match(outcome.stdout, /^r04998 -> r04999 .*\ncodes 0 0\n$/);
  assert.equal(outcome.stderr, "");
});

Deno.test("--config names a settings file, before or after the command", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "create events table", "--rev-id", "e1");
  using elsewhere = temporaryFolder();
  for (
    const args of [["-c", `${project.path}/aludel.json`, "heads"], [
      "heads",
      "-c",
      `${project.path}/aludel.json`,
    ]]
  ) {
    const outcome = await elsewhere.aludel(...args);
    assert.equal(outcome.stdout, "e1 (draft) (head), create events table\n");
  }
  const missing = await elsewhere.aludel("heads", "--config", "no.json");
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^error\[settings-missing\]: There is no settings file "no\.json"/);
});

Deno.test("a command works from a subfolder, and its paths lead there", async () => {
  using project = temporaryProject();
  project.write("src/deep/file.txt", "");
  const here = { cwd: `${project.path}/src/deep` };
  const written = await aludel(["revision", "-m", "from below", "--rev-id", "b1"], here);
  assert.equal(written.code, 0, written.stderr);
  const [up = ""] = written.stdout.split("\n");
  assert.match(Deno.readTextFileSync(resolve(here.cwd, up)), /^-- Up: from below\n/);
});

Deno.test("a folder without a project is named, with what to type", async () => {
  using folder = temporaryFolder();
  for (
    const args of [["history"], ["heads"], ["branches"], ["show", "head"], ["seal"], [
      "revision",
      "-m",
      "x",
    ], ["merge", "heads"]]
  ) {
    const outcome = await folder.aludel(...args);
    assert.equal(outcome.code, 1, args.join(" "));
    assert.equal(outcome.stdout, "");
    assert.match(outcome.stderr, /^error\[project-missing\]: .*\n[\s\S]* {2}next: aludel init\n$/);
  }
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("a lost manifest is to be taken back, and not to be started anew", async () => {
  await using project = await temporaryProject();
  await project.aludel("revision", "-m", "create users", "--rev-id", "r1");
  Deno.removeSync(`${project.path}/migrations/manifest.json`);
  const { code, stderr } = await project.aludel("status");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error\[project-missing\]: .*\n[\s\S]*1 revision is there; only the manifest/,
  );
  assert.match(stderr, / {2}next: git checkout -- migrations\/manifest\.json\n$/);
});

Deno.test("a folder that is named and is no project's is not said to lie under none", async () => {
  using project = runProject();
  Deno.mkdirSync(`${project.path}/sub`);
  const { code, stderr } = await project.inProcess("status", "-c", "sub");
  assert.equal(code, 1);
  assert.match(stderr, /^ {2}".*\/sub" has no aludel\.json\n {2}There is a project in ".*"$/m);
});

Deno.test("the marks of a merge conflict are named wherever git leaves them", async () => {
  using project = runProject();
  project.add("a1", "<<<<<<< HEAD\nCREATE TABLE t(a);\n=======\nCREATE TABLE t(b);\n>>>>>>> x\n");
  const run = await project.inProcess("upgrade");
  assert.match(run.stderr, /next: If these are the marks of a merge conflict, resolve it/);
  project.write("aludel.json", "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n");
  const { code, stderr } = await project.inProcess("status");
  assert.equal(code, 1);
  assert.match(stderr, /next: Resolve the merge conflict in it, and delete git's marks/);
});
