import assert from "node:assert/strict";
import { parseManifest } from "../../src/manifest/parse_manifest.ts";
import { type GitProject, gitProject } from "./git_project.ts";

/** Two branches, `main` and `side`, that begin with a1 and a2; each then does its part. */
async function branches(
  main: (project: GitProject) => void,
  side: (project: GitProject) => void,
  options: { readonly driver: boolean } = { driver: true },
): Promise<GitProject> {
  const project = await gitProject();
  if (options.driver) await project.done("hook", "install", "-q");
  project.add("a1");
  project.add("a2", { sealed: false });
  await project.commit();
  await project.git("switch", "-qc", "side");
  side(project);
  await project.commit();
  await project.git("switch", "-q", "main");
  main(project);
  await project.commit();
  return project;
}

function idsOf(project: GitProject): readonly string[] {
  return parseManifest(project.read("migrations/manifest.json"), "m").revisions.map((r) => r.id);
}

Deno.test("the merge driver joins what two branches added, and says that a merge is due", async () => {
  using project = await branches(
    (main) => main.add("m1", { parents: ["a2"] }),
    (side) => side.add("s1", { parents: ["a2"] }),
  );
  const { code, stderr } = await project.tryGit("merge", "--no-commit", "side");
  assert.equal(code, 0);
  assert.match(stderr, /manifest\.json: merged, and there are 2 heads: m1, s1\n/);
  assert.match(stderr, /next: aludel merge heads -m "merge branches"/);
  assert.deepEqual(idsOf(project), ["a1", "a2", "m1", "s1"]);
});

Deno.test("the merge driver lets a one-sided change and a removal win where a union would not", async () => {
  using project = await branches(
    (main) => main.line("a1", { message: "better words" }),
    (side) => {
      side.line("a2", undefined);
      Deno.removeSync(`${side.path}/migrations/a2`, { recursive: true });
    },
  );
  await project.git("merge", "side", "-q", "--no-verify", "-m", "x");
  assert.deepEqual(idsOf(project), ["a1"]);
  assert.match(project.read("migrations/manifest.json"), /"better words"/);
});

Deno.test("the merge driver leaves a revision that both sides changed as a readable conflict", async () => {
  using project = await branches(
    (main) => main.line("a1", { message: "ours" }),
    (side) => side.line("a1", { message: "theirs", labels: ["core"] }),
  );
  const { code, stderr } = await project.tryGit("merge", "side");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /manifest\.json: Revision "a1" was changed on both sides, which differ in labels, message\n/,
  );
  assert.match(
    project.read("migrations/manifest.json"),
    /^<<<<<<< ours\n\{"id":"a1".*"ours".*\n=======\n.*"theirs".*\n>>>>>>> theirs\n\{"id":"a2"/m,
  );
  assert.deepEqual(await project.codes("--format", "text"), ["manifest-conflict"]);
  assert.deepEqual(await project.codes(), ["git-unmerged"]);
});

Deno.test("the merge driver stops where one side removed what the other built on", async () => {
  using project = await branches(
    (main) => main.add("m1", { parents: ["a2"] }),
    (side) => side.line("a2", undefined),
  );
  const { code, stderr } = await project.tryGit("merge", "side");
  assert.equal(code, 1);
  assert.match(stderr, /Revision "m1" names the parent "a2", which does not exist/);
});

Deno.test("the merge driver hands what is no manifest to git's own merge, and says why", async () => {
  using project = await branches(
    (main) => main.line("a1", { message: "ours" }),
    (side) => side.write("migrations/manifest.json", "no manifest\n"),
  );
  const { code, stderr } = await project.tryGit("merge", "side");
  assert.equal(code, 1);
  assert.match(stderr, /error\[manifest-syntax\]/);
  assert.match(project.read("migrations/manifest.json"), /^<<<<<<< ours/m);
});

Deno.test("the merge driver merges criss-cross histories and manifests that both branches began", async () => {
  using project = await branches(
    (main) => main.add("m1", { parents: ["a2"] }),
    (side) => side.add("s1", { parents: ["a2"] }),
  );
  await project.git("branch", "old-main");
  await project.git("merge", "-q", "--no-verify", "-m", "x", "side");
  await project.git("switch", "-q", "side");
  await project.git("merge", "-q", "--no-verify", "-m", "x", "old-main");
  project.add("s2", { parents: ["s1"] });
  await project.commit();
  await project.git("switch", "-q", "main");
  project.add("m2", { parents: ["m1"] });
  await project.commit();
  await project.git("merge", "-q", "--no-verify", "-m", "x", "side");
  assert.deepEqual(idsOf(project), ["a1", "a2", "m1", "m2", "s1", "s2"]);
});

Deno.test("without the driver the committed union attribute merges two branches' revisions", async () => {
  using project = await branches(
    (main) => main.add("m1", { parents: ["a2"] }),
    (side) => side.add("s1", { parents: ["a2"] }),
    { driver: false },
  );
  await project.git("merge", "-q", "--no-verify", "-m", "x", "side");
  assert.deepEqual(idsOf(project), ["a1", "a2", "m1", "s1"]);
});

Deno.test("a driver whose program is gone leaves the merge to git's union", async () => {
  using project = await branches(
    (main) => main.add("m1", { parents: ["a2"] }),
    (side) => side.add("s1", { parents: ["a2"] }),
  );
  const driver = (await project.git("config", "merge.aludel.driver")).trim();
  await project.git("config", "merge.aludel.driver", driver.replaceAll("[ -x /", "[ -x /gone/"));
  await project.git("merge", "-q", "--no-verify", "-m", "x", "side");
  assert.deepEqual(idsOf(project), ["a1", "a2", "m1", "s1"]);
});
