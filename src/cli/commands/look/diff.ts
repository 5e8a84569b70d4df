import { AludelError } from "../../../errors.ts";
import { say } from "../../../text/next_step.ts";
import { compareWith, compareWithWanted } from "../../../project/author/schema_reader.ts";
import {
  changeLines,
  comparisonJson,
  reportSchemaNotices,
  suggestRenamesTo,
} from "../../render/changes.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { readOperand, schemaReader } from "../../session/schemas.ts";
import { page, PAGER_FLAG } from "../../terminal/pager.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "diff",
  description: [
    "Prints the changes that lead from schema A to schema B. Each is a revision, a database (a path, a URL or a name of the settings), an SQL file, a folder of SQL files, or empty. If a word could mean several of these, put rev:, db: or sql: before it.",
    "Without B, B is the schema you want: schema.sql, or the setting schema. Without A too, A is the schema of the heads.",
    "White space, comments, quotes, the case of keywords and, unless the setting columnOrder says otherwise, the order of columns do not count as differences.",
    "--sql prints the statements that lead from A to B, as revision --autogenerate would write them, and prints their costs and hazards to stderr. They are tried in memory first.",
    "--svg prints a diagram of the tables that change and of their neighbours, with additions, changes and removals marked.",
  ],
  flags: {
    exitCode: { kind: "switch", help: "exit 3 if the two differ" },
    sql: { kind: "switch", help: "print the statements that lead from A to B" },
    svg: { kind: "switch", help: "print a picture of the changed tables" },
    ...DATABASE_FLAG,
    ...PAGER_FLAG,
  },
  positional: [
    { name: "A", help: "the schema to start from (default: heads)", optional: true },
    { name: "B", help: "the schema to get to (default: the one you want)", optional: true },
  ],
  examples: [
    { command: "aludel diff", says: "what schema.sql has that no revision has yet" },
    { command: "aludel diff app.db schema.sql", says: "what the database lacks" },
    { command: "aludel diff ae10 head --sql", says: "the statements from ae10 to head" },
    { command: "aludel diff ae10 head --svg > diff.svg", says: "draws the changes" },
    { command: "aludel diff empty schema.sql", says: "all of a schema" },
  ],
  async run(context, flags, [a = "heads", b]) {
    const { ui } = context;
    if (flags.sql && flags.svg) {
      throw new AludelError("usage", `"--sql" and "--svg" exclude each other`, {
        next: [say("Leave one of them out")],
      });
    }
    const session = new Session(context, flags);
    const { settings } = session;
    const reader = schemaReader(session);
    const from = await readOperand(session, reader, a);
    const compare = async () => {
      if (b !== undefined) {
        const to = await readOperand(session, reader, b);
        return { to: b, comparison: compareWith(settings, from.schema, to.schema, to.hints) };
      }
      const to = await reader.wanted((program) => ui.notice(`Running: ${program}`));
      reportSchemaNotices(ui, to);
      return { to: to.name, comparison: compareWithWanted(settings, from.schema, to) };
    };
    const { to, comparison } = await compare();
    const { changes } = comparison;
    const answer = { a, b: to, ...comparisonJson(comparison), plan: null, diagram: null };
    if (flags.sql) {
      const { planDifference, reportPlan } = await import("../../modes/autogeneration.ts");
      const planned = await planDifference(session, reader, comparison, `${a} to ${to}`);
      reportPlan(ui, planned, answer);
    } else if (flags.svg) {
      const render = await import("../../render/diagram.ts");
      const all = render.entityDiagram(comparison.to, changes);
      const diagram = render.neighbourhood(all, render.touchedEntities(all));
      render.printDiagram(ui, diagram, "svg", `Changes from ${a} to ${to}`, answer);
    } else {
      ui.json(answer);
      const lines = changeLines(ui, comparison);
      if (lines.length > 0) await page(context, lines.join("\n"), flags);
    }
    if (changes.length === 0) ui.notice(`${a} and ${to} have the same schema.`);
    else suggestRenamesTo(ui, comparison, to);
    return flags.exitCode && changes.length > 0 ? 3 : 0;
  },
});
