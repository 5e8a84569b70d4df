import type { Connection } from "../db/connection.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import { describeChange } from "../schema/diff/describe.ts";
import { introspect } from "../schema/read/introspect.ts";
import type { Schema } from "../schema/model/model.ts";

/** All stored definitions of a database as one JSON text. If two of them are equal, so are the schemas. */
export async function schemaText(connection: Connection): Promise<string> {
  const [row] = await connection.query(
    // libSQL does not read ORDER BY within an aggregate.
    `SELECT json_group_array(json_array(type, name, tbl_name, sql)) AS text
     FROM (SELECT * FROM main.sqlite_schema
       WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'aludel\\_%' ESCAPE '\\'
       ORDER BY type, name)`,
  );
  return String(row!["text"]);
}

/**
 * What the schema of a database lacks to be another one, a line for each change.
 *
 * @param text The other one's {@linkcode schemaText}: a schema is read only if it does not decide.
 */
export async function missingFor(
  connection: Connection,
  text: string,
  wanted: () => Schema | Promise<Schema>,
  doubleQuotedStrings: boolean = false,
): Promise<readonly string[]> {
  if (await schemaText(connection) === text) return [];
  return compareSchemas(await introspect(connection), await wanted(), { doubleQuotedStrings })
    .flatMap(describeChange);
}
