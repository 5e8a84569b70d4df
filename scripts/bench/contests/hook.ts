import { writeAludelProject } from "../aludel_project.ts";
import type { Contest } from "../contest.ts";
import { runQuietly } from "../process.ts";
import { workload } from "../workload.ts";
import { aludel, counted, EMPTY, emptyProgram, newFolder, type Yard } from "../yard.ts";

/** What a commit that adds one revision costs with the hook. No peer has one. */
export function hookContest(yard: Yard, size: number): readonly Contest[] {
  if (yard.field.git === undefined) return [];
  const cwd = newFolder(yard, "hook");
  const git = (...args: string[]) => ["git", ...args];
  runQuietly(cwd, git("init", "--quiet"));
  const settings = [
    ["user.name", "Bench"],
    ["user.email", "bench@example.org"],
    ["commit.gpgSign", "false"],
    ["core.hooksPath", ".git/hooks"],
    ["gc.auto", "0"],
  ];
  for (const [name, value] of settings) runQuietly(cwd, git("config", name!, value!));
  // The same revisions twice: a workload of another size may have others.
  const revisions = workload(size + 1);
  writeAludelProject(cwd, revisions.slice(0, size));
  runQuietly(cwd, git("add", "."));
  runQuietly(cwd, git("commit", "--quiet", "-m", "all but one"));
  // As a clone has it; git packs what a project gathers by itself, but not at a moment of our choice.
  runQuietly(cwd, git("repack", "-a", "-d", "--quiet"));
  runQuietly(cwd, aludel(yard, "hook", "install"));
  writeAludelProject(cwd, revisions);
  runQuietly(cwd, git("add", "."));
  const base = new TextDecoder().decode(
    new Deno.Command("git", { args: ["rev-parse", "HEAD"], cwd }).outputSync().stdout,
  ).trim();
  const staged = () => runQuietly(cwd, git("reset", "--quiet", "--soft", base));
  const listed = "limit: git diff --cached";
  const plain = "limit: git commit --no-verify";
  const commit = git("commit", "--quiet", "-m", "one more");
  return [{
    kind: "hook",
    count: size,
    title: `a commit that adds one revision to ${counted(size, "revision")}`,
    references: [EMPTY, plain],
    contenders: [
      emptyProgram(cwd),
      { name: listed, role: "limit", command: git("diff", "--cached", "--name-only"), cwd },
      { name: plain, role: "limit", command: [...commit, "--no-verify"], cwd, prepare: staged },
      {
        name: "aludel verify --staged",
        role: "own",
        command: aludel(yard, "verify", "--staged"),
        cwd,
        prepare: staged,
        memory: true,
      },
      {
        name: "git commit, with Aludel's hook",
        role: "own",
        command: commit,
        cwd,
        prepare: staged,
      },
    ],
    notes: [],
  }];
}
