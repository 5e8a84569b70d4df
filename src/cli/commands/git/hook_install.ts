import { isInstalled, planInstall, readHookSetup } from "../../../git/hook.ts";
import { applyChanges, changeText } from "../../../git/repository.ts";
import { defineCommand } from "../../arguments/command.ts";
import { requireProject } from "../../../project/workspace/project.ts";
import { Session } from "../../session/session.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
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
