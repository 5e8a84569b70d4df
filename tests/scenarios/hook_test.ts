import assert from "node:assert/strict";
import { startProject } from "../../src/project/author/start_project.ts";
import { aludel, aludelCommand, run, temporaryFolder } from "./cli.ts";
import {
  GIT_ENVIRONMENT,
  gitFolderWithout,
  type GitProject,
  gitProject,
  gitProjectIn,
} from "./git_project.ts";

async function hooked(): Promise<GitProject> {
  const project = await gitProject();
  await project.done("hook", "install", "--quiet");
  return project;
}

/** A commit with hooks: whether it was made. */
async function commits(project: GitProject, ...args: string[]): Promise<boolean> {
  const before = (await project.tryGit("rev-parse", "HEAD")).stdout;
  await project.tryGit("commit", "-q", "-m", "x", ...args);
  return (await project.tryGit("rev-parse", "HEAD")).stdout !== before;
}

Deno.test("an installed hook refuses drafts and edits at every kind of commit", async () => {
  using project = await hooked();
  project.add("a1", { sealed: false });
  await project.git("add", ".");
  assert.equal(await commits(project), false, "first commit");
  await project.done("seal", "-q");
  await project.git("add", ".");
  assert.equal(await commits(project), true, "first commit");
  project.write("migrations/a1/up.sql", "CREATE TABLE other (a);\n");
  assert.equal(await commits(project, "-a"), false, "commit -a");
  assert.equal(await commits(project, "--only", "migrations/a1/up.sql"), false, "commit --only");
  assert.equal(await commits(project, "--allow-empty"), true, "nothing of it is staged");
  await project.git("add", ".");
  assert.equal(await commits(project, "--amend"), false, "commit --amend");
  await project.git("checkout", "-q", "--detach");
  const refused = await project.tryGit("commit", "-m", "x");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /error\[revision-edited\]: Sealed revision "a1" was edited/);
  assert.equal(await commits(project, "--no-verify"), true);
  assert.deepEqual(await project.codes("--since", "main"), ["revision-edited"]);
});

Deno.test("an installed hook checks what a merge commits, also during a rebase", async () => {
  using project = await hooked();
  project.add("a1");
  await project.commit();
  await project.git("switch", "-qc", "side");
  project.add("s1", { sealed: false });
  await project.commit();
  await project.git("switch", "-q", "main");
  project.write("other.txt", "x");
  await project.commit();
  const merge = await project.tryGit("merge", "side", "-m", "x");
  assert.equal(merge.code, 1);
  assert.match(merge.stdout + merge.stderr, /error\[revision-unsealed\].*"s1"/);
  await project.git("merge", "--abort");
  await project.git("switch", "-q", "side");
  const rebase = await project.tryGit("rebase", "-q", "--exec", "git commit --amend -qm y", "main");
  assert.notEqual(rebase.code, 0);
  assert.match(rebase.stderr, /error\[revision-unsealed\]/);
  await project.done("seal", "-q");
  await project.git("add", ".");
  assert.equal(await commits(project, "--amend"), true);
  await project.git("rebase", "--continue");
  assert.deepEqual(await project.codes("--since", "main"), []);
});

