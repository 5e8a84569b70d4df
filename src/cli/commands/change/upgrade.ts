import { AludelError } from "../../../errors.ts";
import { parseRef } from "../../../graph/ref.ts";
import { defineCommand } from "../../arguments/command.ts";
import { migrate, RUN_FLAGS } from "../../modes/migrate.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "upgrade",
  description: [
    "Applies revisions to the database, up to REF and with everything that REF needs. The whole route is one transaction: all of it happens, or nothing.",
    "REF is head by default; heads for every branch; +1 for the next revision; LABEL@head for one branch. The database is created if it does not exist.",
  ],
  flags: {
    ...RUN_FLAGS,
    abortOnline: {
      kind: "switch",
      help: "give up a rebuild beside writers that is under way, and apply nothing",
    },
  },
  positional: [
    { name: "REF", help: "where to go (default: head)", optional: true, many: true },
  ],
  examples: [
    { command: "aludel upgrade", says: "applies all that is pending" },
    { command: "aludel upgrade +1", says: "applies the next revision" },
    { command: "aludel upgrade head --dry-run", says: "shows what would run" },
    { command: "aludel upgrade base:head --sql", says: "prints a script for sqlite3" },
  ],
  async run(context, flags, texts) {
    if (flags.abortOnline) {
      const { abortRebuild } = await import("../../modes/online.ts");
      return await abortRebuild(context, flags);
    }
    const range = texts.find((text) => text.includes(":"));
    if (range !== undefined) {
      if (texts.length > 1) {
        throw new AludelError("usage", `"${range}" is a range, so it must be the only argument`, {
          next: [shell`aludel upgrade ${range} --sql`],
        });
      }
      const { printOfflineScript } = await import("../../modes/script.ts");
      return await printOfflineScript(context, flags, range, "upgrade");
    }
    const refs = (texts.length === 0 ? ["head"] : texts).map(parseRef);
    return await migrate(context, flags, { kind: "upgrade", refs }, {
      downFrom: "database",
      needsProject: true,
    });
  },
});
