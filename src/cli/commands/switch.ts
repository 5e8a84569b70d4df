import { AludelError } from "../../errors.ts";
import { findBranch } from "../../git/branches.ts";
import { parseRef } from "../../graph/ref.ts";
import { defineCommand } from "../arguments/command.ts";
import { migrate, RUN_FLAGS } from "../modes/migrate.ts";
import { shell } from "../../text/next_step.ts";

export const command = defineCommand({
  name: "switch",
  description: [
    "Brings the database to what is checked out, in one step and one transaction: undoes the revisions that are applied and not under REF, back to the last one that both have, and applies what is missing. After git switch to another branch, aludel switch is all that is needed: revisions that are not on disk any more are undone by the down.sql that the database has stored.",
    "REF names revisions, as everywhere, and no branch of git; without it the database goes to the heads on disk.",
  ],
  flags: RUN_FLAGS,
  positional: [
    { name: "REF", help: "the revision to end at (default: heads)", optional: true },
  ],
  examples: [
    { command: "aludel switch", says: "after git switch: takes the database along" },
    { command: "aludel switch --dry-run", says: "says what would be undone and applied" },
    { command: "aludel switch 3f9c", says: "goes to a revision, up or down or across" },
  ],
  async run(context, flags, [text = "heads"]) {
    try {
      await migrate(context, flags, { kind: "switch", refs: [parseRef(text)] }, {
        downFrom: "database",
        needsProject: true,
      });
    } catch (error) {
      const isRef = error instanceof AludelError && /^ref-(?:not-found|syntax)$/.test(error.code);
      if (!isRef || !findBranch(context.runtime.cwd, text)) throw error;
      throw error.with({
        notes: [`"${text}" is a branch of git, and a ref here names revisions`],
        next: [shell`git switch ${text} && aludel switch`],
      });
    }
  },
});
