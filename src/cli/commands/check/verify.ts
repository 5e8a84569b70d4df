import { AludelError } from "../../../errors.ts";
import { defineCommand } from "../../arguments/command.ts";
import { FORMAT_FLAG } from "../../render/finding.ts";
import { DATABASE_FLAG, DRIFT_FLAG } from "../../arguments/flag.ts";
import { Session } from "../../session/session.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "verify",
  description: [
    "Compares every revision's files with the hashes in the manifest, the manifest with the folders on disk, and the records of the database with both: its stored texts and lineages are compared with their hashes, and the parents of a record must be recorded too. Exits 3 if something is wrong. A database that a flag or ALUDEL_DATABASE names must exist; if the one in the settings does not, that is a warning.",
    '--fix repairs the effects of an interrupted command or a merge: a folder without a line in the manifest gets the line that git has, or the id, parents and labels that the database recorded, or else becomes a new draft; a line without a folder gets the files that the database stored, or, if it is a draft, is removed; leftovers of an interrupted write are removed; and the manifest is written in its canonical layout. It never seals an edited revision: use "aludel seal".',
    "--drift also compares the database's schema with the one that its recorded revisions lead to, replayed in memory from the texts that ran, and prints the SQL that would undo a difference. To leave out the objects of another tool, use the setting exclude.",
    "--staged verifies the next commit, reading git's index and not the working tree: every revision must be sealed, and no sealed revision in HEAD may have changed. The git hook runs it. --since COMMIT verifies the commit HEAD in the same way, against its merge base with COMMIT: use it for pull requests, because the hook may not have run. Neither reads a database, and both fail in a folder without a project.",
  ],
  flags: {
    ...DATABASE_FLAG,
    ...DRIFT_FLAG,
    fix: {
      kind: "switch",
      help: "repair folders without a line, lines without a folder, and the manifest's layout",
    },
    staged: { kind: "switch", help: "verify git's index, that is, the next commit" },
    since: {
      kind: "text",
      value: "COMMIT",
      help: "verify HEAD against its merge base with a commit or branch",
    },
    ...FORMAT_FLAG,
  },
  positional: [],
  examples: [
    { command: "aludel verify", says: "verifies files, manifest and database" },
    { command: "aludel verify --fix", says: "repairs the effects of an interrupted command" },
    { command: "aludel verify --staged", says: "verifies the next commit" },
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
      return await (await import("../../modes/verify_disk.ts")).verifyProject(session, {
        ...flags,
        format,
      });
    }
    const asked = flags.staged ? "--staged" : "--since";
    if (flags.fix) throw exclusive(asked, "--fix");
    if (flags.drift) throw exclusive(asked, "--drift");
    if (flags.database !== undefined) throw exclusive(asked, "--database");
    // It is a separate module without database and schema code, because the git hook must be fast.
    return await (await import("../../modes/verify_git.ts")).verifyGit(session, {
      ...flags,
      format,
    });
  },
});

function exclusive(one: string, other: string): AludelError {
  return new AludelError("usage", `"${one}" and "${other}" exclude each other`, {
    next: [shell`aludel verify --help`],
  });
}
