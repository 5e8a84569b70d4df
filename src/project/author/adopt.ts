import type { Connection } from "../../db/connection.ts";
import { openScratch } from "../../db/open_scratch.ts";
import { AludelError } from "../../errors.ts";
import { checkScript } from "../../replay/check_script.ts";
import { Scratch } from "../../replay/scratch.ts";
import { tryScript } from "../../runner/try_script.ts";
import { compareSchemas } from "../../schema/diff/compare.ts";
import { describeChange } from "../../schema/diff/describe.ts";
import type { Schema } from "../../schema/model/model.ts";
import { introspect } from "../../schema/read/introspect.ts";
import { writeSchema } from "../../schema/source/write_schema.ts";
import { readState } from "../../state/state.ts";
import { shell } from "../../text/next_step.ts";

/** A database's schema, written down and tried. */
export interface AdoptedSchema {
  readonly schema: Schema;
  /** The text of schema.sql. */
  readonly text: string;
  /** The up of the baseline revision. */
  readonly up: string;
  /** Whether the schema needs `"text"` in double quotes to be read as a string. */
  readonly doubleQuotedStrings: boolean;
}

/**
 * Writes a database's schema down, and makes sure that a revision of this text leads to just that schema.
 *
 * @throws {AludelError} `adopt-recorded` for a database that has records of Aludel's; `adopt-failed` for one
 * whose schema cannot be made by its own text; what reading the schema throws.
 */
export async function adoptSchema(connection: Connection, name: string): Promise<AdoptedSchema> {
  const { applied } = await readState(connection);
  if (applied.length > 0) {
    throw new AludelError("adopt-recorded", `Database "${name}" is managed by Aludel already`, {
      notes: [
        `Its records name ${applied.length === 1 ? "1 revision" : `${applied.length} revisions`}`,
      ],
      next: [shell`aludel current -d ${name}`],
    });
  }
  const schema = await introspect(connection);
  const text = writeSchema(schema);
  const up =
    `-- Up: baseline\n-- The schema as it was when Aludel took over the database.\n-- aludel: ignore=no-down the database was there first\n\n${text}`;
  let failure: unknown;
  for (const doubleQuotedStrings of [false, true]) {
    try {
      await prove(up, schema, doubleQuotedStrings);
      return { schema, text, up, doubleQuotedStrings };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

async function prove(up: string, expected: Schema, doubleQuotedStrings: boolean): Promise<void> {
  await using memory = openScratch();
  const script = checkScript("up.sql", up, "baseline", memory.capabilities.sqliteVersion);
  const scratch = new Scratch({ doubleQuotedStrings });
  await using made = await scratch.after((connection) =>
    tryScript(connection, { id: "baseline", direction: "up", script })
  );
  const left = compareSchemas(await introspect(made), expected);
  if (left.length === 0) return;
  throw new AludelError("adopt-failed", "The database's own SQL does not give its schema again", {
    notes: left.flatMap(describeChange),
    next: [shell`aludel stamp head # once the first revision is written by hand`],
  });
}
