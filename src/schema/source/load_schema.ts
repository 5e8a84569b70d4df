import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError, type Place } from "../../errors.ts";
import { foldName } from "../../sql/identifier.ts";
import { say } from "../../text/next_step.ts";
import { offsetOfByte, placeOf } from "../../text/position.ts";
import type { RenameHints } from "../diff/renames.ts";
import { EMPTY_SCHEMA, isReservedName, type Schema } from "../model/model.ts";
import { introspect, KnownObjects } from "../read/introspect.ts";
import { readRenameHints } from "./rename_hints.ts";
import {
  type Definition,
  type OtherStatement,
  readSchemaStatements,
  refuseStatement,
  type SchemaFile,
} from "./statements.ts";

/** The content of schema files. */
export interface LoadedSchema {
  readonly schema: Schema;
  readonly hints: RenameHints;
  /** Statements that were left out. */
  readonly notices: readonly SchemaNotice[];
}

/** Why a statement was left out: one sentence without a final period. */
export interface SchemaNotice {
  readonly message: string;
  readonly place: Place;
}

/**
 * Runs schema files in memory and reads the schema of the database.
 *
 * Tables and views run in the order in which they are written, files by name; then indexes, then triggers, so
 * that either may precede its table. Dumps also contain TEMP objects and tables that SQLite, a virtual
 * table or Aludel makes itself: these are left out with a notice.
 *
 * @param files The files, in any order.
 * @param open Opens an empty database, which is closed here.
 * @param known Schemas that are similar to this one, to read less.
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

/** The statements to run: every definition once, and those that SQLite will refuse with its own words. */
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
    // Tables, views and indexes share their names; triggers have names of their own.
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
    notes: [`It is also defined at ${file}:${line}`],
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

/**
 * Opens an empty database in memory. It must provide the application's functions: CHECKs,
 * generated columns and indexes do not compile without them.
 */
export type OpenScratch = () => Promise<Connection>;

const LAST_KINDS: readonly Definition["kind"][] = ["index", "trigger"];

/**
 * Runs definitions in an empty database, indexes and triggers after all others, and reads its schema.
 *
 * @returns The schema, and the definitions of shadow tables: a dump contains them although virtual tables make them.
 * @throws {AludelError} `schema-sql` if SQLite refuses a statement.
 */
async function runDefinitions(
  statements: readonly (Definition | OtherStatement)[],
  open: OpenScratch,
  known: KnownObjects,
): Promise<{ readonly schema: Schema; readonly shadows: readonly Definition[] }> {
  const ordered = [
    ...statements.filter(({ kind }) => kind !== "index" && kind !== "trigger"),
    ...LAST_KINDS.flatMap((last) => statements.filter(({ kind }) => kind === last)),
  ];
  await using connection = await open();
  const shadows: Definition[] = [];
  for (const current of ordered) {
    const { file, statement } = current;
    try {
      await connection.execute(file.text.slice(statement.start, statement.end));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (current.kind === "table" && error.sqlite.startsWith(RESERVED)) {
        shadows.push(current);
        continue;
      }
      throw refusedBySqlite(current, error);
    }
  }
  return { schema: await introspect(connection, known), shadows };
}

const RESERVED = "object name reserved for internal use: ";
const NO_MODULE = "no such module: ";

function refusedBySqlite(current: Definition | OtherStatement, error: SqlError): AludelError {
  const { file, statement } = current;
  const offset = error.byteOffset === undefined
    ? statement.start
    : offsetOfByte(file.text, statement.start, error.byteOffset);
  const message = current.kind === "other"
    ? "SQLite does not understand the statement"
    : `SQLite refuses the ${current.kind} "${current.name}"`;
  return new AludelError("schema-sql", message, {
    place: placeOf(file.file, file.text, offset),
    sqlite: error.sqlite,
    next: [
      error.sqlite.startsWith(NO_MODULE)
        ? say(
          'Leave the table out of the schema, and out of the comparison with the setting "exclude"',
        )
        : say("Correct the statement, then run the same command again"),
    ],
    cause: error,
  });
}

/** With this many statements, several small databases are faster than one. */
const MANY = 300;
const ROOTS_OF_BATCH = 100;

/**
 * Divides definitions among several databases. SQLite searches its whole schema after each CREATE, so a thousand
 * tables take a quarter of a second in one database, and half of that in ten. An index or trigger goes with its
 * table or view. If that is unknown, everything is one batch.
 */
function batchDefinitions(
  statements: readonly (Definition | OtherStatement)[],
): (readonly (Definition | OtherStatement)[])[] {
  if (statements.length < MANY) return [statements];
  const owners = new Map<string, number>();
  const virtual = statements.filter(({ kind }) => kind === "virtual-table") as Definition[];
  for (const statement of statements) {
    if (statement.kind === "other" || statement.isFilled) return [statements];
    if (statement.kind === "index" || statement.kind === "trigger") continue;
    // Virtual tables share the first database with the shadow tables in a dump: they may read one another when
    // they are created.
    const isFirst = virtual.some(({ owner }) =>
      statement.owner === owner || statement.owner.startsWith(`${owner}_`)
    );
    const batch = isFirst ? 0 : Math.floor(owners.size / ROOTS_OF_BATCH);
    owners.set(statement.owner, batch);
  }
  const found: Definition[][] = [];
  for (const statement of statements) {
    const batch = statement.kind === "other" ? undefined : owners.get(statement.owner);
    if (batch === undefined) return [statements];
    (found[batch] ??= []).push(statement as Definition);
  }
  return found.filter((batch) => batch !== undefined);
}
