import { AludelError, type Place } from "../../errors.ts";
import { foldName } from "../../sql/identifier.ts";
import { say } from "../../text/next_step.ts";
import { placeOf } from "../../text/position.ts";
import type { RenameHints } from "../diff/renames.ts";
import { EMPTY_SCHEMA, isReservedName, type Schema } from "../model/model.ts";
import { KnownObjects } from "../read/introspect.ts";
import { batchDefinitions, type OpenScratch, runDefinitions } from "./definitions.ts";
import { readRenameHints } from "./rename_hints.ts";
import {
  type Definition,
  type OtherStatement,
  readSchemaStatements,
  refuseStatement,
  type SchemaFile,
} from "./statements.ts";

/** What schema files say. */
export interface LoadedSchema {
  readonly schema: Schema;
  readonly hints: RenameHints;
  /** What was left out. */
  readonly notices: readonly SchemaNotice[];
}

/** A statement that was left out, and why: one sentence without a final period. */
export interface SchemaNotice {
  readonly message: string;
  readonly place: Place;
}

/**
 * Runs schema files in memory and reads what SQLite then holds.
 *
 * Tables and views run in the order in which they are written, files by name; then indexes, then triggers, so
 * that either may precede its table. Definitions of TEMP objects and of tables that SQLite, a virtual
 * table or Aludel makes itself, as dumps contain them, are left out with a notice.
 *
 * @param files Their texts, in any order.
 * @param open Gives empty databases; each is closed again.
 * @param known Schemas that much of this one is expected to be in.
 * @throws {AludelError} `schema-sql` with SQLite's words if it refuses a statement,
 * `schema-statement` for anything but a definition, `schema-duplicate`, `schema-rename-hint`, and errors
 * of the area `directive`.
 */
export async function loadSchema(
  files: readonly SchemaFile[],
  open: OpenScratch,
  known: readonly Schema[] = [],
): Promise<LoadedSchema> {
  const sorted = files.toSorted((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : 0);
  const hints = sorted.map(readRenameHints);
  const { definitions, notices } = select(sorted.flatMap(readSchemaStatements));
  const schemas: Schema[] = [];
  const objects = new KnownObjects(known);
  for (const batch of batchDefinitions(definitions)) {
    const { schema, shadows } = await runDefinitions(batch, open, objects);
    schemas.push(schema);
    for (const shadow of shadows) {
      const message = `A virtual table makes "${shadow.name}" itself`;
      notices.push({ message, place: placeOfStatement(shadow) });
    }
  }
  return {
    schema: joinSchemas(schemas),
    hints: {
      tables: hints.flatMap(({ tables }) => tables),
      columns: hints.flatMap(({ columns }) => columns),
    },
    notices,
  };
}

/** What is to run: every definition once, and what SQLite itself is to refuse. */
function select(statements: readonly (Definition | OtherStatement)[]): {
  readonly definitions: readonly (Definition | OtherStatement)[];
  readonly notices: SchemaNotice[];
} {
  const definitions: (Definition | OtherStatement)[] = [];
  const notices: SchemaNotice[] = [];
  const seen = new Map<string, Definition>();
  for (const statement of statements) {
    if (statement.kind === "other") {
      const refusal = refuseStatement(statement);
      if (refusal instanceof AludelError) throw refusal;
      if (refusal === undefined) definitions.push(statement);
      else if (refusal.message !== undefined) {
        notices.push({ message: refusal.message, place: placeOfStatement(statement) });
      }
      continue;
    }
    const omission = reasonToOmit(statement);
    if (omission !== undefined) {
      notices.push({ message: omission, place: placeOfStatement(statement) });
      continue;
    }
    // Triggers have names of their own; tables, views and indexes share theirs.
    const key = `${statement.kind === "trigger" ? "trigger" : "object"} ${
      foldName(statement.name)
    }`;
    const earlier = seen.get(key);
    if (earlier !== undefined) throw duplicate(statement, earlier);
    seen.set(key, statement);
    definitions.push(statement);
  }
  return { definitions, notices };
}

function reasonToOmit({ kind, name, isTemporary }: Definition): string | undefined {
  if (isTemporary) return `The temporary ${kind} "${name}" is no part of a schema`;
  if (!isReservedName(name)) return undefined;
  return foldName(name).startsWith("sqlite_")
    ? `SQLite makes "${name}" itself`
    : `Aludel makes "${name}" itself`;
}

function duplicate(later: Definition, earlier: Definition): AludelError {
  const { file, line } = placeOfStatement(earlier);
  return new AludelError("schema-duplicate", `The name "${later.name}" is defined twice`, {
    place: placeOfStatement(later),
    notes: [`It is defined at ${file}:${line}, too`],
    next: [say("Delete one of the two")],
  });
}

function placeOfStatement({ file, statement }: Definition | OtherStatement): Place {
  return placeOf(file.file, file.text, statement.start);
}

function joinSchemas(schemas: readonly Schema[]): Schema {
  const [only = EMPTY_SCHEMA, ...others] = schemas;
  if (others.length === 0) return only;
  return {
    tables: new Map(schemas.flatMap(({ tables }) => [...tables])),
    virtualTables: new Map(schemas.flatMap(({ virtualTables }) => [...virtualTables])),
    views: new Map(schemas.flatMap(({ views }) => [...views])),
    indexes: new Map(schemas.flatMap(({ indexes }) => [...indexes])),
    triggers: new Map(schemas.flatMap(({ triggers }) => [...triggers])),
  };
}