Deno.test("hook install chains the hook that is there, and uninstall restores every byte", async () => {
  using project = await gitProject();
  const own = `${project.path}/.git/hooks/pre-commit`;
  const attributes = `${project.path}/.git/info/attributes`;
  Deno.mkdirSync(`${project.path}/.git/hooks`, { recursive: true });
  Deno.mkdirSync(`${project.path}/.git/info`, { recursive: true });
  Deno.writeTextFileSync(own, "#!/bin/sh\necho own; [ ! -e stop ]\n");
  Deno.chmodSync(own, 0o711);
  Deno.writeTextFileSync(attributes, "*.png binary");
  const config = project.read(".git/config");
  const plan = await project.done("hook", "install", "--dry-run");
  assert.match(plan, /^keep {4}.*pre-commit\n {5}as .*pre-commit\.before-aludel\nwrite/);
  assert.equal((await project.aludel("hook", "status")).code, 3);
  assert.equal(await project.done("hook", "install"), plan);
  const again = await project.aludel("hook", "install");
  assert.deepEqual([again.code, again.stdout], [0, ""]);
  assert.match(
    await project.done("hook", "status"),
    /verifies; runs pre-commit\.before-aludel first/,
  );
  project.add("a1");
  await project.git("add", ".");
  const commit = await project.tryGit("commit", "-m", "x");
  assert.deepEqual([commit.code, commit.stderr.split("\n")[0]], [0, "own"]);
  project.write("stop", "");
  assert.equal(await commits(project, "--allow-empty"), false);
  await project.done("hook", "uninstall");
  assert.equal(Deno.readTextFileSync(own), "#!/bin/sh\necho own; [ ! -e stop ]\n");
  assert.equal(Deno.statSync(own).mode! & 0o777, 0o711);
  assert.equal(Deno.readTextFileSync(attributes), "*.png binary");
  assert.equal(project.read(".git/config"), config);
  assert.equal(project.has(".git/hooks/pre-merge-commit"), false);
  assert.equal(await project.done("hook", "uninstall"), "");
});

Deno.test("hook install finds core.hooksPath, linked working trees and submodules", async () => {
  using project = await gitProject();
  await project.git("config", "core.hooksPath", "tools/hooks");
  project.add("a1");
  await project.commit();
  await project.git("worktree", "add", "-q", "linked");
  const linked = gitProjectIn(project, "linked");
  await linked.done("hook", "install");
  assert.ok(linked.has("tools/hooks/pre-commit"));
  linked.add("a2", { sealed: false });
  await linked.git("add", "migrations");
  assert.equal(await commits(linked), false);
  await linked.done("hook", "uninstall");
  await linked.git("config", "--unset", "core.hooksPath");
  await linked.done("hook", "install");
  assert.ok(project.has(".git/hooks/pre-commit"));
  assert.equal(await commits(linked), false);

  using outer = await gitFolderWithout();
  await outer.git(
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "add",
    "-q",
    project.path,
    "sub",
  );
  const module = gitProjectIn(outer, "sub");
  await module.done("hook", "install");
  assert.ok(outer.has(".git/modules/sub/hooks/pre-commit"));
  module.add("a3", { sealed: false });
  await module.git("add", ".");
  assert.equal(await commits(module), false);
});

