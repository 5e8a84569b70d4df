import { AludelError } from "../../../errors.ts";
import { writeRevision } from "../../../project/author/write_revision.ts";
import { defineCommand } from "../../arguments/command.ts";
import { Session } from "../../session/session.ts";
import { reportDraft, waitingFor } from "../../render/draft.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "merge",
  description: [
    "Writes a draft that follows several revisions, so that branches have one head again. It needs no SQL unless the branches must be reconciled.",
  ],
  flags: {
    message: { kind: "text", alias: "m", value: "MSG", help: "message (default: the ids)" },
    branchLabel: { kind: "list", value: "LABEL", help: "a name for the branch that starts here" },
    revId: { kind: "text", value: "ID", help: "its id (default: 12 random hex digits)" },
    splice: { kind: "switch", help: "allow parents that are not heads" },
  },
  positional: [{
    name: "REF",
    help: 'revisions to join: "heads" for all heads, or two or more refs',
    many: true,
  }],
  examples: [
    { command: 'aludel merge heads -m "join billing and events"', says: "all heads" },
    { command: "aludel merge 3f9c 77aa", says: "two of several heads" },
  ],
  async run(context, flags, refs) {
    const { runtime, ui } = context;
    const { project } = new Session(context, flags);
    const written = await writeRevision(project, {
      id: flags.revId ?? runtime.randomId(),
      message: flags.message?.trim() || undefined,
      now: runtime.now(),
      parents: refs,
      dependsOn: [],
      labels: flags.branchLabel,
      splice: flags.splice,
      down: true,
      purpose: "merge",
      onWait: waitingFor(ui, project),
    }).catch((error) => {
      if (!(error instanceof AludelError) || error.code !== "revision-not-head") throw error;
      throw error.with({ next: [shell`aludel merge --splice ${refs}`, shell`aludel merge heads`] });
    });
    reportDraft(ui, written);
    ui.notice("They can stay empty.");
    ui.hint(shell`aludel upgrade head`);
  },
});
