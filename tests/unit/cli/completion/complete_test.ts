import assert from "node:assert/strict";
import { temporaryFolder, temporaryProject } from "../../../scenarios/cli.ts";
import { runInProcess } from "../../../fixtures/fake_runtime.ts";

/** The words offered at the end of a line, and the paths after them. */
async function offered(cwd: string, ...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runInProcess(["__complete", "--", ...words], { cwd });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1).map((line) => line.split("\t", 1)[0]!);
}

Deno.test("commands are offered by their beginning, sub-commands after their first word", async () => {
  assert.deepEqual(await offered("/nowhere", "upg"), ["upgrade"]);
  assert.deepEqual(await offered("/nowhere", "hook", ""), ["install", "uninstall", "status"]);
  assert.deepEqual(await offered("/nowhere", "hook", "in"), ["install"]);
  assert.deepEqual(await offered("/nowhere", "help", "down"), ["downgrade"]);
  assert.ok((await offered("/nowhere", "")).includes("hook"));
  assert.deepEqual(await offered("/nowhere", "-q", "-c", "x.json", "hea"), ["heads"]);
  assert.deepEqual(await offered("/nowhere", "no-such-command", ""), []);
});

Deno.test("flags are offered once, repeatable ones again, and none after --", async () => {
  assert.deepEqual(await offered("/nowhere", "upgrade", "--tra"), ["--transaction"]);
  assert.deepEqual(await offered("/nowhere", "upgrade", "--transaction", "all", "--tra"), []);
  assert.deepEqual(await offered("/nowhere", "revision", "--depends-on", "x", "--dep"), [
    "--depends-on",
  ]);
  assert.deepEqual(await offered("/nowhere", "upgrade", "--", "--tra"), []);
  assert.deepEqual(await offered("/nowhere", "--v"), ["--version"]);
});

Deno.test("a flag's values are offered after it, after = and after its letter", async () => {
  assert.deepEqual(await offered("/nowhere", "upgrade", "--transaction", ""), ["all", "each"]);
  assert.deepEqual(await offered("/nowhere", "upgrade", "--transaction=e"), ["--transaction=each"]);
  assert.deepEqual(await offered("/nowhere", "revision", "-m", ""), []);
  assert.deepEqual(await offered("/nowhere", "upgrade", "--config", "al"), [":files"]);
  assert.deepEqual(await offered("/nowhere", "init", ""), [":folders"]);
  assert.deepEqual(await offered("/nowhere", "init", "--from", "ap"), [":files"]);
  assert.deepEqual(await offered("/nowhere", "completions", "z"), ["zsh"]);
});

Deno.test("refs are the words that suit the command, revisions with their messages, and labels", async () => {
  using project = temporaryProject();
  await project.prepare(
    "revision",
    "-m",
    "create events table",
    "--rev-id",
    "e1",
    "--branch-label",
    "events",
  );
  await project.prepare("revision", "-m", "add a\ttitle", "--rev-id", "e2");
  const { path } = project;
  assert.deepEqual(await offered(path, "upgrade", ""), [
    ...["head", "heads", "+1", "e1", "e2"],
    ...["events", "events@head", "events@base"],
  ]);
  assert.deepEqual(await offered(path, "downgrade", "-"), [
    ...(await offered(path, "downgrade", "--")),
    "-1",
  ]);
  assert.deepEqual(await offered(path, "downgrade", "ev"), [
    ...["events", "events@-1", "events@base"],
  ]);
  assert.deepEqual(await offered(path, "history", "-r", "e1:e"), [
    "e1:e1",
    "e1:e2",
    "e1:events",
    "e1:events@head",
    "e1:events@base",
  ]);
  assert.deepEqual(await offered(path, "history", "-re1:h"), ["-re1:head", "-re1:heads"]);
  assert.deepEqual(await offered(path, "upgrade", "base:e2"), ["base:e2"]);
  assert.deepEqual(await offered(path, "show", "e1", ""), []);
  assert.deepEqual(await offered(path, "merge", "e1", "e2"), ["e2"]);
  const { stdout } = await runInProcess(["__complete", "--", "show", "e2"], { cwd: path });
  assert.equal(stdout, "e2\tadd a title\n");
});

