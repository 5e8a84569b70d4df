import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { checkScript } from "../../replay/check_script.ts";
import { Scratch, type ScratchSettings } from "../../replay/scratch.ts";
import { tryScript } from "../../runner/try_script.ts";
import { compareSchemas } from "../../schema/diff/compare.ts";
import { describeChange } from "../../schema/diff/describe.ts";
import { filterSchema, ownSchema } from "../../schema/model/foreign_objects.ts";
import type { Schema, SchemaObject } from "../../schema/model/model.ts";
import { introspect } from "../../schema/read/introspect.ts";
import { schemaObjects, writeSchema } from "../../schema/source/write_schema.ts";
import { foldName } from "../../sql/identifier.ts";
import { readState } from "../../state/state.ts";
import { say, shell } from "../../text/next_step.ts";
import type { Settings } from "../workspace/settings.ts";

/** A database's schema, written down and tried. */
export interface AdoptedSchema {
  readonly schema: Schema;
  /** The text of schema.sql. */
  readonly text: string;
  /** The up of the baseline revision. */
  readonly up: string;
  /** Whether the schema needs `"text"` in double quotes to be read as a string. */
  readonly doubleQuotedStrings: boolean;
  /** What this SQLite cannot make, and what hangs on it. */
  readonly leftOut: readonly LeftOut[];
}

/** An object of the database that is in no text. */
export interface LeftOut {
  readonly kind: SchemaObject["kind"];
  readonly name: string;
  /** SQLite's words, or what it belongs to. */
  readonly reason: string;
  /** What else was left out and takes this with it. */
  readonly owner: string | null;
}

/** What adopting obeys of the settings. */
export type AdoptSettings = Pick<Settings, "exclude" | "extensions" | "functions">;

/**
 * Writes a database's schema down, and makes sure that a revision of this text leads to just that schema. What this
 * SQLite cannot make, for want of a module, a collation or another SQLite's grammar, is left out with all that hangs on
 * it, and so is what the settings exclude.
 *
 * @throws {AludelError} `adopt-recorded` for a database that has records of Aludel's; `adopt-failed` for one
 * whose schema cannot be made by its own text; what reading the schema throws.
 */
export async function adoptSchema(
  connection: Connection,
  name: string,
  settings: AdoptSettings,
): Promise<AdoptedSchema> {
  const { applied } = await readState(connection);
  if (applied.length > 0) {
    throw new AludelError("adopt-recorded", `Database "${name}" is already managed by Aludel`, {
      notes: [
        `Its records name ${applied.length === 1 ? "1 revision" : `${applied.length} revisions`}`,
      ],
      next: [shell`aludel current -d ${name}`],
    });
  }
  const whole = ownSchema(await introspect(connection), settings.exclude);
  const { schema, leftOut } = await makeable(whole, settings);
  const text = writeSchema(schema);
  const up =
    `-- Up: baseline\n-- The schema as it was when Aludel took over the database.\n-- aludel: ignore=no-down the database was there first\n\n${text}`;
  let failure: unknown;
  for (const doubleQuotedStrings of [false, true]) {
    try {
      await prove(up, schema, { ...settings, doubleQuotedStrings });
      return { schema, text, up, doubleQuotedStrings, leftOut };
    } catch (error) {
      failure ??= error;
    }
  }
  throw explained(failure);
}

/** The revision is not written yet: no error may speak of its file. */
function explained(failure: unknown): unknown {
  if (!(failure instanceof AludelError) || failure.code === "adopt-failed") return failure;
  const { message, notes, sqlite, place } = failure;
  return new AludelError("adopt-failed", "The database's own SQL cannot be run", {
    notes: [message, ...(place?.frame === undefined ? [] : [place.frame]), ...notes],
    ...(sqlite !== undefined && { sqlite }),
    outcome: "Nothing was written",
    next: [
      say(
        'Name the objects that are in the way in the setting "exclude", then run the same command again',
      ),
    ],
    cause: failure,
  });
}

/** Splits a schema into what this SQLite can make and what it cannot, by making one object after the other. */
async function makeable(
  whole: Schema,
  settings: AdoptSettings,
): Promise<{ readonly schema: Schema; readonly leftOut: readonly LeftOut[] }> {
  const scratch = new Scratch({ ...settings, doubleQuotedStrings: true });
  await using connection = await scratch.open();
  const leftOut: LeftOut[] = [];
  const out = new Map<string, LeftOut>();
  const leave = ({ kind, name }: SchemaObject, reason: string, owner: string | null) => {
    const one = { kind, name, reason, owner };
    leftOut.push(one);
    out.set(foldName(name), one);
  };
  for (const object of schemaObjects(whole)) {
    const table = "table" in object ? out.get(foldName(object.table)) : undefined;
    if (table !== undefined) leave(object, `it belongs to ${table.name}`, table.name);
    else {
      const reason = await refusal(connection, object);
      if (reason !== undefined) leave(object, reason, null);
    }
  }
  const isLeftOut = ({ kind, name }: SchemaObject) =>
    leftOut.some((one) => one.kind === kind && foldName(one.name) === foldName(name));
  return { schema: leftOut.length === 0 ? whole : filterSchema(whole, isLeftOut), leftOut };
}

/** SQLite's words, where it cannot make an object. */
async function refusal(
  connection: Connection,
  object: SchemaObject,
): Promise<string | undefined> {
  try {
    await connection.execute(object.sql);
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error.sqlite;
    throw error;
  }
}

async function prove(up: string, expected: Schema, settings: ScratchSettings): Promise<void> {
  const script = checkScript("up.sql", up, "baseline");
  const scratch = new Scratch(settings);
  await using made = await scratch.after((connection) =>
    tryScript(connection, { id: "baseline", direction: "up", script })
  );
  const left = compareSchemas(await introspect(made), expected);
  if (left.length === 0) return;
  throw new AludelError("adopt-failed", "The database's own SQL does not reproduce its schema", {
    notes: left.flatMap(describeChange),
    next: [shell`aludel stamp head # once the first revision is written by hand`],
  });
}
