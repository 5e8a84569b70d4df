import { mentionedNames } from "../schema/mentioned_names.ts";
import type { Schema, Table } from "../schema/model.ts";
import { foldName } from "../sql/identifier.ts";

/**
 * The part of a schema whose rows some texts can reach: the tables that they name, those that triggers and views among
 * these name in turn, and all that foreign keys tie to them. What is not in it cannot change, and need not be filled.
 */
export function touchedSchema(schema: Schema, texts: readonly string[]): Schema {
  const named = reachedNames(schema, texts);
  const wanted = new Set<string>();
  const queue: string[] = [];
  const want = (key: string) => {
    if (wanted.has(key) || !schema.tables.has(key)) return;
    wanted.add(key);
    queue.push(key);
  };
  for (const [key, table] of schema.tables) {
    if (named.has(key) || parentsOf(table).some((parent) => named.has(parent))) want(key);
  }
  // A row needs its parent, and that one its own.
  for (const key of queue) for (const parent of parentsOf(schema.tables.get(key)!)) want(parent);
  return {
    ...schema,
    tables: new Map([...schema.tables].filter(([key]) => wanted.has(key))),
    virtualTables: new Map([...schema.virtualTables].filter(([key]) => named.has(key))),
  };
}

/** The names in the texts, and those in the triggers and views that are reached by them. */
function reachedNames(schema: Schema, texts: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const queue: string[] = [];
  const read = (text: string) => {
    for (const name of mentionedNames(text)) {
      if (reached.has(name)) continue;
      reached.add(name);
      queue.push(name);
    }
  };
  const triggers = Map.groupBy(schema.triggers.values(), ({ table }) => foldName(table));
  texts.forEach(read);
  for (const name of queue) {
    const view = schema.views.get(name);
    if (view !== undefined) read(view.sql);
    for (const { sql } of triggers.get(name) ?? []) read(sql);
  }
  return reached;
}

function parentsOf({ foreignKeys }: Table): string[] {
  return foreignKeys.map(({ parent }) => foldName(parent));
}
