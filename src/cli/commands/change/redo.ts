import { parseRef } from "../../../graph/ref.ts";
import { defineCommand } from "../../arguments/command.ts";
import { migrate, RUN_FLAGS } from "../../modes/migrate.ts";

export const command = defineCommand({
  name: "redo",
  description: [
    "Undoes a revision with the down that was stored when it ran, and applies it again as it is on disk now: useful while you write a draft. Revisions applied after it are undone and applied again too.",
  ],
  flags: {
    ...RUN_FLAGS,
    fromDisk: { kind: "switch", help: "undo with the down.sql on disk instead of the stored one" },
  },
  positional: [{ name: "REF", help: "the revision (default: current)", optional: true }],
  examples: [
    { command: "aludel redo", says: "runs the last revision again" },
    { command: "aludel redo 3f9c", says: "runs 3f9c and the revisions after it again" },
  ],
  async run(context, flags, [text = "current"]) {
    return await migrate(context, flags, { kind: "redo", ref: parseRef(text) }, {
      downFrom: flags.fromDisk ? "disk" : "database",
      needsProject: true,
    });
  },
});
