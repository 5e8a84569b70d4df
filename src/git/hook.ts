import { host } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { isAbsolutePath, pathExists } from "../project/workspace/files.ts";
import type { Project } from "../project/workspace/project.ts";
import { MANIFEST_FILE } from "../project/workspace/revision_files.ts";
import { say, shell, typedWord } from "../text/next_step.ts";
import { git, gitFolder, pathIn } from "./git.ts";
import {
  addAttribute,
  attributeLine,
  DRIVER,
  findRepository,
  hasAttribute,
  namesDriver,
  removeAttribute,
  type Repository,
  type RepositoryChange,
} from "./repository.ts";

/** Quotes a word for a POSIX shell if it has characters that are special there. */
export function shellWord(word: string): string {
  return /^[0-9A-Za-z_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The words that start this program: the standalone binary, or Deno, `run`, its flags and main.ts. Paths are absolute,
 * because an editor may run the hook without a PATH.
 */
type ProgramWords = readonly string[];

/** Formats the program as a shell command. */
function programLine(program: ProgramWords): string {
  return program.map((word) => shellWord(slashes(word))).join(" ");
}

/** A shell condition that is true if the program is still at its path. */
function programTest(program: ProgramWords): string {
  const [first = "", ...rest] = program.map(slashes);
  const last = rest.at(-1);
  const script = last !== undefined && isAbsolutePath(last) ? ` && [ -e ${shellWord(last)} ]` : "";
  return `[ -x ${shellWord(first)} ]${script}`;
}

/**
 * The command that git runs to merge two manifests. If the program is gone, git's own union merge is used instead.
 * https://git-scm.com/docs/gitattributes, "Defining a custom merge driver"
 */
function driverLine(program: ProgramWords): string {
  return `if ${programTest(program)}; then ${programLine(program)} merge-driver %O %A %B %P; ` +
    "else git merge-file --union %A %O %B; fi";
}

/** Replaces backslashes, which are escapes in the shell of Git for Windows. */
function slashes(word: string): string {
  return host.os === "windows" ? word.replaceAll("\\", "/") : word;
}

/** The hooks to install. When git commits a merge, it runs only the second one. */
const HOOKS = ["pre-commit", "pre-merge-commit"] as const;

/** The suffix of a hook that existed before. */
export const BEFORE = ".before-aludel";

const MARK = "# aludel hook 1";

/**
 * Formats a hook.
 *
 * @param configs The projects that it checks: the paths of their settings files from the root of the working tree, or
 * an empty text for a project at the root without one.
 */
export function formatHook(program: ProgramWords, configs: readonly string[]): string {
  return `#!/bin/sh
${MARK}: written by "aludel hook install", taken back by "aludel hook uninstall"

before="$0${BEFORE}"
if [ -x "$before" ]; then "$before" "$@" || exit; fi

run() {
  if ${programTest(program)}; then
    ${programLine(program)} "$@"
  elif command -v aludel >/dev/null; then
    aludel "$@"
  else
    echo 'aludel is neither where it was nor on the PATH; once it is: aludel hook install' >&2
    return 1
  fi
}

# A settings file that this branch does not have is a project that it does not have.
check() {
  [ -e "$1" ] || return 0
  run verify --staged --quiet --config "$1" || exit
}
# Nor is one without settings on every branch.
check_here() {
  [ -e migrations/manifest.json ] || git cat-file -e HEAD:migrations/manifest.json 2>/dev/null || return 0
  run verify --staged --quiet || exit
}

${configs.map(checkLine).join("\n")}
`;
}

/**
 * Reads the projects that a hook checks, as {@linkcode formatHook} takes them; undefined for another program's hook.
 */
export function parseHook(text: string): readonly string[] | undefined {
  if (!text.startsWith(`#!/bin/sh\n${MARK}`)) return undefined;
  const configs: string[] = [];
  for (const line of text.split("\n")) {
    const match = /^check(?:_here$| (?=\S))(.*)$/.exec(line);
    if (match !== null) configs.push(unquoted(match[1] ?? ""));
  }
  return configs;
}

function checkLine(config: string): string {
  return config === "" ? "check_here" : `check ${shellWord(config)}`;
}

/** Undoes `shellWord`. */
function unquoted(word: string): string {
  return word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;
}

/** The state of one hook. */
export interface HookState {
  readonly name: (typeof HOOKS)[number];
  readonly path: string;
  /** `none`: there is no hook · `other`: it belongs to another program · `aludel`: it checks some project. */
  readonly kind: "none" | "other" | "aludel";
  /** The projects that it checks, as {@linkcode formatHook} takes them. */
  readonly checks: readonly string[];
  /** Whether a hook that existed before is kept and runs first. */
  readonly chained: boolean;
}

/** The state of hooks and merge driver for a project in this clone. */
export interface HookSetup {
  readonly repository: Repository;
  /** The path of the project's settings file from the root, as {@linkcode formatHook} takes it. */
  readonly config: string;
  readonly hooks: readonly HookState[];
  /** The project's line in the clone's attributes. */
  readonly attribute: string;
  readonly attributes: string;
  /** The configured command of the merge driver, if there is one. */
  readonly driver: string | undefined;
}

/** @throws {AludelError} `hook-needs-settings`, and the error for git's failure. */
export async function readHookSetup(project: Project): Promise<HookSetup> {
  const { settings, migrations } = project;
  const repository = await findRepository(gitFolder(settings.root).cwd);
  const seen = (path: string) => gitFolder(realPath(path), repository.root);
  const root = seen(settings.root);
  const config = settings.file === undefined
    ? ""
    : pathIn(root, settings.file.replace(/^.*[/\\]/, ""));
  if (config === "" && root.path !== "") throw needsSettings(project);
  const driver = await git({
    cwd: repository.root,
    args: ["config", "--get", `merge.${DRIVER}.driver`],
    answers: [1],
  });
  return {
    repository,
    config,
    hooks: HOOKS.map((name) => hookState(repository, name)),
    attribute: attributeLine(pathIn(seen(migrations), MANIFEST_FILE)),
    attributes: readText(repository.attributes) ?? "",
    driver: driver.code === 0 ? driver.text : undefined,
  };
}

/** Whether both hooks check the project and the driver merges its manifest. */
export function isInstalled({ hooks, config, attributes, attribute, driver }: HookSetup): boolean {
  return hooks.every(({ checks }) => checks.includes(config)) &&
    driver !== undefined && hasAttribute(attributes, attribute);
}

/**
 * Plans the changes that make this clone check the project at every commit and merge its manifest. The list is empty if
 * everything is installed.
 *
 * @throws {AludelError} `hook-shared-folder`, `hook-managed`, `hook-in-the-way`.
 */
export function planInstall(
  setup: HookSetup,
  program: ProgramWords,
): readonly RepositoryChange[] {
  refuseForeignFolder(setup.repository);
  const { config, repository, attributes, attribute } = setup;
  const changes: RepositoryChange[] = [];
  for (const { path, kind, checks, chained } of setup.hooks) {
    if (kind === "other") {
      if (chained) throw inTheWay(path);
      changes.push({ kind: "move", path, to: path + BEFORE });
    }
    const others = checks.filter((check) => check !== config);
    const text = formatHook(program, [...others, config]);
    if (readText(path) !== text) changes.push({ kind: "write", path, text, executable: true });
  }
  const withLine = addAttribute(attributes, attribute);
  if (withLine !== attributes) {
    const path = repository.attributes;
    changes.push({ kind: "write", path, text: withLine, executable: false, adds: [attribute] });
  }
  const driver = driverLine(program);
  if (setup.driver !== driver) {
    changes.push(
      { kind: "configure", key: `merge.${DRIVER}.name`, value: "Aludel manifest" },
      { kind: "configure", key: `merge.${DRIVER}.driver`, value: driver },
      // In a merge of several common ancestors nobody can resolve a conflict.
      { kind: "configure", key: `merge.${DRIVER}.recursive`, value: "union" },
    );
  }
  return changes;
}

/** Plans the changes that undo an installation without touching the checks of other projects. */
export function planUninstall(setup: HookSetup): readonly RepositoryChange[] {
  const { config, repository, attributes, attribute } = setup;
  const changes: RepositoryChange[] = [];
  for (const { path, kind, checks, chained } of setup.hooks) {
    if (kind !== "aludel") continue;
    const others = checks.filter((check) => check !== config);
    if (others.length > 0) {
      if (others.length === checks.length) continue;
      const text = withoutChecks(readText(path) ?? "", config);
      changes.push({ kind: "write", path, text, executable: true });
      continue;
    }
    changes.push({ kind: "remove", path });
    if (chained) changes.push({ kind: "move", path: path + BEFORE, to: path });
  }
  const without = removeAttribute(attributes, attribute);
  if (without !== attributes) {
    const path = repository.attributes;
    changes.push(
      without === ""
        ? { kind: "remove", path }
        : { kind: "write", path, text: without, executable: false },
    );
  }
  if (setup.driver !== undefined && !namesDriver(without)) {
    changes.push({ kind: "unconfigure", section: `merge.${DRIVER}` });
  }
  return changes;
}

function hookState({ hooks }: Repository, name: HookState["name"]): HookState {
  const path = `${hooks}/${name}`;
  const chained = pathExists(path + BEFORE);
  if (!pathExists(path)) return { name, path, kind: "none", checks: [], chained };
  const checks = parseHook(readText(path) ?? "");
  const kind = checks === undefined ? "other" : "aludel";
  return { name, path, kind, checks: checks ?? [], chained };
}

function withoutChecks(text: string, config: string): string {
  return text.split("\n").filter((line) => {
    const checks = parseHook(`${text.split("\n", 2).join("\n")}\n${line}`);
    return !checks?.includes(config);
  }).join("\n");
}

function refuseForeignFolder({ hooks, hooksScope, root }: Repository): void {
  const facts = {
    outcome: "Nothing was written",
    notes: ["The line that does the work is: aludel verify --staged"],
  };
  if (/[/\\]\.husky([/\\]_)?$/.test(hooks)) {
    throw new AludelError("hook-managed", "Husky writes the hooks of this repository", {
      ...facts,
      next: [
        shell`sh -c ${`echo "aludel verify --staged" >> ${
          typedWord(`${root}/.husky/pre-commit`)
        }`}`,
      ],
    });
  }
  if (hooksScope === "global" || hooksScope === "system") {
    throw new AludelError(
      "hook-shared-folder",
      `"${hooks}" holds the hooks of other repositories too: core.hooksPath is set for all of them`,
      {
        ...facts,
        next: [
          shell`git config core.hooksPath .git/hooks # give this repository its own hooks`,
          say(`Add the line to ${hooks}/pre-commit`),
        ],
      },
    );
  }
}

function inTheWay(path: string): AludelError {
  return new AludelError(
    "hook-in-the-way",
    `Another program replaced the hook "${path}", and "${path}${BEFORE}" is there from before`,
    {
      outcome: "Nothing was written",
      next: [say(`Compare both, keep what you need as ${path}, and remove the other`)],
    },
  );
}

function needsSettings({ settings }: Project): AludelError {
  return new AludelError(
    "hook-needs-settings",
    `The project in "${settings.root}" is not at the root of the repository, so a hook needs its aludel.json`,
    { outcome: "Nothing was written", next: [shell`aludel init`] },
  );
}

/** The real path, as git reports it. */
function realPath(path: string): string {
  try {
    return host.files.realPath(path);
  } catch {
    return path; // It does not exist yet.
  }
}

function readText(path: string): string | undefined {
  try {
    return host.files.readText(path);
  } catch {
    return undefined;
  }
}
