import { compareWith } from "../../project/author/schema_reader.ts";
import { comparisonJson, reportChanges, suggestRenamesTo } from "../render/changes.ts";
import { defineCommand } from "../arguments/command.ts";
import { DATABASE_FLAG } from "../arguments/flag.ts";
import { readOperand, schemaReader } from "../session/schemas.ts";
import { Session } from "../session/session.ts";

export const command = defineCommand({
  name: "diff",
  description: [
    "Prints the changes that lead from schema A to schema B. Each is a revision, a database (a path, a URL or a name of the settings), an SQL file, a folder of SQL files, or empty. If a word could mean several of these, put rev:, db: or sql: before it.",
    "White space, comments, quotes, the case of keywords and, unless the setting columnOrder says otherwise, the order of columns do not count as differences.",
  ],
  flags: {
    exitCode: { kind: "switch", help: "exit 3 if the two differ" },
    ...DATABASE_FLAG,
  },
  positional: [
    { name: "A", help: "the schema to start from" },
    { name: "B", help: "the schema to get to" },
  ],
  examples: [
    { command: "aludel diff app.db schema.sql", says: "what the database lacks" },
    { command: "aludel diff ae10 head", says: "the changes of the revisions after ae10" },
    { command: "aludel diff empty schema.sql", says: "all of a schema" },
  ],
  async run(context, flags, [a = "", b = ""]) {
    const { ui } = context;
    const session = new Session(context, flags);
    const reader = schemaReader(session);
    const from = await readOperand(session, reader, a);
    const to = await readOperand(session, reader, b);
    const comparison = compareWith(session.settings, from.schema, to.schema, to.hints);
    ui.json({ from: a, to: b, ...comparisonJson(comparison) });
    reportChanges(ui, comparison);
    if (comparison.changes.length === 0) ui.notice(`${a} and ${b} have the same schema.`);
    else suggestRenamesTo(ui, comparison, b);
    return flags.exitCode && comparison.changes.length > 0 ? 3 : 0;
  },
});
