import assert from "node:assert/strict";
import { aludel, run, temporaryFolder, temporaryProject } from "./cli.ts";
import { GIT_ENVIRONMENT, type GitProject, gitProject } from "./git_project.ts";

/** Runs a command in an environment and gives its error, or what it found. */
async function codeOf(cwd: string, env: Record<string, string>, ...args: string[]) {
  const { code, stdout } = await aludel([...args, "--json"], {
    cwd,
    env: { ...GIT_ENVIRONMENT, ...env },
  });
  const { error, findings } = JSON.parse(stdout);
  return [code, error?.code ?? findings?.map((finding: { code: string }) => finding.code)];
}

/** A folder for PATH with a `git` of a few lines of shell. */
function fakeGit(lines: string) {
  const folder = temporaryFolder();
  folder.write("git", `#!/bin/sh\n${lines}\n`);
  Deno.chmodSync(`${folder.path}/git`, 0o755);
  return folder;
}

Deno.test("without git, or with one that is too old, the commands say so", async () => {
  using project = temporaryProject();
  using nothing = temporaryFolder();
  const git = async (path: string) =>
    await codeOf(project.path, { PATH: path }, "verify", "--staged");
  assert.deepEqual(await git(nothing.path), [1, "git-missing"]);
  using old = fakeGit(
    '[ "$1" = --version ] && echo git version 2.17.1 || { echo "unknown option" >&2; exit 129; }',
  );
  assert.deepEqual(await git(`${old.path}:/usr/bin:/bin`), [1, "git-too-old"]);
  using broken = fakeGit('[ "$1" = --version ] && echo git version 2.40.0 || exit 9');
  assert.deepEqual(await git(`${broken.path}:/usr/bin:/bin`), [1, "git-failed"]);
});

Deno.test("outside a repository the commands say so, and change nothing", async () => {
  using project = temporaryProject();
  for (
    const args of [
      ["verify", "--staged"],
      ["verify", "--since", "main"],
      ["hook", "install"],
      ["hook", "status"],
    ]
  ) assert.deepEqual(await codeOf(project.path, {}, ...args), [1, "git-not-repository"]);
  assert.deepEqual([...Deno.readDirSync(project.path)].map(({ name }) => name).sort(), [
    ".gitattributes",
    ".gitignore",
    "aludel.json",
    "migrations",
  ]);
});

Deno.test("an index with a conflict is refused with the paths", async () => {
  using project = await gitProject();
  project.add("a1", { sealed: false });
  await project.commit();
  await project.git("switch", "-qc", "side");
  project.write("migrations/a1/up.sql", "SELECT 'side';\n");
  await project.commit();
  await project.git("switch", "-q", "main");
  project.write("migrations/a1/up.sql", "SELECT 'main';\n");
  await project.commit();
  assert.equal((await project.tryGit("merge", "side")).code, 1);
  const refused = await project.aludel("verify", "--staged");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^error\[git-unmerged\]: "migrations\/a1\/up\.sql" is unmerged in the index\n/,
  );
  assert.deepEqual(await project.codes("--since", "HEAD"), ["revision-unsealed"]);
});

Deno.test("links and submodules in the place of files are refused", async () => {
  using project = await gitProject();
  project.add("a1");
  project.add("a2");
  await project.commit();
  const stage = async (mode: string, id: string, path: string) =>
    await project.git("update-index", "--add", "--cacheinfo", `${mode},${id},${path}`);
  const link = (await run("git", ["hash-object", "-w", "--stdin"], {
    cwd: project.path,
    env: GIT_ENVIRONMENT,
    stdin: "../../../etc/passwd",
  })).stdout.trim();
  await stage("120000", link, "migrations/a1/up.sql");
  assert.deepEqual(await project.codes(), ["git-not-a-file"]);
  await project.git("reset", "-q");
  await project.git("rm", "-rq", "--cached", "migrations/a2");
  await stage("160000", (await project.git("rev-parse", "HEAD")).trim(), "migrations/a2");
  assert.deepEqual(await project.codes(), ["git-not-a-file"]);
  await project.git("reset", "-q");
  await stage("120000", link, "migrations/manifest.json");
  assert.deepEqual(await project.codes(), ["git-not-a-file"]);
});

Deno.test("names with spaces, quotes, line breaks and bytes that are no UTF-8 are told apart", async () => {
  using project = await gitProject();
  project.add("a1");
  await project.commit();
  await stageNames(project, ["a b", 'a"b', "a\\nb", "a\\377b", "a*"]);
  const { code, stdout } = await project.aludel("verify", "--staged");
  assert.equal(code, 3);
  assert.deepEqual(
    stdout.match(/^error.*$/gm)?.sort(),
    [
      'error[folder-without-revision]: Folder "a b" has no line in the manifest',
      'error[folder-without-revision]: Folder "a\\"b" has no line in the manifest',
      'error[folder-without-revision]: Folder "a\\nb" has no line in the manifest',
      'error[folder-without-revision]: Folder "a*" has no line in the manifest',
      'error[folder-without-revision]: Folder "a\ufffdb" has no line in the manifest',
    ].sort(),
  );
});

/** Stages an up.sql in folders whose names are written as `printf` understands them. */
async function stageNames(project: GitProject, names: readonly string[]): Promise<void> {
  const id = (await project.git("rev-parse", "HEAD:migrations/a1/up.sql")).trim();
  const entries = names.map((name) =>
    `100644 ${id}\\tmigrations/${name.replaceAll('"', '\\"')}/up.sql\\000`
  ).join("");
  const line = `printf '${entries}' | git update-index -z --index-info`;
  const { code, stderr } = await run("/bin/bash", ["-c", line], {
    cwd: project.path,
    env: GIT_ENVIRONMENT,
  });
  assert.equal(code, 0, stderr);
}

Deno.test("a merge driver that is given no files, or not enough, says so", async () => {
  using project = await gitProject();
  assert.deepEqual(await codeOf(project.path, {}, "merge-driver", "a", "b", "c", "p"), [
    1,
    "file-unreadable",
  ]);
  assert.deepEqual(await codeOf(project.path, {}, "merge-driver", "a"), [2, "usage"]);
});

Deno.test("a file whose content git has lost is named, and not taken for deleted", async () => {
  using project = await gitProject();
  project.add("a1");
  await project.git("add", "-A", ".");
  const id = (await project.git("rev-parse", ":./migrations/a1/up.sql")).trim();
  Deno.removeSync(`${project.path}/.git/objects/${id.slice(0, 2)}/${id.slice(2)}`);
  const { code, stdout } = await project.aludel("verify", "--staged");
  assert.equal(code, 3);
  assert.match(stdout, /^error\[git-object-missing\]: .*"migrations\/a1\/up\.sql"/);
  assert.match(stdout, new RegExp(id));
});
