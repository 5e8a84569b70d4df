import { type Connection, SqlError } from "../db/connection.ts";
import type { AludelError } from "../errors.ts";
import { quoteName, unquote } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import { firing } from "./loss/broken_objects.ts";

// SQLite reads "text" as a string if nothing is called so and the connection allows it
// (https://sqlite.org/quirks.html#dblquote). The views, triggers and constraints of an old database may need that. A
// revision's own statement must not get it unasked: DELETE FROM t WHERE "stauts" <> 'x' would delete every row.

/**
 * Who may use double-quoted strings: nobody, the stored schema of an old database, or scripts as well, as the settings say.
 */
export type DoubleQuotedStrings = "off" | "stored" | "scripts";

/** SQLite's hint at a name in double quotes that names nothing. It gives none for a name in other quotes. */
const HINT = /no such column: (".*") - should this be a string literal in single-quotes\?$/;

/** Statements that choose or overwrite rows: in these a misspelt column destroys data. */
const DECIDES_ON_ROWS: ReadonlySet<string> = new Set(["DELETE", "REPLACE", "UPDATE", "WITH"]);

/** SQLite on a name that names nothing, in backticks. */
const NO_COLUMN = /^no such column: (.*)$/;

/** Whether an INSERT overwrites rows that are there: OR REPLACE, and ON CONFLICT DO UPDATE. */
function overwrites(sql: string): boolean {
  const tokens = new Tokenizer(sql);
  let last = "";
  while (tokens.nextSignificant()) {
    const word = tokens.kind === "word" ? tokens.current.toUpperCase() : "";
    if (last === "OR" && word === "REPLACE" || last === "DO" && word === "UPDATE") return true;
    last = word;
  }
  return false;
}

/** SQLite failed on text in double quotes that is part of the stored schema, not of the script. */
export class StoredTextFailure extends Error {
  override readonly name = "StoredTextFailure";

  /** @param cause The failure as it is reported if double-quoted strings cannot be allowed. */
  constructor(override readonly cause: AludelError) {
    super(cause.message, { cause });
  }
}

/**
 * Whether a statement failed because of text in double quotes that is stored in the schema. Asked on a connection that
 * does not allow such strings, right after the failure.
 *
 * @param created The statements before it by which the script has created something: what they brought is its own.
 */
export async function isStoredText(
  connection: Connection,
  sql: string,
  error: SqlError,
  created: readonly string[],
): Promise<boolean> {
  const name = HINT.exec(error.sqlite)?.[1];
  if (name === undefined || created.some((text) => text.includes(name))) return false;
  const own = await compile(connection, sql);
  return own === undefined || HINT.test(own.sqlite);
}

/**
 * Makes sure that a statement means the same without double-quoted strings, on a connection that allows them.
 *
 * @param verb The statement's first word.
 * @param allowed Whether the settings allow such strings in scripts. Even then, statements that delete or overwrite rows
 * must do without.
 * @throws {SqlError} SQLite's error for a name in double quotes that names nothing.
 */
export async function refuseOwnText(
  connection: Connection,
  sql: string,
  verb: string,
  allowed: boolean,
): Promise<void> {
  const decides = DECIDES_ON_ROWS.has(verb) || verb === "INSERT" && overwrites(sql);
  if (allowed && !decides) return;
  const error = await compile(connection, sql);
  const name = NO_COLUMN.exec(error?.sqlite ?? "")?.[1];
  // Any other error comes again when the statement runs.
  if (error === undefined || name === undefined) return;
  throw new SqlError(
    `no such column: "${name}" - should this be a string literal in single-quotes?`,
    { byteOffset: error.byteOffset, database: connection.name, cause: error },
  );
}

/**
 * The text in double quotes in the body of a trigger that is to be made, if no column is called so. SQLite compiles the
 * body when the trigger fires, and then the connection of the application decides whether it is a string.
 *
 * @param sql A CREATE statement.
 * @throws {SqlError} What stops more than the statement.
 */
export async function stringOfTrigger(
  connection: Connection,
  sql: string,
): Promise<string | undefined> {
  if (!sql.includes('"') || !/\btrigger\b/i.test(sql)) return undefined;
  const error = await compileTrigger(connection, sql);
  const name = NO_COLUMN.exec(error?.sqlite ?? "")?.[1];
  return name !== undefined && sql.includes(quoteName(name)) ? name : undefined;
}

/**
 * Compiles a trigger with its body as if no name in double quotes could be a string: makes it so, compiles what fires it,
 * and takes it back.
 */
async function compileTrigger(
  connection: Connection,
  sql: string,
): Promise<SqlError | undefined> {
  const strict = withoutDoubleQuotes(sql);
  if (strict === sql || !connection.inTransaction()) return undefined;
  const newest = async () => {
    const [row] = await connection.query(
      "SELECT rowid, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY rowid DESC LIMIT 1",
    );
    return row;
  };
  const before = await newest();
  await connection.execute("SAVEPOINT aludel_trigger");
  try {
    await connection.execute(strict);
    const made = await newest();
    if (made === undefined || made["rowid"] === before?.["rowid"]) return undefined;
    for (const fires of await firing(connection, String(made["sql"]), String(made["tbl_name"]))) {
      await connection.query(fires);
    }
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  } finally {
    await connection.execute("ROLLBACK TO aludel_trigger");
    await connection.execute("RELEASE aludel_trigger");
  }
}

/** Compiles a statement as if no name in double quotes could be a string. @returns SQLite's error, if there is one. */
async function compile(connection: Connection, sql: string): Promise<SqlError | undefined> {
  const strict = withoutDoubleQuotes(sql);
  if (strict === sql) return undefined;
  try {
    // Compiles, and runs nothing: https://sqlite.org/lang_explain.html
    await connection.execute(`EXPLAIN ${strict}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { byteOffset } = error;
    return new SqlError(error.sqlite, {
      ...(byteOffset !== undefined && { byteOffset: byteOffset - "EXPLAIN ".length }),
      cause: error,
    });
  }
}

/**
 * The same statement with each name that is in double quotes in backticks, which SQLite never reads as a string
 * (https://sqlite.org/lang_keywords.html). Offsets stay as they are but behind a name that holds a backtick.
 */
export function withoutDoubleQuotes(sql: string): string {
  if (!sql.includes('"')) return sql;
  const tokens = new Tokenizer(sql);
  let text = "";
  while (tokens.next()) {
    const token = tokens.current;
    text += token.startsWith('"') && token.length > 1
      ? `\`${unquote(token).replaceAll("`", "``")}\``.padEnd(token.length)
      : token;
  }
  return text;
}
