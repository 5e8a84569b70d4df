import { describeObject } from "../../schema/diff/describe.ts";
import { schemaObjects, writeSchema } from "../../schema/source/write_schema.ts";
import { defineCommand } from "../arguments/command.ts";
import { DATABASE_FLAG } from "../arguments/flag.ts";
import { readOperand, schemaReader } from "../session/schemas.ts";
import { Session } from "../session/session.ts";

export const command = defineCommand({
  name: "schema",
  description: [
    "Prints the schema that a revision leads to, as SQL: parents before children, each table with its indexes, then views and triggers. A database or a schema file can take the place of the revision.",
  ],
  flags: DATABASE_FLAG,
  positional: [{
    name: "REF",
    help: "a revision (default: heads), a database, an SQL file or folder",
    optional: true,
  }],
  examples: [
    { command: "aludel schema > schema.sql", says: "starts a schema file from the revisions" },
    { command: "aludel schema 3f9c", says: "the schema at that revision" },
    { command: "aludel schema db:app.db", says: "what the database has" },
  ],
  async run(context, flags, [text = "heads"]) {
    const { ui } = context;
    const session = new Session(context, flags);
    const reader = schemaReader(session);
    const { schema } = await readOperand(session, reader, text);
    ui.json({
      objects: schemaObjects(schema).map((object) => ({
        kind: object.kind,
        name: object.name,
        description: describeObject(object),
        sql: object.sql,
      })),
    });
    ui.script(writeSchema(schema).trimEnd());
  },
});
