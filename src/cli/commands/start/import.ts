import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";

export const command = defineCommand({
  name: "import",
  description: [
    "Takes over a project from another migration tool: reads its files as that tool does, writes revisions with its order, names and reversals, and records the ones that its table in the database lists as applied. Without TOOL, the files decide which tool it is. The files and the table of the other tool stay as they are.",
    "Tools: drizzle, prisma, wrangler, dbmate, goose, diesel, refinery, sqlx, golang-migrate, flyway; and alembic, django, knex, sequelize, rails, typeorm, kysely, whose migrations are programs.",
    "Migrations that are programs run on scratch files, one after the other and by the tool itself. What each changes becomes SQL that is proven to do the same; steps that change rows in a way that SQL cannot repeat are listed with the rows before and after. --replay and --steps do that for any other tool.",
    "Before anything is written, the revisions are run in memory. If they do not lead to the schema that the database has, nothing is written and the difference is shown. Without a database, as in a fresh clone, only the files are written.",
    "BEGIN and COMMIT, and pragmas that switch foreign keys, are removed from the files and listed: Aludel does that itself.",
    "Run it again to take over new files: a team can move step by step.",
    "--baseline takes over the schema alone, as one revision: for a tool that is not in the list, or files that do not lead to the database.",
  ],
  flags: {
    ...DATABASE_FLAG,
    source: {
      kind: "text",
      value: "DIR",
      help: "the folder of the other tool's project or migrations (default: found from here)",
    },
    table: {
      kind: "text",
      value: "NAME",
      help: "the table of the other tool's records, if it is not the usual one",
    },
    replay: {
      kind: "text",
      value: "COMMAND",
      help: "run this for each step, on scratch files; {rev} is the step, {database} the file",
    },
    steps: {
      kind: "text",
      value: "COMMAND",
      help: "replay: a program that prints one step a line, if the tool is not in the list",
    },
    dryRun: { kind: "switch", help: "print what would be done, and write nothing" },
    baseline: {
      kind: "switch",
      help: "take over the database's schema as one revision, without the files",
    },
  },
  positional: [{
    name: "TOOL",
    help: "the other tool (default: found by its files)",
    optional: true,
  }],
  examples: [
    { command: "aludel import", says: "takes over the project in this folder" },
    { command: "aludel import --dry-run", says: "shows what it would do" },
    { command: "aludel import dbmate -d app.db", says: "names the tool and the database" },
    {
      command: "aludel import --steps 'ls steps' --replay 'sh step.sh {rev} {database}'",
      says: "runs a migrator of your own",
    },
    { command: "aludel import --baseline -d app.db", says: "starts with the schema of a database" },
  ],
  async run(context, flags, [tool]) {
    const { importProject } = await import("../../modes/importation.ts");
    await importProject(context, { ...flags, tool });
  },
});
