import { type Connection, type Row, SqlError } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { splitStatements, type Statement } from "../sql/script.ts";
import { readMentions } from "../sql/mentions.ts";
import { offsetOfByte, placeOf } from "../text/position.ts";
import type { ScriptText } from "./history.ts";
import { say, shell } from "../text/next_step.ts";

/** Verbs of statements that ask. */
const ASKING: ReadonlySet<string> = new Set(["SELECT", "VALUES", "WITH"]);

/** Maximum number of rows shown of an assertion that fails. */
const SHOWN = 3;

/**
 * Runs the queries of an assert.sql: each of them must give no row.
 *
 * @throws {AludelError} `proof-assert` with the first rows of a query that gives some, `proof-assert-statement` for a
 * statement that is no query, `sql-failed` if SQLite refuses it.
 */
export async function runAsserts(
  connection: Connection,
  id: RevisionId,
  source: ScriptText,
): Promise<void> {
  const { file, text } = source;
  for (const statement of splitStatements(text)) {
    if (!ASKING.has(statement.verb) || readMentions(text, statement).length > 0) {
      throw new AludelError(
        "proof-assert-statement",
        `"${statement.verb}" is not allowed in assert.sql, which holds queries only`,
        {
          revision: id,
          place: placeOf(file, text, statement.start),
          next: [say("Put rows that a proof needs into seed.sql")],
        },
      );
    }
    const rows = await ask(connection, id, source, statement);
    if (rows.length === 0) continue;
    throw new AludelError(
      "proof-assert",
      `A query of assert.sql gives ${rows.length === 1 ? "a row" : `${rows.length} rows`}`,
      {
        revision: id,
        place: placeOf(file, text, statement.start),
        notes: [
          ...rows.slice(0, SHOWN).map(describeRow),
          ...(rows.length > SHOWN ? [`and ${rows.length - SHOWN} more`] : []),
        ],
        next: [
          say("Correct the up.sql"),
          say(
            "If your application never writes such rows, put rows that it does write into seed.sql",
          ),
        ],
      },
    );
  }
}

async function ask(
  connection: Connection,
  id: RevisionId,
  { file, text }: ScriptText,
  statement: Statement,
): Promise<Row[]> {
  try {
    return await connection.query(text.slice(statement.start, statement.end));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const at = offsetOfByte(text, statement.start, error.byteOffset ?? 0);
    throw new AludelError("sql-failed", "A query of assert.sql failed", {
      revision: id,
      next: [shell`aludel prove ${id} # once the query is fixed`],
      place: placeOf(file, text, at),
      sqlite: error.sqlite,
      cause: error,
    });
  }
}

function describeRow(row: Row): string {
  return Object.entries(row).map(([name, value]) => {
    const shown = value === null
      ? "NULL"
      : value instanceof Uint8Array
      ? `${value.length} bytes`
      : typeof value === "string"
      ? JSON.stringify(value)
      : String(value);
    return `${name} = ${shown}`;
  }).join(", ");
}
