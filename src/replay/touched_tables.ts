import { type ForeignKey, mentionedNames, type Schema, type Table } from "../schema/model/model.ts";
import { nullableColumns } from "./rows/parents.ts";
import { foldName } from "../sql/identifier.ts";
import { readMentions } from "../sql/mentions.ts";
import { splitStatements } from "../sql/script.ts";

/**
 * The part of a schema whose rows some texts can reach: the tables that they name, those that triggers and views among
 * these name in turn, the children of all these, and the parents that their rows need. What is not in it cannot
 * change, and need not be filled.
 */
export function touchedSchema(schema: Schema, texts: readonly string[]): Schema {
  const named = reachedNames(schema, texts);
  const reached = new Set(tablesBehind(schema, texts));
  for (const [key, table] of schema.tables) {
    if (named.has(key) || parentsOf(table).some((parent) => named.has(parent))) reached.add(key);
  }
  const wanted = new Set(reached);
  // A set that grows is walked to its end.
  for (const key of wanted) {
    const table = schema.tables.get(key)!;
    for (const foreignKey of table.foreignKeys) {
      const parent = foldName(foreignKey.parent);
      // Where keys tie all tables together, following the ones that may be NULL would fill all of them each time.
      const isNeeded = reached.has(key) || !mayBeNull(foreignKey, table);
      if (isNeeded && schema.tables.has(parent)) wanted.add(parent);
    }
  }
  return {
    ...schema,
    tables: new Map([...schema.tables].filter(([key]) => wanted.has(key))),
    virtualTables: new Map([...schema.virtualTables].filter(([key]) => named.has(key))),
  };
}

/** The tables whose sequences or statistics the texts take away or change, by name or not. */
function tablesBehind({ tables }: Schema, texts: readonly string[]): string[] {
  const changed = texts.flatMap((text) =>
    text.includes("sqlite_")
      ? splitStatements(text).flatMap((statement) => readMentions(text, statement))
        .filter(({ kind }) => kind === "delete" || kind === "update")
        .map(({ name }) => foldName(name))
      : []
  );
  if (changed.some((name) => name.startsWith("sqlite_stat"))) return [...tables.keys()];
  if (!changed.includes("sqlite_sequence")) return [];
  return [...tables].filter(([, { autoincrement }]) => autoincrement).map(([key]) => key);
}

/** Whether a row can do without the parent. A CHECK on one of the columns may not let it. */
function mayBeNull(key: ForeignKey, table: Table): boolean {
  if (nullableColumns(key, table).length === 0) return false;
  return table.checks.every(({ expression }) => {
    const names = mentionedNames(expression);
    return !key.columns.some((name) => names.has(foldName(name)));
  });
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
