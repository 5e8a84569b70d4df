import { foldName } from "../sql/identifier.ts";
import { inDependencyOrder } from "./dependency_order.ts";
import { mentionedNames } from "./mentioned_names.ts";
import type { Schema, SchemaObject, Table } from "./model.ts";
import { terminated } from "./terminated.ts";
import { withoutDirectives } from "./without_directives.ts";

/**
 * The schema as the text of a schema file: what the database has, word for word but for the directives of
 * the files that it was made by, which would be refused in a schema file: parents before children, each table followed by its indexes, then virtual tables, views and triggers.
 *
 * @returns The text; a schema without anything gives one newline.
 */
export function writeSchema(schema: Schema): string {
  const blocks = schemaObjects(schema).map(({ sql }) => `${terminated(withoutDirectives(sql))}\n`);
  return blocks.length === 0 ? "\n" : blocks.join("\n");
}

/** Everything in a schema, in an order in which it can be created and read. */
export function schemaObjects(schema: Schema): SchemaObject[] {
  const objects: SchemaObject[] = [];
  const indexes = Map.groupBy(schema.indexes.values(), ({ table }) => foldName(table));
  for (const table of tablesInOrder(schema)) {
    objects.push(table, ...(indexes.get(foldName(table.name)) ?? []));
  }
  objects.push(...schema.virtualTables.values());
  const views = inDependencyOrder(
    [...schema.views.keys()],
    (key) => mentionedNames(schema.views.get(key)!.sql),
  );
  for (const key of views) objects.push(schema.views.get(key)!);
  objects.push(...schema.triggers.values());
  return objects;
}

/** The tables, those that foreign keys refer to first. */
export function tablesInOrder(schema: Schema): Table[] {
  const keys = inDependencyOrder(
    [...schema.tables.keys()],
    (key) => schema.tables.get(key)!.foreignKeys.map(({ parent }) => foldName(parent)),
  );
  return keys.map((key) => schema.tables.get(key)!);
}
