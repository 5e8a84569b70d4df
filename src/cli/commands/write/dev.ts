import { AludelError } from "../../../errors.ts";
import { shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";

export const command = defineCommand({
  name: "dev",
  description: [
    "Keeps a development database at schema.sql while you edit it: each time you save, the difference is planned, tried in memory and run, without a revision. Rows are kept; before a change that loses rows or columns, a restore point is made. Ctrl-C stops watching and leaves the database as it is.",
    "When you are finished, --stop brings the database back to what its revisions say, and revision --autogenerate writes the whole change as one draft. The other order works too: if the draft is written first, --stop only records it, and the rows stay.",
    "It works only on a file with all revisions applied, and not if settings or policies refuse drafts there.",
  ],
  flags: {
    ...DATABASE_FLAG,
    once: { kind: "switch", help: "bring the database to the schema once, and do not watch" },
    stop: { kind: "switch", help: "stop: return to the revisions, or record those that match" },
    restorePoints: {
      kind: "choice",
      values: ["hazard", "always", "never"],
      help: "when to copy the database first (default: hazard, see the settings)",
    },
  },
  positional: [],
  examples: [
    {
      command: "aludel dev --once",
      says: "brings the database to schema.sql; without --once, each time you save",
    },
    { command: "aludel dev --stop", says: "ends it" },
  ],
  async run(context, flags) {
    if (flags.once && flags.stop) {
      throw new AludelError("usage", '"--once" and "--stop" exclude each other', {
        next: [shell`aludel dev --help`],
      });
    }
    if (context.ui.wantsJson && !flags.once && !flags.stop) {
      throw new AludelError("usage", '"--json" prints one answer, but dev continues', {
        next: [shell`aludel dev --once --json`],
      });
    }
    const { developDatabase } = await import("../../modes/development.ts");
    await developDatabase(context, flags);
  },
});
