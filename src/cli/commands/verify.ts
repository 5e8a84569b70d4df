import { AludelError } from "../../errors.ts";
import { defineCommand } from "../arguments/command.ts";
import { FORMAT_FLAG } from "../render/finding.ts";
import { DATABASE_FLAG, DRIFT_FLAG } from "../arguments/flag.ts";
import { Session } from "../session/session.ts";
import { shell } from "../../text/next_step.ts";

export const command = defineCommand({
  name: "verify",
  description: [
    "Compares every revision's files with the hashes in the manifest, the manifest with the folders that are there, and the records of the database with both: the texts and lineages that it stored are compared with their hashes, and a record needs those of its parents. Exits 3 if something is wrong. A database that a flag or ALUDEL_DATABASE names must exist; that the one of the settings does not is a warning.",
    '--fix repairs what an interrupted command or a merge left behind: a folder without a line in the manifest gets the line that git has, or the id, parents and labels that the database recorded, or is a new draft; a line whose folder is gone gets the files that the database stored, and a draft without them is taken out; leftovers of an interrupted write are removed; and the manifest is written in its canonical layout. It never signs an edited revision: that is for "aludel seal".',
    "--drift also compares the database's schema with the one that its recorded revisions lead to, replayed in memory from the texts that ran, and prints the SQL that would take a difference back. What another tool owns is left out by the setting exclude.",
    "--staged verifies what the next commit will hold, from git's index and not from the working tree: everything must be sealed, and no sealed revision that HEAD has may have changed. The git hook runs it. --since COMMIT verifies the commit HEAD in the same way, and compares with the commit where its history and COMMIT's parted: for pull requests, where nobody knows whether the hook has run. Neither looks at a database. A folder without a project is an error for both.",
  ],
  flags: {
    ...DATABASE_FLAG,
    ...DRIFT_FLAG,
    fix: {
      kind: "switch",
      help: "repair folders without a line, lines without a folder, and the manifest's layout",
    },
    staged: { kind: "switch", help: "verify git's index: what the next commit will hold" },
    since: {
      kind: "text",
      value: "COMMIT",
      help: "verify HEAD against what it has in common with a commit or branch of git",
    },
    ...FORMAT_FLAG,
  },
  positional: [],
  examples: [
    { command: "aludel verify", says: "verifies files, manifest and database" },
    { command: "aludel verify --fix", says: "repairs what an interrupted command left" },
    { command: "aludel verify --staged", says: "verifies what is about to be committed" },
    {
      command: "aludel verify --since origin/main --format github",
      says: "verifies a pull request in GitHub Actions",
    },
  ],
  async run(context, flags) {
    const format = flags.format ?? "text";
    const inGit = flags.staged || flags.since !== undefined;
    if (flags.json && format !== "text") throw exclusive("--json", `--format ${format}`);
    const session = new Session(context, flags);
    if (!inGit) {
      return await (await import("../modes/verify_disk.ts")).verifyProject(session, {
        ...flags,
        format,
      });
    }
    const asked = flags.staged ? "--staged" : "--since";
    if (flags.fix) throw exclusive(asked, "--fix");
    if (flags.drift) throw exclusive(asked, "--drift");
    if (flags.database !== undefined) throw exclusive(asked, "--database");
    // A module of its own: it must be quick, and needs neither database nor schema.
    return await (await import("../modes/verify_git.ts")).verifyGit(session, { ...flags, format });
  },
});

function exclusive(one: string, other: string): AludelError {
  return new AludelError("usage", `"${one}" and "${other}" exclude each other`, {
    next: [shell`aludel verify --help`],
  });
}
