import { openScratch, type ScratchConnection } from "../../../src/db/open_scratch.ts";
import { type CompareOptions, compareSchemas } from "../../../src/schema/diff/compare.ts";
import { describeChange } from "../../../src/schema/diff/describe.ts";
import { introspect } from "../../../src/schema/read/introspect.ts";
import { loadSchema } from "../../../src/schema/source/load_schema.ts";
import type { Schema, Table } from "../../../src/schema/model/model.ts";

/** A database in memory after running the statements. */
export async function databaseOf(...statements: readonly string[]): Promise<ScratchConnection> {
  const connection = openScratch();
  for (const sql of statements) await connection.execute(sql);
  return connection;
}

/** The schema after running the statements. */
export async function schemaOf(...statements: readonly string[]): Promise<Schema> {
  await using connection = await databaseOf(...statements);
  return await introspect(connection);
}

/** The one table that a statement makes. */
export async function tableOf(sql: string): Promise<Table> {
  const [table] = (await schemaOf(sql)).tables.values();
  if (table === undefined) throw new Error(`No table from ${sql}`);
  return table;
}

/** What a schema file's text means. */
export function load(text: string, file = "schema.sql") {
  return loadSchema([{ file, text }], () => Promise.resolve(openScratch({ standIns: true })));
}

/** The described differences between two lists of statements. */
export async function differences(
  from: readonly string[],
  to: readonly string[],
  options: CompareOptions = {},
): Promise<string[]> {
  return compareSchemas(await schemaOf(...from), await schemaOf(...to), options)
    .flatMap(describeChange);
}