Deno.test("targets come from the settings that the line names, without secrets", async () => {
  using project = temporaryProject();
  project.write(
    "other.json",
    '{"databases": {"dev": "dev.db", "far": "libsql://x.example.org?authToken=secret"}}',
  );
  const args = ["__complete", "--", "-c", "other.json", "status", "-d", ""];
  const { stdout } = await runInProcess(args, { cwd: project.path });
  assert.match(stdout, /^dev\tdev\.db\nfar\tlibsql:.*\n:files\n$/);
  assert.ok(!stdout.includes("secret"));
  for (const words of [["diff", "head", ""], ["schema", ""]]) {
    assert.deepEqual(await offered(project.path, "-c", "other.json", ...words), [
      ...["head", "heads", "base", "current", "dev", "far", ":files"],
    ]);
  }
});

Deno.test("restore points are those of the database that the line, the environment or the settings name", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "x", "--rev-id", "e1");
  const points: Record<string, string> = {};
  for (const [database, reason] of [["app.db", "the usual one"], ["other.db", "the other one"]]) {
    await project.prepare("upgrade", "-d", database!);
    const answer = await project.prepare("backup", "-d", database!, "-m", reason!, "--json");
    points[database!] = `${JSON.parse(answer).point.name}\t${reason}\n`;
  }
  const complete = async (words: readonly string[], env: Record<string, string> = {}) => {
    const args = ["__complete", "--", ...words];
    const { stdout } = await runInProcess(args, { cwd: project.path, env: (name) => env[name] });
    return stdout;
  };
  assert.equal(await complete(["restore", ""]), points["app.db"]);
  assert.equal(await complete(["restore", "20"]), points["app.db"]);
  assert.equal(await complete(["restore", "x"]), "");
  assert.equal(await complete(["restore", "-d", "other.db", ""]), points["other.db"]);
  assert.equal(await complete(["-dother.db", "restore", ""]), points["other.db"]);
  assert.equal(
    await complete(["restore", ""], { ALUDEL_DATABASE: "other.db" }),
    points["other.db"],
  );
  assert.equal(await complete(["restore", "-d", ":memory:", ""]), "");
  assert.equal(await complete(["restore", "-d", "none.db", ""]), "");
  assert.equal(await complete(["restore", "x", ""]), "");
});

Deno.test("a broken project offers nothing and says nothing; no database is opened", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "x", "--rev-id", "e1");
  project.write("app.db", "not a database");
  assert.ok((await offered(project.path, "downgrade", "")).includes("e1"));
  project.write("migrations/manifest.json", "{");
  assert.deepEqual(await offered(project.path, "upgrade", ""), []);
  assert.deepEqual(await offered(project.path, "upgrade", "--tra"), ["--transaction"]);
  using empty = temporaryFolder();
  assert.deepEqual(await offered(empty.path, "upgrade", "h"), ["head", "heads"]);
});

Deno.test("of many revisions the newest are offered until something is typed", async () => {
  using project = temporaryProject();
  const ids = Array.from({ length: 150 }, (_, n) => `r${String(n).padStart(3, "0")}`);
  const lines = ids.map((id, n) =>
    `{"id":"${id}","dir":"${id}","parents":[],"dependsOn":[],"labels":[],"message":"",` +
    `"created":"2026-01-01T00:${
      String(n % 60).padStart(2, "0")
    }:00Z","up":null,"down":null,"was":[]},\n`
  );
  project.write("migrations/manifest.json", `{"format":1,"revisions":[\n${lines.join("")}null]}\n`);
  assert.equal((await offered(project.path, "show", "")).length, 4 + 100);
  assert.equal((await offered(project.path, "show", "r")).length, 150);
});

Deno.test("completions prints a script for each shell and refuses others", async () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { code, stdout } = await runInProcess(["completions", shell]);
    assert.equal(code, 0);
    assert.match(stdout, /__complete/);
  }
  const { code, stderr } = await runInProcess(["completions", "tcsh"]);
  assert.equal(code, 2);
  assert.match(stderr, /There are no completions for "tcsh"/);
});
