import { AludelError } from "../errors.ts";
import { type Connection, SqlError } from "../db/connection.ts";
import { foldName } from "../sql/identifier.ts";
import { placeOf } from "../text/code_frame.ts";
import { offsetOfByte } from "../text/position.ts";
import { introspect } from "./introspect.ts";
import type { KnownObjects } from "./known_objects.ts";
import type { Schema } from "./model.ts";
import type { Definition, OtherStatement } from "./schema_statement.ts";

/**
 * Opens an empty database in memory.
 *
 * @param functions Functions that only the application has, to be registered under these names with
 * any number of arguments: CHECKs, generated columns and indexes do not compile without them.
 */
export type OpenScratch = (functions: readonly string[]) => Promise<Connection>;

/** What SQLite holds after running definitions. */
export interface RunResult {
  readonly schema: Schema;
  /** Shadow tables, which a dump writes out although their virtual table makes them. */
  readonly shadows: readonly Definition[];
}

const LAST_KINDS: readonly Definition["kind"][] = ["index", "trigger"];

/**
 * Runs definitions in an empty database, indexes and triggers after all others, and reads what SQLite
 * then holds.
 *
 * @param open Gives the database; it is closed again.
 * @param functions Functions to register. One that SQLite asks for is added to the list.
 * @param known What need not be read again.
 * @throws {AludelError} `schema-sql` where SQLite refuses a statement.
 */
export async function runDefinitions(
  statements: readonly (Definition | OtherStatement)[],
  open: OpenScratch,
  functions: string[],
  known: KnownObjects,
): Promise<RunResult> {
  const ordered = [
    ...statements.filter(({ kind }) => kind !== "index" && kind !== "trigger"),
    ...LAST_KINDS.flatMap((last) => statements.filter(({ kind }) => kind === last)),
  ];
  for (;;) {
    await using connection = await open(functions);
    const shadows: Definition[] = [];
    const missing = await runStatements(ordered, connection, functions, shadows);
    if (missing === undefined) return { schema: await introspect(connection, known), shadows };
    functions.push(missing);
  }
}

/** @returns The name of a function that SQLite does not know and that was not registered yet. */
async function runStatements(
  statements: readonly (Definition | OtherStatement)[],
  connection: Connection,
  functions: readonly string[],
  shadows: Definition[],
): Promise<string | undefined> {
  for (const current of statements) {
    const { file, statement } = current;
    try {
      await connection.execute(file.text.slice(statement.start, statement.end));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const missing = missingFunction(error);
      if (missing !== undefined && !functions.includes(missing)) return missing;
      if (current.kind === "table" && error.sqlite.startsWith(RESERVED)) {
        shadows.push(current);
        continue;
      }
      throw refusedBySqlite(current, error);
    }
  }
  return undefined;
}

const RESERVED = "object name reserved for internal use: ";
const NO_FUNCTION = "no such function: ";
const NO_MODULE = "no such module: ";

function missingFunction({ sqlite }: SqlError): string | undefined {
  return sqlite.startsWith(NO_FUNCTION) ? foldName(sqlite.slice(NO_FUNCTION.length)) : undefined;
}

function refusedBySqlite(current: Definition | OtherStatement, error: SqlError): AludelError {
  const { file, statement } = current;
  const offset = error.byteOffset === undefined
    ? statement.start
    : offsetOfByte(file.text, statement.start, error.byteOffset);
  const what = current.kind === "other"
    ? "SQLite does not understand the statement"
    : `SQLite refuses the ${current.kind} "${current.name}"`;
  return new AludelError("schema-sql", what, {
    place: placeOf(file.file, file.text, offset),
    sqlite: error.sqlite,
    next: [
      error.sqlite.startsWith(NO_MODULE)
        ? 'Leave the table out of the schema, and out of the comparison with the setting "exclude"'
        : "Correct the statement, then give the same command again",
    ],
    cause: error,
  });
}
