import { parseRef } from "../../../graph/ref.ts";
import { resolveOne } from "../../../graph/resolve_ref.ts";
import { dropDraft, requireFreeDraft } from "../../../project/author/drafts.ts";
import { defineCommand } from "../../arguments/command.ts";
import { UNDO_FLAGS } from "../../arguments/flag.ts";
import { waitingFor } from "../../render/draft.ts";
import { openDrafts, undoIfApplied } from "../../session/drafts.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "drop",
  description: [
    "Removes a draft: its line in the manifest and its folder. If the database has applied it, it is undone first, with the down that was stored when it ran.",
    "A sealed revision is never dropped, nor a draft that other revisions follow or depend on.",
  ],
  flags: UNDO_FLAGS,
  positional: [{ name: "REF", help: "the draft: an id or its beginning, head, …" }],
  examples: [
    { command: "aludel drop head", says: "removes the newest draft" },
    {
      command: "aludel drop 77aa",
      says: "undoes 77aa if it is applied, and removes its files",
    },
  ],
  async run(context, flags, [text = ""]) {
    const { ui } = context;
    const session = new Session(context, flags);
    const { project } = session;
    const drafts = await openDrafts(session);
    const { graph, applied, onDisk } = drafts.catalogue;
    const id = resolveOne(graph, parseRef(text), { applied, onDisk, purpose: "look" });
    requireFreeDraft(drafts.catalogue, id, "dropped");
    if (applied.has(id)) session.announceExtensions();
    const undone = await undoIfApplied(session, flags, drafts, id);
    const { dir, message } = await dropDraft(project, id, waitingFor(ui, project));
    const folder = `${session.folder}/${dir}`;
    ui.json({ id, folder, undone });
    ui.data(`dropped  ${ui.style.yellow(id)}  ${message}`);
    ui.notice(`Its folder "${folder}" is removed.`);
  },
});
