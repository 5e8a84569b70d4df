import { AludelError } from "../../errors.ts";
import { writeRevision } from "../../project/write_revision.ts";
import { defineCommand } from "../command.ts";
import { findEditor, openInEditor } from "../editor.ts";
import { openProject } from "../open_project.ts";
import { reportDraft, waitingFor } from "../report_draft.ts";

export const command = defineCommand({
  name: "revision",
  description: [
    "Writes a new draft: a folder with up.sql and down.sql, and a line in the manifest. It follows the head unless --head says otherwise.",
    'Write the change into up.sql and what undoes it into down.sql, try it with "aludel upgrade", and seal it with "aludel seal" when it is finished.',
  ],
  flags: {
    message: { kind: "text", alias: "m", value: "MSG", help: "what the revision does" },
    head: {
      kind: "list",
      value: "REF",
      help: 'the revision it follows (default: head; "base" for none)',
    },
    splice: { kind: "switch", help: "allow a parent that is no head: begins a branch there" },
    branchLabel: { kind: "list", value: "LABEL", help: "a name for the branch that begins here" },
    dependsOn: {
      kind: "list",
      value: "REF",
      help: "a revision of another branch that must be applied first",
    },
    revId: { kind: "text", value: "ID", help: "its id (default: 12 random hex digits)" },
    noDown: { kind: "switch", help: "no down.sql: the revision cannot be undone" },
    edit: { kind: "switch", help: "open the new files in your editor" },
  },
  positional: [],
  examples: [
    { command: 'aludel revision -m "create events table"', says: "on top of the head" },
    {
      command: 'aludel revision -m "start billing" --head base --branch-label billing',
      says: "a new base with a branch of its own",
    },
    {
      command: 'aludel revision -m "fix index" --head 3f9c --splice',
      says: "a branch beside what follows 3f9c already",
    },
  ],
  async run(context, flags) {
    const { runtime, ui } = context;
    if (flags.message === undefined || flags.message.trim() === "") {
      throw new AludelError("usage", "A message is missing", {
        notes: ["It names the folder and is what the history shows"],
        next: ['aludel revision -m "create events table"'],
      });
    }
    const editor = flags.edit ? findEditor(runtime) : undefined;
    const project = openProject(context, flags);
    const written = await writeRevision(project, {
      id: flags.revId ?? runtime.randomId(),
      message: flags.message.trim(),
      now: runtime.now(),
      parents: flags.head.length === 0 ? ["head"] : flags.head,
      dependsOn: flags.dependsOn,
      labels: flags.branchLabel,
      splice: flags.splice,
      down: !flags.noDown,
      purpose: "change",
      onWait: waitingFor(ui, project),
    }).catch(explainSeveralHeads);
    reportDraft(ui, written);
    if (editor !== undefined) {
      const files = written.down === null ? [written.up] : [written.up, written.down];
      await openInEditor(runtime, editor, files);
    } else {
      ui.hint(
        written.down === null
          ? "Write its SQL into this file, then: aludel upgrade head"
          : "Write its SQL into these files, then: aludel upgrade head",
      );
    }
  },
});

/** Several heads: to merge them is usually what is wanted, to choose one is the other way. */
function explainSeveralHeads(error: unknown): never {
  if (!(error instanceof AludelError) || error.code !== "ref-several-heads") throw error;
  throw error.with({
    next: [
      'aludel merge heads -m "join the branches"',
      ...error.next.map((step) => step.replace(/^say which: /, "aludel revision -m MSG --head ")),
    ],
  });
}
