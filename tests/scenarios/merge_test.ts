import assert from "node:assert/strict";
import { temporaryProject } from "./cli.ts";

async function twoBranches() {
  const project = temporaryProject();
  await project.prepare("revision", "-m", "one", "--rev-id", "a1");
  await project.prepare("revision", "-m", "two", "--rev-id", "a2");
  await project.prepare("revision", "-m", "side", "--rev-id", "s1", "--head", "a1", "--splice");
  return project;
}

Deno.test("merge heads joins all heads with files that do nothing", async () => {
  using project = await twoBranches();
  const merged = JSON.parse(await project.done("merge", "heads", "--json", "--rev-id", "m1"));
  assert.deepEqual(merged.parents, ["a2", "s1"]);
  assert.equal(merged.message, "merge a2 and s1");
  for (const file of [merged.up, merged.down]) {
    assert.deepEqual(project.read(file).split("\n").filter((line) => !line.startsWith("--")), [""]);
  }
  assert.equal(await project.done("heads"), "m1 (draft) (head) (mergepoint), merge a2 and s1\n");
});

Deno.test("merge takes refs, a message and a label", async () => {
  using project = await twoBranches();
  await project.done("merge", "a2", "s", "-m", "join", "--branch-label", "main", "--rev-id", "m1");
  assert.equal(await project.done("heads"), "m1 (main) (draft) (head) (mergepoint), join\n");
});

Deno.test("merge refuses what is no merge", async () => {
  using project = await twoBranches();
  await project.prepare("revision", "-m", "three", "--rev-id", "a3", "--head", "a2");
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["a3"], /^error\[merge-one-parent\]: .*\n {2}The only one that was named is "a3"\n/],
    [["a3", "head", "a3"], /^error\[ref-several-heads\]/],
    [["a3", "a2"], /^error\[merge-ancestor\]: "a2" is an ancestor/],
    [["a2", "s1"], /^error\[revision-not-head\][\s\S]*next: aludel merge --splice a2 s1\n/],
    [["zz", "s1"], /^error\[ref-not-found\]/],
  ];
  for (const [refs, text] of cases) {
    const outcome = await project.aludel("merge", ...refs);
    assert.equal(outcome.code, 1, refs.join(" "));
    assert.match(outcome.stderr, text);
  }
  assert.equal((await project.aludel("merge")).code, 2);
  await project.done("merge", "--splice", "a2", "s1");
});

Deno.test("check names the merge first if the revisions have several heads", async () => {
  using project = await twoBranches();
  project.write("schema.sql", "CREATE TABLE a (x);\n");
  const several = await project.inProcess("check");
  assert.match(
    several.stderr,
    /next: aludel merge heads +# first\nnext: aludel revision --autogen/,
  );
  await project.done("merge", "heads");
  const one = await project.inProcess("check");
  assert.doesNotMatch(one.stderr, /merge/);
});
