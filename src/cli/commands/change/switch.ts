import { AludelError } from "../../../errors.ts";
import { findBranch } from "../../../git/branches.ts";
import { parseRef } from "../../../graph/ref.ts";
import { defineCommand } from "../../arguments/command.ts";
import { migrate, RUN_FLAGS } from "../../modes/migrate.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "switch",
  description: [
    "Moves the database to the checked-out revisions in one transaction: undoes the applied revisions that REF does not include, and applies the ones that are missing. Run it after git switch: revisions that are no longer on disk are undone with the down.sql that the database has stored.",
    "REF names a revision, not a git branch; without it the database moves to the heads on disk.",
  ],
  flags: RUN_FLAGS,
  positional: [
    { name: "REF", help: "the revision to end at (default: heads)", optional: true },
  ],
  examples: [
    { command: "aludel switch", says: "after git switch: moves the database too" },
    { command: "aludel switch --dry-run", says: "shows what would be undone and applied" },
    { command: "aludel switch 3f9c", says: "moves to a revision, on any branch" },
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
        notes: [`"${text}" is a branch of git, but a ref names revisions`],
        next: [shell`git switch ${text} && aludel switch`],
      });
    }
  },
});
