import { isDirective } from "../../sql/directive.ts";
import { foldName } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { mentionedNames, type Schema, type SchemaObject, type Table } from "../model/model.ts";

/** A statement with its semicolon, on a new line if the statement ends in a comment. */
export function terminated(sql: string): string {
  const tokenizer = new Tokenizer(sql);
  let isLineComment = false;
  while (tokenizer.next()) {
    if (tokenizer.kind === "space") continue;
    isLineComment = tokenizer.kind === "comment" && sql.startsWith("--", tokenizer.start);
  }
  return isLineComment ? `${sql}\n;` : `${sql};`;
}

/**
 * Orders keys so that each follows the keys that it needs. Otherwise, and in a cycle, they keep their order.
 *
 * @param keys The keys, in the order to keep.
 * @param needs The keys that one needs; those that are not among `keys` do not matter.
 */
export function inDependencyOrder(
  keys: readonly string[],
  needs: (key: string) => Iterable<string>,
): string[] {
  const known = new Set(keys);
  const ordered = new Set<string>();
  const entered = new Set<string>();
  // A stack instead of recursion, because a chain may be as long as the schema.
  const stack: { readonly key: string; readonly rest: Iterator<string> }[] = [];
  const enter = (key: string) => {
    if (entered.has(key)) return;
    entered.add(key);
    stack.push({ key, rest: needs(key)[Symbol.iterator]() });
  };
  for (const key of keys) {
    enter(key);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done) {
        ordered.add(top.key);
        stack.pop();
      } else if (known.has(next.value)) {
        enter(next.value);
      }
    }
  }
  return [...ordered];
}

/**
 * A definition without its directives, which belong to the schema file and are not allowed in a revision. Stored texts
 * may contain directives because SQLite keeps comments.
 */
export function withoutDirectives(sql: string): string {
  if (!/aludel/i.test(sql)) return sql;
  const pieces: string[] = [];
  let copied = 0;
  const tokenizer = new Tokenizer(sql);
  while (tokenizer.next()) {
    const { kind, start, end } = tokenizer;
    if (kind !== "comment" || !isDirective(sql, start, end)) continue;
    const before = sql.slice(copied, start);
    const line = before.lastIndexOf("\n") + 1;
    // A line with nothing else on it is removed.
    const isAlone = line > 0 && before.slice(line).trim() === "" && sql[end] === "\n";
    pieces.push(isAlone ? before.slice(0, line - 1) : before);
    copied = end;
  }
  return pieces.join("") + sql.slice(copied);
}

/**
 * The schema as the text of a schema file: the stored definitions without their directives. Parents come before
 * children, each table is followed by its indexes, then come virtual tables, views and triggers.
 *
 * @returns The text; one newline if the schema is empty.
 */
export function writeSchema(schema: Schema): string {
  const blocks = schemaObjects(schema).map(({ sql }) => `${terminated(withoutDirectives(sql))}\n`);
  return blocks.length === 0 ? "\n" : blocks.join("\n");
}

/** All objects of a schema, in an order in which they can be created. */
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
