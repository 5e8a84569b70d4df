import { AludelError } from "../../../errors.ts";
import { RevisionTexts } from "../../../project/workspace/revision_texts.ts";
import { defineCommand } from "../../arguments/command.ts";
import { findEditor, openInEditor } from "../../terminal/editor.ts";
import { findRef } from "../../session/revisions.ts";
import { Session } from "../../session/session.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "edit",
  description: [
    "Opens up.sql and down.sql of a revision in the editor that VISUAL or EDITOR names, and then says whether the seal still holds.",
  ],
  flags: { ...DATABASE_FLAG },
  positional: [{ name: "REF", help: "the revision: an id or its beginning, head, current, …" }],
  examples: [{ command: "aludel edit head", says: "edits the newest revision" }],
  async run(context, flags, [text = ""]) {
    const { runtime, ui } = context;
    const editor = findEditor(runtime);
    const session = new Session(context, flags);
    const { ids, catalogue } = await findRef(session, text);
    const { files: revisionFiles } = session.project;
    const entries = ids.map((id) => catalogue.entries.get(id)).filter((entry) =>
      entry !== undefined
    );
    if (entries.length === 0) {
      throw new AludelError("editor-no-files", `"${text}" names no revision that has files here`, {
        next: [shell`aludel history`],
      });
    }
    const files: string[] = [];
    for (const entry of entries) {
      const { up, down } = new RevisionTexts(revisionFiles, entry);
      // A revision without up.sql is broken, but the editor can create the file.
      files.push(up?.file ?? `${session.folder}/${entry.dir}/up.sql`);
      if (down !== null) files.push(down.file);
    }
    await openInEditor(runtime, editor, files);
    ui.json({ files });
    for (const entry of entries) {
      const verdict = new RevisionTexts(revisionFiles, entry).judge();
      if (verdict.kind === "draft") {
        ui.notice(`${entry.id} is a draft: it may change until it is sealed.`);
      } else if (verdict.kind === "sealed") {
        ui.notice(`${entry.id} is sealed and unchanged.`);
      } else if (verdict.kind === "edited") {
        ui.warning(`${entry.id} is sealed, but its files were edited`);
        ui.hint(shell`aludel seal --cosmetic ${entry.id} # if only space and comments changed`);
        ui.hint(shell`aludel seal --force ${entry.id} # if the change is intended`);
      }
    }
  },
});
