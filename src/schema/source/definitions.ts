import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { say } from "../../text/next_step.ts";
import { offsetOfByte, placeOf } from "../../text/position.ts";
import type { Schema } from "../model/model.ts";
import { introspect, type KnownObjects } from "../read/introspect.ts";
import type { Definition, OtherStatement } from "./statements.ts";

/**
 * Opens an empty database in memory. Functions that only the application has must stand for something in it: CHECKs,
 * generated columns and indexes do not compile without them.
 */
export type OpenScratch = () => Promise<Connection>;

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
 * @param known What need not be read again.
 * @throws {AludelError} `schema-sql` if SQLite refuses a statement.
 */
export async function runDefinitions(
  statements: readonly (Definition | OtherStatement)[],
  open: OpenScratch,
  known: KnownObjects,
): Promise<RunResult> {
  const ordered = [
    ...statements.filter(({ kind }) => kind !== "index" && kind !== "trigger"),
    ...LAST_KINDS.flatMap((last) => statements.filter(({ kind }) => kind === last)),
  ];
  await using connection = await open();
  const shadows: Definition[] = [];
  await runStatements(ordered, connection, shadows);
  return { schema: await introspect(connection, known), shadows };
}

async function runStatements(
  statements: readonly (Definition | OtherStatement)[],
  connection: Connection,
  shadows: Definition[],
): Promise<void> {
  for (const current of statements) {
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

/** From how many statements on several small databases are faster than one. */
const MANY = 300;
const ROOTS_OF_BATCH = 100;

/**
 * SQLite searches its whole schema after each CREATE, so a thousand tables in one database take a
 * quarter of a second, and in ten databases half of that. Statements stay with what they need: an
 * index or trigger with its table or view. Where that is not plain, everything is one batch.
 */
export function batchDefinitions(
  statements: readonly (Definition | OtherStatement)[],
): (readonly (Definition | OtherStatement)[])[] {
  if (statements.length < MANY) return [statements];
  const owners = new Map<string, number>();
  const virtual = statements.filter(({ kind }) => kind === "virtual-table") as Definition[];
  for (const statement of statements) {
    if (statement.kind === "other" || statement.isFilled) return [statements];
    if (statement.kind === "index" || statement.kind === "trigger") continue;
    // Virtual tables may read one another when they are made, and a dump writes out their shadow
    // tables, which exist by then: they share the first database.
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
