import {
  BEFORE,
  type HookState,
  isInstalled,
  planInstall,
  planUninstall,
  readHookSetup,
} from "../../../git/hook.ts";
import { applyChanges, changeText, hasAttribute } from "../../../git/repository.ts";
import { requireProject } from "../../../project/workspace/project.ts";
import { plural } from "../../../text/layout.ts";
import { shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { Session } from "../../session/session.ts";

export const install = defineCommand({
  name: "hook install",
  description: [
    "Makes git verify every commit and merge commit of this clone (aludel verify --staged), and merge the manifests of two branches revision by revision. It prints its changes, none of which is committed: two hooks, a line in the clone's attributes, and the merge driver in its configuration.",
    "An existing hook is kept and runs first. Run it again after you move Aludel.",
    "git runs no hook for --no-verify, rebase, cherry-pick and revert: run aludel verify --since in CI as well.",
  ],
  flags: {
    dryRun: { kind: "switch", help: "print what would be written, and write nothing" },
  },
  positional: [],
  examples: [
    { command: "aludel hook install", says: "refuses commits with drafts or edited revisions" },
  ],
  async run(context, flags) {
    const { runtime, ui } = context;
    const { project } = new Session(context, flags);
    requireProject(project);
    const setup = await readHookSetup(project);
    const changes = planInstall(setup, runtime.program);
    for (const change of changes) ui.data(changeText(change));
    if (!flags.dryRun) await applyChanges(setup.repository.root, changes);
    ui.json({ dryRun: flags.dryRun, edits: changes });
    if (changes.length === 0) ui.notice("Nothing to do: everything is installed.");
    else if (flags.dryRun) ui.notice("Nothing was written.");
    else if (isInstalled(setup)) ui.notice("The hooks were updated.");
    else {
      ui.notice("From now on every commit is verified.");
      ui.hint(shell`aludel hook uninstall # undo this`);
    }
  },
});

export const uninstall = defineCommand({
  name: "hook uninstall",
  description: [
    "Undoes aludel hook install, and restores earlier hooks. Hooks of other programs are left alone.",
  ],
  flags: {
    dryRun: { kind: "switch", help: "print what would be removed, and change nothing" },
  },
  positional: [],
  examples: [{ command: "aludel hook uninstall", says: "commits are no longer verified" }],
  async run(context, flags) {
    const { ui } = context;
    const setup = await readHookSetup(new Session(context, flags).project);
    const changes = planUninstall(setup);
    for (const change of changes) ui.data(changeText(change));
    if (!flags.dryRun) await applyChanges(setup.repository.root, changes);
    ui.json({ dryRun: flags.dryRun, edits: changes });
    if (changes.length === 0) ui.notice("Nothing to do: nothing is installed.");
    else if (flags.dryRun) ui.notice("Nothing was changed.");
  },
});

export const status = defineCommand({
  name: "hook status",
  description: [
    "Shows for each hook whether it checks this project, and whether git merges the manifest with Aludel's driver. Exits 3 unless everything is installed.",
  ],
  flags: {},
  positional: [],
  examples: [{ command: "aludel hook status", says: "shows what is installed" }],
  async run(context, flags) {
    const { ui } = context;
    const { project } = new Session(context, flags);
    requireProject(project);
    const setup = await readHookSetup(project);
    const installed = isInstalled(setup);
    const merges = setup.driver !== undefined && hasAttribute(setup.attributes, setup.attribute);
    ui.json({
      clean: installed,
      hooks: setup.hooks.map((hook) => ({
        ...hook,
        verifies: hook.checks.includes(setup.config),
      })),
      mergeDriver: merges,
    });
    for (const hook of setup.hooks) {
      ui.data(`${hook.name.padEnd(18)}${hookText(hook, setup.config)}`);
      ui.data(`${" ".repeat(18)}${ui.style.dim(hook.path)}`);
    }
    ui.data(`${"merge driver".padEnd(18)}${merges ? "registered" : "not registered"}`);
    if (installed) return 0;
    ui.hint(shell`aludel hook install`);
    return 3;
  },
});

function hookText(hook: HookState, config: string): string {
  const verifies = hook.checks.includes(config);
  if (hook.kind === "none") return "not installed";
  if (hook.kind === "other") return "not installed: there is another program's hook";
  const others = hook.checks.length - (verifies ? 1 : 0);
  return [
    verifies ? "verifies" : "does not check this project",
    ...(others > 0 ? [`checks ${plural(others, "other project")}`] : []),
    ...(hook.chained ? [`runs ${hook.name}${BEFORE} first`] : []),
  ].join("; ");
}
