import { planUninstall, readHookSetup } from "../../../git/hook.ts";
import { applyChanges, changeText } from "../../../git/repository.ts";
import { defineCommand } from "../../arguments/command.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "hook uninstall",
  description: [
    "Undoes aludel hook install, and restores the hook that was there before. Hooks of other programs are left alone.",
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
