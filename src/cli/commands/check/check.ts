import { compareWithWanted } from "../../../project/author/schema_reader.ts";
import {
  comparisonJson,
  reportChanges,
  reportSchemaNotices,
  suggestRenamesTo,
} from "../../render/changes.ts";
import { defineCommand } from "../../arguments/command.ts";
import { schemaReader } from "../../session/schemas.ts";
import { Session } from "../../session/session.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "check",
  description: [
    "Compares the schema you want (schema.sql, or the setting schema) with the one that the revisions lead to. Exits 3 if they differ, 0 if they do not.",
    "No database is needed: the revisions are run in memory, and the result is kept in .aludel/ until one of them changes.",
  ],
  flags: {},
  positional: [],
  examples: [
    { command: "aludel check", says: "after an edit of schema.sql, and in CI" },
  ],
  async run(context, flags) {
    const { ui } = context;
    const session = new Session(context, flags);
    const { workspace, settings } = session;
    const reader = schemaReader(session);
    const wanted = await reader.wanted((program) => ui.notice(`Running: ${program}`));
    reportSchemaNotices(ui, wanted);
    const { graph } = workspace;
    const present = await reader.ofRevisions(graph.heads);
    const comparison = compareWithWanted(settings, present, wanted);
    ui.json(comparisonJson(comparison));
    if (comparison.changes.length === 0) {
      ui.notice(`The revisions lead to exactly what ${wanted.name} says.`);
      return 0;
    }
    reportChanges(ui, comparison);
    suggestRenamesTo(ui, comparison, wanted.name);
    // A revision follows one head, and what was compared is what all of them make together.
    if (graph.heads.length > 1) ui.hint(shell`aludel merge heads # first`);
    ui.hint(shell`aludel revision --autogenerate -m "what it does"`);
    return 3;
  },
});
