import { parseRef } from "../../../graph/ref.ts";
import { defineCommand } from "../../arguments/command.ts";
import { migrate, RUN_FLAGS } from "../../modes/migrate.ts";

export const command = defineCommand({
  name: "downgrade",
  description: [
    "Undoes all revisions that were applied after REF, the last one first. It runs the down.sql that was stored in the database when the revision was applied, so you can undo a revision that is no longer on disk.",
    "-1 undoes the last revision, base everything, LABEL@-1 the last one of a branch.",
  ],
  flags: {
    ...RUN_FLAGS,
    fromDisk: { kind: "switch", help: "run the down.sql on disk instead of the stored one" },
  },
  positional: [{ name: "REF", help: "the revision to go back to, -1, or base" }],
  examples: [
    { command: "aludel downgrade -1", says: "undoes the last revision" },
    { command: "aludel downgrade 3f9c", says: "undoes everything applied after 3f9c" },
    { command: "aludel downgrade base --dry-run", says: "shows what would be undone" },
  ],
  async run(context, flags, [text = ""]) {
    if (text.includes(":")) {
      const { printOfflineScript } = await import("../../modes/script.ts");
      return await printOfflineScript(context, flags, text, "downgrade");
    }
    return await migrate(context, flags, { kind: "downgrade", ref: parseRef(text) }, {
      downFrom: flags.fromDisk ? "disk" : "database",
      needsProject: flags.fromDisk,
    });
  },
});
