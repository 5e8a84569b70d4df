import { git } from "./git.ts";

/** Where `core.hooksPath` is set; `global` and `system` hold for every repository of the user or the machine. */
export type ConfigScope = "system" | "global" | "local" | "worktree" | "command";

/** What hooks and merge drivers need to know of a repository. Paths are absolute. */
export interface Repository {
  /** The root of the working tree, where git starts hooks. */
  readonly root: string;
  /** The folder in which git looks for hooks: in a linked working tree or a submodule it is elsewhere. */
  readonly hooks: string;
  /** Where `core.hooksPath` says so; undefined where it is unset. */
  readonly hooksScope: ConfigScope | undefined;
  /** The clone's own attributes, which are not committed. */
  readonly attributes: string;
}

/** @throws {AludelError} `git-not-repository`, and what else git's failure means. */
export async function findRepository(cwd: string): Promise<Repository> {
  const { text: root } = await git({ cwd, args: ["rev-parse", "--show-toplevel"] });
  // From the root, because a relative hooks path starts there.
  const [paths, scope] = await Promise.all([
    git({ cwd: root, args: ["rev-parse", "--git-path", "hooks", "--git-path", "info/attributes"] }),
    git({ cwd: root, args: ["config", "--show-scope", "--get", "core.hooksPath"], answers: [1] }),
  ]);
  const [hooks = "", attributes = ""] = paths.text.split("\n");
  return {
    root,
    hooks: absolute(hooks, root),
    attributes: absolute(attributes, root),
    hooksScope: scope.code === 0 ? scope.text.split("\t", 1)[0] as ConfigScope : undefined,
  };
}

function absolute(path: string, root: string): string {
  return /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${root}/${path}`;
}
