import { AludelError } from "../errors.ts";
import { pathExists } from "../project/path_exists.ts";
import type { Project } from "../project/project.ts";
import { MANIFEST_FILE } from "../project/revision_files.ts";
import { driverLine, type ProgramWords } from "./hook_program.ts";
import { BEFORE, formatHook, type HookCheck, HOOKS, parseHook } from "./hook_script.ts";
import { git } from "./git.ts";
import { gitFolder, pathIn } from "./git_folder.ts";
import {
  addAttribute,
  attributeLine,
  DRIVER,
  hasAttribute,
  namesDriver,
  removeAttribute,
} from "./merge_attribute.ts";
import { findRepository, type Repository } from "./repository.ts";
import type { RepositoryChange } from "./repository_change.ts";

/** How one hook stands. */
export interface HookState {
  readonly name: (typeof HOOKS)[number];
  readonly path: string;
  /** `none`: there is no hook · `other`: it is somebody else's · `aludel`: it checks some project. */
  readonly kind: "none" | "other" | "aludel";
  /** What it checks, of this project and of others. */
  readonly checks: readonly HookCheck[];
  /** Whether a hook that was there before is kept, and run first. */
  readonly chained: boolean;
}

/** How git and a project stand to each other in this clone. */
export interface HookSetup {
  readonly repository: Repository;
  /** The project's settings file seen from the root, as in {@linkcode HookCheck}. */
  readonly config: string;
  readonly hooks: readonly HookState[];
  /** The project's line in the clone's attributes. */
  readonly attribute: string;
  readonly attributes: string;
  /** The command that is configured as the merge driver; undefined where there is none. */
  readonly driver: string | undefined;
}

/** @throws {AludelError} `hook-needs-settings`, and what git's failure means. */
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
  return hooks.every(({ checks }) => checks.some((check) => check.config === config)) &&
    driver !== undefined && hasAttribute(attributes, attribute);
}

/**
 * The changes that have this clone check the project at every commit, and merge its manifest. None where all is there.
 *
 * @throws {AludelError} `hook-shared-folder`, `hook-managed`, `hook-in-the-way`.
 */
export function planInstall(
  setup: HookSetup,
  program: ProgramWords,
  seal: boolean,
): readonly RepositoryChange[] {
  refuseForeignFolder(setup.repository);
  const { config, repository, attributes, attribute } = setup;
  const changes: RepositoryChange[] = [];
  for (const { path, kind, checks, chained } of setup.hooks) {
    if (kind === "other") {
      if (chained) throw inTheWay(path);
      changes.push({ kind: "move", path, to: path + BEFORE });
    }
    const others = checks.filter((check) => check.config !== config);
    const text = formatHook(program, [...others, { config, seal }]);
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
      // Between several common ancestors there is nobody to resolve a conflict.
      { kind: "configure", key: `merge.${DRIVER}.recursive`, value: "union" },
    );
  }
  return changes;
}

/** The changes that undo an installation, and leave other projects' checks alone. */
export function planUninstall(setup: HookSetup): readonly RepositoryChange[] {
  const { config, repository, attributes, attribute } = setup;
  const changes: RepositoryChange[] = [];
  for (const { path, kind, checks, chained } of setup.hooks) {
    if (kind !== "aludel") continue;
    const others = checks.filter((check) => check.config !== config);
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
    return !checks?.some((check) => check.config === config);
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
      next: [`echo 'aludel verify --staged' >> ${root}/.husky/pre-commit`],
    });
  }
  if (hooksScope === "global" || hooksScope === "system") {
    throw new AludelError(
      "hook-shared-folder",
      `"${hooks}" holds the hooks of other repositories too: core.hooksPath is set for all of them`,
      {
        ...facts,
        next: [
          "git config core.hooksPath .git/hooks, to have hooks of its own here",
          `Add the line to ${hooks}/pre-commit`,
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
      next: [`Look at both, keep what is needed as ${path}, and remove the other`],
    },
  );
}

function needsSettings({ settings }: Project): AludelError {
  return new AludelError(
    "hook-needs-settings",
    `The project in "${settings.root}" is not at the root of the repository, so a hook needs its aludel.json`,
    { outcome: "Nothing was written", next: ["aludel init"] },
  );
}

/** As git sees it, which follows links on the way to a working tree. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path; // not there yet
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