Deno.test("a repository with several projects checks each, and a branch without one passes", async () => {
  using folder = await gitFolderWithout();
  await folder.git("commit", "-q", "--allow-empty", "-m", "empty");
  const names = ["it's one", "two"] as const;
  const [one, two] = names.map((name) => {
    startProject(`${folder.path}/${name}`);
    return gitProjectIn(folder, name);
  }) as [GitProject, GitProject];
  await one.done("hook", "install");
  await two.done("hook", "install");
  two.add("b1", { sealed: false });
  await folder.git("add", ".");
  assert.equal(await commits(folder), false);
  await two.done("hook", "uninstall");
  assert.equal(await commits(folder), true);
  one.add("a1", { sealed: false });
  await folder.git("add", ".");
  const refused = await folder.tryGit("commit", "-m", "x");
  assert.match(refused.stderr, /it's one\/migrations\/manifest\.json/);
  await folder.git("reset", "-q", "--hard");
  await folder.git("checkout", "-q", "HEAD~1");
  assert.equal(await commits(folder, "--allow-empty"), true);
  await folder.git("checkout", "-q", "main");
  await one.done("hook", "uninstall");
  assert.equal(folder.has(".git/hooks/pre-commit"), false);
  assert.equal(folder.has(".git/info/attributes"), false);
});

Deno.test("hook install refuses what it could not undo or would be overwritten in", async () => {
  using project = await gitProject();
  const code = async (...args: string[]) =>
    (await project.json("hook", "install", ...args)).value as { error?: { code: string } };
  await project.git("config", "core.hooksPath", ".husky/_");
  assert.equal((await code()).error?.code, "hook-managed");
  await project.git("config", "--unset", "core.hooksPath");
  project.write("global", "[core]\n\thooksPath = /tmp/shared-hooks\n");
  const shared = await aludel(["hook", "install", "--json"], {
    cwd: project.path,
    env: { ...GIT_ENVIRONMENT, GIT_CONFIG_GLOBAL: `${project.path}/global` },
  });
  assert.equal(JSON.parse(shared.stdout).error.code, "hook-shared-folder");
  project.write(".git/hooks/pre-commit", "#!/bin/sh\n");
  await project.done("hook", "install");
  project.write(".git/hooks/pre-commit", "#!/bin/sh\necho another tool\n");
  assert.equal((await code()).error?.code, "hook-in-the-way");
  Deno.mkdirSync(`${project.path}/below/migrations`, { recursive: true });
  Deno.copyFileSync(
    `${project.path}/migrations/manifest.json`,
    `${project.path}/below/migrations/manifest.json`,
  );
  await project.git("init", "-q", "nowhere");
  Deno.removeSync(`${project.path}/aludel.json`);
  const below = await aludel(["hook", "install", "--json"], {
    cwd: `${project.path}/below`,
    env: GIT_ENVIRONMENT,
  });
  assert.equal(JSON.parse(below.stdout).error.code, "hook-needs-settings");
});

Deno.test("hook install is refused where there is no project, and its hook passes where a branch has none", async () => {
  using bare = await gitFolderWithout();
  const refused = await bare.aludel("hook", "install");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error\[project-missing\]/);
  assert.ok(!bare.has(".git/hooks/pre-commit"));

  using project = await gitProject();
  Deno.removeSync(`${project.path}/aludel.json`);
  await project.git("commit", "-q", "--allow-empty", "-m", "before the project");
  await project.git("branch", "old");
  project.add("a1");
  await project.commit();
  await project.done("hook", "install");
  await project.git("checkout", "-q", "old");
  project.write("other.txt", "x");
  await project.git("add", "other.txt");
  await project.git("commit", "-q", "-m", "without the project");
  await project.git("checkout", "-q", "main");
  Deno.removeSync(`${project.path}/migrations`, { recursive: true });
  await project.git("add", "-A");
  assert.notEqual((await project.tryGit("commit", "-m", "lost")).code, 0);
});

const preCommit = await (async () => {
  try {
    return (await run("pre-commit", ["--version"], {})).code === 0;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "the pre-commit framework runs the hook that the repository offers" +
    (preCommit ? "" : " (skipped: there is no pre-commit; on Debian: apt install pre-commit)"),
  ignore: !preCommit,
  async fn() {
    using tools = temporaryFolder();
    tools.write(
      "bin/aludel",
      `#!/bin/sh\nexec ${aludelCommand().map((word) => `'${word}'`).join(" ")} "$@"\n`,
    );
    Deno.chmodSync(`${tools.path}/bin/aludel`, 0o755);
    // As a repository of its own: only the file that it reads.
    tools.write("offer/.pre-commit-hooks.yaml", Deno.readTextFileSync(".pre-commit-hooks.yaml"));
    const env = {
      ...GIT_ENVIRONMENT,
      PATH: `${tools.path}/bin:${Deno.env.get("PATH")}`,
      PRE_COMMIT_HOME: `${tools.path}/cache`,
    };
    const inOffer = (...args: string[]) => run("git", args, { cwd: `${tools.path}/offer`, env });
    await inOffer("init", "-q");
    await inOffer("add", ".");
    await inOffer("commit", "-q", "-m", "x");
    using project = await gitProject();
    project.add("a1");
    project.add("a2");
    await project.git("add", ".");
    const verify = () =>
      run("pre-commit", ["try-repo", `${tools.path}/offer`, "aludel-verify"], {
        cwd: project.path,
        env,
      });
    const good = await verify();
    assert.equal(good.code, 0, good.stdout + good.stderr);
    await project.commit();
    project.add("a3", { sealed: false });
    await project.git("add", ".");
    const draft = await verify();
    assert.equal(draft.code, 1);
    assert.match(draft.stdout, /revision-unsealed/);
    await project.git("reset", "-q", "--hard");
    await project.git("rm", "-q", "migrations/a2/up.sql");
    const deleted = await verify();
    assert.equal(deleted.code, 1, deleted.stdout);
    assert.match(deleted.stdout, /revision-file-missing/);
  },
});
