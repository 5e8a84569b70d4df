import { AludelError } from "../../../errors.ts";
import { say } from "../../../text/next_step.ts";
import { describeObject } from "../../../schema/diff/describe.ts";
import { schemaObjects, writeSchema } from "../../../schema/source/write_schema.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { readOperand, schemaReader } from "../../session/schemas.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "schema",
  description: [
    "Prints the schema that a revision leads to, as SQL: parents before children, each table with its indexes, then views and triggers. A database or a schema file can take the place of the revision.",
    "--svg, --mermaid and --dot print an entity-relationship diagram instead: the tables with their columns, types and keys, and foreign keys in crow's foot notation. --table shows one table with its neighbours.",
  ],
  flags: {
    svg: { kind: "switch", help: "print a diagram as a picture" },
    mermaid: { kind: "switch", help: "print a diagram for Mermaid, as Markdown has it on GitHub" },
    dot: { kind: "switch", help: "print a diagram for Graphviz" },
    table: {
      kind: "list",
      value: "NAME",
      help: "only this table and its neighbours in the diagram (may be repeated)",
    },
    ...DATABASE_FLAG,
  },
  positional: [{
    name: "REF",
    help: "a revision (default: heads), a database, an SQL file or folder",
    optional: true,
  }],
  examples: [
    { command: "aludel schema > schema.sql", says: "starts a schema file from the revisions" },
    { command: "aludel schema 3f9c", says: "the schema at that revision" },
    { command: "aludel schema --svg > schema.svg", says: "draws all tables" },
    {
      command: "aludel schema --mermaid --table users",
      says: "a table and the tables that keys join to it",
    },
    { command: "aludel schema db:app.db", says: "what the database has" },
  ],
  async run(context, flags, [text = "heads"]) {
    const { ui } = context;
    const session = new Session(context, flags);
    const reader = schemaReader(session);
    const render = flags.svg || flags.mermaid || flags.dot
      ? await import("../../render/diagram.ts")
      : undefined;
    const form = render?.chosenForm(flags);
    if (form === undefined && flags.table.length > 0) {
      throw new AludelError("usage", `"--table" is for a diagram`, {
        next: [say("Add --svg, --mermaid or --dot")],
      });
    }
    const { schema } = await readOperand(session, reader, text);
    if (render !== undefined && form !== undefined) {
      const diagram = render.partWith(render.entityDiagram(schema), flags.table);
      return render.printDiagram(ui, diagram, form, `Tables of ${text}`, {
        schema: text,
        objects: null,
      });
    }
    ui.json({
      schema: text,
      objects: schemaObjects(schema).map((object) => ({
        kind: object.kind,
        name: object.name,
        description: describeObject(object),
        sql: object.sql,
      })),
      diagram: null,
    });
    ui.script(writeSchema(schema).trimEnd());
  },
});
