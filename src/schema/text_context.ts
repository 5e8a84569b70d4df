import { foldName, unquote } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import type { Schema, Table } from "./model.ts";
import type { Renames } from "./renames.ts";
import type { TextContext } from "./token_text.ts";

/** The names that every table with rowids has besides its columns. */
const ROWID_NAMES = ["rowid", "oid", "_rowid_"];

/** The context of a table's own expressions, which can name nothing but its columns. */
export function tableContext(
  table: Table,
  renamedColumns: ReadonlyMap<string, string> = new Map(),
  renamedTable?: string,
): TextContext {
  const key = foldName(table.name);
  // The table's own name can be no value: where it is one, a "." follows.
  const names = new Set([...ROWID_NAMES, ...table.columns.map(({ name }) => foldName(name))]);
  const isUnchanged = renamedColumns.size === 0 && (renamedTable ?? key) === key;
  // In an expression a column comes before a table of the same name.
  const isColumn = table.columns.some(({ name }) => foldName(name) === key);
  return {
    isName: (folded) => names.has(folded),
    // SQLite refuses a table with a name in it that names nothing.
    hasStrings: true,
    rename: isUnchanged
      ? undefined
      : (folded) =>
        renamedColumns.get(folded) ?? (folded === key && !isColumn ? renamedTable : undefined) ??
          folded,
  };
}

/**
 * The context of a view or trigger, which can name anything in the schema.
 *
 * @param hasStrings Whether connections allow strings in double quotes. Without them such a view is broken, and one with
 * single quotes is not.
 */
export function objectContext(
  sql: string,
  schema: Schema,
  hasStrings: boolean = false,
): TextContext {
  const names = new Set<string>(ROWID_NAMES);
  const read = new Set<string>();
  const queue = [sql];
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    for (const name of namesIn(text)) {
      if (name.isBare) names.add(name.folded);
      if (read.has(name.folded)) continue;
      read.add(name.folded);
      const table = schema.tables.get(name.folded);
      const other = schema.views.get(name.folded) ?? schema.virtualTables.get(name.folded) ??
        (text === sql ? schema.triggers.get(name.folded) : undefined);
      if (table === undefined && other === undefined) continue;
      names.add(name.folded);
      for (const column of table?.columns ?? []) names.add(foldName(column.name));
      // A view has the columns that its own text names.
      if (other !== undefined && other.sql !== sql) queue.push(other.sql);
    }
  }
  return { isName: (folded) => names.has(folded), hasStrings };
}

/**
 * The context of a present view or trigger under renames: what its text will be after SQLite's own
 * ALTER TABLE … RENAME has rewritten it.
 *
 * @returns undefined where tokens alone cannot tell which of two things a name means.
 */
export function renamedContext(
  sql: string,
  schema: Schema,
  renames: Renames,
  hasStrings: boolean = false,
): TextContext | undefined {
  const context = objectContext(sql, schema, hasStrings);
  const substitutes = new Map<string, string>();
  const tables: [key: string, table: Table][] = [];
  for (const { folded } of namesIn(sql)) {
    const table = schema.tables.get(folded);
    if (table !== undefined) tables.push([folded, table]);
    else if (schema.virtualTables.has(folded)) {
      if (!substitute(folded, renames.table(folded))) return undefined;
    }
  }
  for (const [key, table] of new Map(tables)) {
    const columns = renames.columns(key);
    if (renames.isRenamed(key) && !substitute(key, renames.table(key))) return undefined;
    for (const column of table.columns) {
      const name = foldName(column.name);
      if (!substitute(name, columns.get(name) ?? name)) return undefined;
    }
  }
  return { ...context, rename: (folded) => substitutes.get(folded) ?? folded };

  function substitute(old: string, name: string): boolean {
    const earlier = substitutes.get(old);
    substitutes.set(old, name);
    return earlier === undefined || earlier === name;
  }
}

function* namesIn(
  sql: string,
): Generator<{ readonly folded: string; readonly isBare: boolean }> {
  const tokenizer = new Tokenizer(sql);
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind === "word") yield { folded: foldName(tokenizer.current), isBare: true };
    if (tokenizer.kind === "quoted") {
      const { current } = tokenizer;
      yield { folded: foldName(unquote(current)), isBare: current[0] !== '"' };
    }
  }
}
