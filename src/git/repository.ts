import { host } from "../host/mod.ts";
import { writeAtomically } from "../project/workspace/files.ts";
import { git } from "./git.ts";

/**
 * The scope in which `core.hooksPath` is set. `global` and `system` apply to every repository of the user or machine.
 */
export type ConfigScope = "system" | "global" | "local" | "worktree" | "command";

/** The paths that hooks and merge drivers need. All are absolute. */
export interface Repository {
  /** The root of the working tree, in which git starts hooks. */
  readonly root: string;
  /** The folder in which git looks for hooks. In a linked working tree or a submodule it is elsewhere. */
  readonly hooks: string;
  /** The scope of `core.hooksPath`; undefined if it is unset. */
  readonly hooksScope: ConfigScope | undefined;
  /** The clone's own attributes, which are not committed. */
  readonly attributes: string;
}

/** @throws {AludelError} `git-not-repository`, and the error for git's failure. */
export async function findRepository(cwd: string): Promise<Repository> {
  const { text: root } = await git({ cwd, args: ["rev-parse", "--show-toplevel"] });
  // Run in the root, because a relative hooks path starts there.
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

/** A change of a clone that is not committed: of a hook, its own attributes, or its configuration. */
export type RepositoryChange =
  | {
    readonly kind: "write";
    readonly path: string;
    readonly text: string;
    readonly executable: boolean;
    /** The added lines, if all others are kept. */
    readonly adds?: readonly string[];
  }
  | { readonly kind: "move"; readonly path: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "configure"; readonly key: string; readonly value: string }
  | { readonly kind: "unconfigure"; readonly section: string };

/** Formats a change as a line in the imperative, which is printed before the change is made. */
export function changeText(change: RepositoryChange): string {
  switch (change.kind) {
    case "write":
      return change.adds === undefined
        ? `write   ${change.path}`
        : [`add to  ${change.path}`, ...change.adds.map((line) => `          ${line}`)].join("\n");
    case "move":
      return `keep    ${change.path}\n     as ${change.to}`;
    case "remove":
      return `remove  ${change.path}`;
    case "configure":
      return `set     ${change.key} = ${change.value}`;
    case "unconfigure":
      return `unset   ${change.section}`;
  }
}

/**
 * Makes the changes in order.
 * @throws {AludelError} `file-unwritable`, and the error for git's failure.
 */
export async function applyChanges(
  root: string,
  changes: readonly RepositoryChange[],
): Promise<void> {
  for (const change of changes) await applyChange(root, change);
}

async function applyChange(root: string, change: RepositoryChange): Promise<void> {
  switch (change.kind) {
    case "write":
      host.files.makeFolder(change.path.replace(/[/\\][^/\\]*$/, ""), { recursive: true });
      writeAtomically(change.path, change.text);
      if (change.executable && host.os !== "windows") host.files.setMode(change.path, 0o755);
      return;
    case "move":
      return host.files.rename(change.path, change.to);
    case "remove":
      return host.files.remove(change.path);
    case "configure":
      await git({ cwd: root, args: ["config", "--local", change.key, change.value] });
      return;
    case "unconfigure":
      await git({ cwd: root, args: ["config", "--local", "--remove-section", change.section] });
      return;
  }
}

/** The name of the merge driver in attributes and configuration. */
export const DRIVER = "aludel";

const MARK = "# aludel hook";
/** Marks that the line before had no line break, so that removing the lines restores every byte. */
const MARK_AFTER_OPEN_LINE = "# aludel hook, after a line that had no end";

/**
 * The attribute line that makes git merge a manifest with the driver.
 * @param path The path of the manifest from the root of the working tree.
 */
export function attributeLine(path: string): string {
  // https://git-scm.com/docs/gitattributes: a pattern with a space is quoted as in C; a leading slash anchors it at the
  // root.
  const pattern = "/" + path.replace(/[*?[\\]/g, "\\$&");
  return `${/[\s"]/.test(pattern) ? JSON.stringify(pattern) : pattern} merge=${DRIVER}`;
}

/** Adds the line to the attributes, if it is not there. */
export function addAttribute(text: string, line: string): string {
  if (hasAttribute(text, line)) return text;
  const open = text !== "" && !text.endsWith("\n");
  return `${text}${open ? "\n" : ""}${open ? MARK_AFTER_OPEN_LINE : MARK}\n${line}\n`;
}

/** Removes the line, so that the attributes are as before {@linkcode addAttribute}. */
export function removeAttribute(text: string, line: string): string {
  for (const [mark, before] of [[MARK, ""], [MARK_AFTER_OPEN_LINE, "\n"]] as const) {
    const block = `${before}${mark}\n${line}\n`;
    const at = text.indexOf(block);
    if (at >= 0 && (at === 0 || before !== "" || text[at - 1] === "\n")) {
      return text.slice(0, at) + text.slice(at + block.length);
    }
  }
  return text;
}

/** Whether the text has exactly this line. */
export function hasAttribute(text: string, line: string): boolean {
  return text.split(/\r?\n/).includes(line);
}

/** Whether any line, of any project, names the driver. */
export function namesDriver(text: string): boolean {
  return text.split(/\r?\n/).some((line) => line.endsWith(` merge=${DRIVER}`));
}
