import assert from "node:assert/strict";
import { aludel } from "./cli.ts";
import { gitProject } from "./git_project.ts";
import { faultOfAnswer } from "./json_answer.ts";
import { runProject } from "./run_project.ts";

// Other scenarios ask the commands that they are about for JSON; these are the answers that none of them asks for. The harness
// holds every answer to its schema.

Deno.test("commands that look and check answer as their schemas say", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x);\n", "DROP TABLE t;\n");
  project.write("schema.sql", "CREATE TABLE t (x, y);\n");
  await project.prepare("upgrade");
  const exits: [number, ...string[]][] = [
    [3, "check"],
    [0, "diff", "--svg"],
    [0, "diff", "--sql"],
    [0, "schema", "--mermaid"],
    [0, "locate"],
    [0, "blame", "t"],
    [0, "bisect", "SELECT 1 WHERE 0"],
    [0, "lint"],
    [0, "completions", "bash"],
    [0, "backup", "-m", "before"],
    [0, "backup", "list"],
    [0, "restore", "--dry-run"],
    [3, "status", "--drift"],
    [0, "protect", "--no-loss"],
  ];
  for (const [code, ...args] of exits) {
    const outcome = await project.inProcess(...args, "--json");
    assert.equal(outcome.code, code, `${args}: ${outcome.stdout}`);
    assert.match(outcome.stdout, /^\{"format":1,/, args.join(" "));
  }
  const edited = await aludel(["edit", "head", "--json"], {
    cwd: project.path,
    env: { EDITOR: "true" },
  });
  assert.match(edited.stdout, /^\{"format":1,"files":\[/);
});

Deno.test("upgrade, downgrade and redo say where the database was and where it is", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a (x);\n", "DROP TABLE a;\n");
  project.add("a2", "CREATE TABLE b (x);\n", "DROP TABLE b;\n");
  const answer = async (...args: string[]) => JSON.parse(await project.prepare(...args, "--json"));
  const ends = async (...args: string[]) => {
    const { from, to, dryRun } = await answer(...args);
    return [from, to, dryRun];
  };
  assert.deepEqual(await ends("upgrade", "--dry-run"), [[], ["a2"], true]);
  assert.deepEqual(await ends("upgrade", "--sql"), [[], ["a2"], true]);
  assert.deepEqual(await ends("upgrade"), [[], ["a2"], false]);
  assert.deepEqual(await ends("upgrade"), [["a2"], ["a2"], false]);
  assert.deepEqual(await ends("redo"), [["a2"], ["a2"], false]);
  assert.deepEqual(await ends("downgrade", "-1", "--rehearse"), [["a2"], ["a1"], false]);
  assert.deepEqual(await ends("downgrade", "base"), [["a2"], [], false]);
  assert.deepEqual(await ends("stamp", "a1"), [[], ["a1"], false]);
});

Deno.test("commands of git answer as their schemas say", async () => {
  using project = await gitProject();
  project.add("a1");
  await project.commit("one");
  const base = project.read("migrations/manifest.json");
  for (const name of ["base", "ours", "theirs"]) project.write(`${name}.json`, base);
  for (
    const [code, ...args] of [
      [3, "hook", "status"],
      [0, "hook", "install", "--dry-run"],
      [0, "hook", "install"],
      [0, "hook", "status"],
      [0, "hook", "uninstall"],
      [0, "verify", "--since", "HEAD"],
      [0, "merge-driver", "base.json", "ours.json", "theirs.json"],
    ] as [number, ...string[]][]
  ) {
    const outcome = await project.aludel(...args, "--json");
    assert.equal(outcome.code, code, `${args}: ${outcome.stdout}${outcome.stderr}`);
    assert.match(outcome.stdout, /^\{"format":1,/, args.join(" "));
  }
});

Deno.test("faultOfAnswer() lets no field pass that the schema does not know, and none that is missing", () => {
  const heads = { format: 1, heads: [], revisions: [] };
  const fault = (answer: object) => faultOfAnswer(["heads", "--json"], JSON.stringify(answer));
  assert.equal(fault(heads), undefined);
  assert.match(fault({ ...heads, more: 1 })!, /schemas\/json\/heads\.json .*more/);
  assert.match(fault({ format: 1, heads: [] })!, /revisions/);
  assert.match(fault({ ...heads, heads: [{ id: "a1" }] })!, /\/heads\/0 must be string/);
  assert.match(faultOfAnswer(["heads", "--json"], "a1\n")!, /no JSON document/);
  assert.equal(faultOfAnswer(["heads"], "a1\n"), undefined);
  assert.equal(faultOfAnswer(["heads", "--json", "--help"], "Usage\n"), undefined);
});
