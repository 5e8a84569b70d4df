import { type Connection, SqlError } from "../db/connection.ts";
import type { AludelError } from "../errors.ts";
import { quoteName, unquote } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import { firing } from "./loss/broken_objects.ts";

// SQLite reads "text" as a string if no column has that name and the connection allows it
// (https://sqlite.org/quirks.html#dblquote). The views, triggers and constraints of an old database may need this. A
// revision's own statements must not get it by default: DELETE FROM t WHERE "stauts" <> 'x' would delete every row.

/**
 * Where double-quoted strings are allowed. `off`: nowhere · `stored`: in the stored schema of an old database ·
 * `scripts`: also in scripts, because the settings say so.
 */
export type DoubleQuotedStrings = "off" | "stored" | "scripts";

/** SQLite's hint for an unknown name in double quotes. Names in other quotes get no hint. */
const HINT = /no such column: (".*") - should this be a string literal in single-quotes\?$/;

/** The statements that select rows to change. In these a misspelt column destroys data. */
const DECIDES_ON_ROWS: ReadonlySet<string> = new Set(["DELETE", "REPLACE", "UPDATE", "WITH"]);

/** SQLite's message for an unknown name in backticks. */
const NO_COLUMN = /^no such column: (.*)$/;

/** Whether an INSERT may overwrite existing rows, by OR REPLACE or ON CONFLICT DO UPDATE. */
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

/** SQLite failed on a double-quoted string in the stored schema, not in the script. */
export class StoredTextFailure extends Error {
  override readonly name = "StoredTextFailure";

  /** @param cause The error to report if double-quoted strings cannot be allowed. */
  constructor(override readonly cause: AludelError) {
    super(cause.message, { cause });
  }
}

/**
 * Whether a statement failed because of a double-quoted string in the stored schema. To be called right after the
 * failure, with a connection that does not allow such strings.
 *
 * @param created The earlier CREATE statements of the script. A string that occurs in them is the script's own.
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
 * Refuses a statement that uses a double-quoted string, on a connection that allows them.
 *
 * @param verb The statement's first word.
 * @param allowed Whether the settings allow such strings in scripts. Even then, statements that delete or overwrite
 * rows must not use them.
 * @throws {SqlError} SQLite's error for an unknown name in double quotes.
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
  // The statement reports any other error when it runs.
  if (error === undefined || name === undefined) return;
  throw new SqlError(
    `no such column: "${name}" - should this be a string literal in single-quotes?`,
    { byteOffset: error.byteOffset, database: connection.name, cause: error },
  );
}

/**
 * Finds a double-quoted string in the body of a new trigger. SQLite compiles the body only when the trigger fires, and
 * then the application's connection decides whether strings are allowed.
 *
 * @param sql A CREATE statement.
 * @returns The string without its quotes; undefined if there is none.
 * @throws {SqlError} If the probe cannot be rolled back.
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
 * Compiles a trigger and its body without double-quoted strings: creates it, compiles statements that fire it, and
 * rolls back.
 * @returns SQLite's error, if there is one.
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

/** Compiles a statement without double-quoted strings. @returns SQLite's error, if there is one. */
async function compile(connection: Connection, sql: string): Promise<SqlError | undefined> {
  const strict = withoutDoubleQuotes(sql);
  if (strict === sql) return undefined;
  try {
    // EXPLAIN compiles the statement without running it: https://sqlite.org/lang_explain.html
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
 * Replaces double quotes by backticks, which SQLite never reads as a string (https://sqlite.org/lang_keywords.html).
 * Offsets stay the same, except after a name that contains a backtick.
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
