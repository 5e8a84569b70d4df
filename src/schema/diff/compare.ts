import { foldName, sameName } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { Change, SideObject } from "../model/change.ts";
import { AS_IT_IS, indexKey } from "../model/constraint.ts";
import type { Index, Schema, Trigger, View, VirtualTable } from "../model/model.ts";
import { type NameScope, normalText, normalTokens } from "../model/normal_text.ts";
import { compareTables } from "./compare_tables.ts";
import {
  NO_HINTS,
  objectScope,
  renamedScope,
  type RenameHints,
  Renames,
  tableScope,
} from "./renames.ts";

/** How two schemas are compared. */
export interface CompareOptions {
  /** Rename hints from the wanted schema's file. Those that were already applied have no effect. */
  readonly renames?: RenameHints;
  /** Whether another order of the same columns is a difference; by default it is not. */
  readonly columnOrder?: boolean;
  /** Whether connections allow strings in double quotes, which views and triggers may then contain. */
  readonly doubleQuotedStrings?: boolean;
}

/**
 * The differences that lead from a present schema to a wanted one. There are none exactly if both mean
 * the same, as docs/schema.md defines it.
 *
 * The order is deterministic: dropped objects, then tables, then created objects. An index or trigger
 * of a dropped table is a difference of its own, so that the reverse of the list is complete.
 */
export function compareSchemas(from: Schema, to: Schema, options: CompareOptions = {}): Change[] {
  const renames = new Renames(from, to, options.renames ?? NO_HINTS);
  const hasStrings = options.doubleQuotedStrings ?? false;
  const isSame = (a: View | Trigger, b: View | Trigger) =>
    sameText(a, b, from, to, renames, hasStrings);
  const objects = [
    ...compareObjects(
      from.triggers,
      to.triggers,
      (a, b) => renames.table(foldName(a.table)) === foldName(b.table) && isSame(a, b),
    ),
    ...compareObjects(from.views, to.views, isSame),
    ...compareObjects(from.indexes, to.indexes, (a, b) => sameIndex(a, b, from, to, renames)),
    ...compareVirtualTables(from, to, renames),
  ];
  const changes: Change[] = objects.filter(({ kind }) => kind === "drop-object");
  for (const [key, table] of from.tables) {
    if (counterpart(key, from, to, renames) === undefined) {
      changes.push({ kind: "drop-table", table });
    }
  }
  for (const [key, table] of from.tables) {
    const wanted = counterpart(key, from, to, renames);
    if (wanted === undefined) continue;
    const inside = compareTables(table, wanted, renames, options.columnOrder ?? false);
    if (inside.length > 0) {
      changes.push({ kind: "alter-table", from: table, to: wanted, changes: inside });
    }
  }
  for (const [key, table] of to.tables) {
    const old = renames.oldTable(key);
    if (!from.tables.has(old) || renames.table(old) !== key) {
      changes.push({ kind: "create-table", table });
    }
  }
  changes.push(...objects.filter(({ kind }) => kind === "replace-object"));
  changes.push(...objects.filter(({ kind }) => kind === "create-object").toReversed());
  return changes;
}

/** The wanted table that a present one becomes. */
function counterpart(key: string, from: Schema, to: Schema, renames: Renames) {
  if (renames.isRenamed(key)) return to.tables.get(renames.table(key));
  // A wanted table of the same name may be another one, which is renamed to it.
  return from.tables.has(renames.oldTable(key)) && renames.oldTable(key) !== key
    ? undefined
    : to.tables.get(key);
}

function compareObjects<T extends SideObject>(
  from: ReadonlyMap<string, T>,
  to: ReadonlyMap<string, T>,
  isSame: (from: T, to: T) => boolean,
): Change[] {
  const changes: Change[] = [];
  for (const [key, object] of from) {
    const wanted = to.get(key);
    if (wanted === undefined) changes.push({ kind: "drop-object", object });
    else if (!isSame(object, wanted)) {
      changes.push({ kind: "replace-object", from: object, to: wanted });
    }
  }
  for (const [key, object] of [...to].toReversed()) {
    if (!from.has(key)) changes.push({ kind: "create-object", object });
  }
  return changes;
}

/** Like {@linkcode compareObjects}; a renamed virtual table is replaced by one of another name. */
function compareVirtualTables(from: Schema, to: Schema, renames: Renames): Change[] {
  const present = new Map<string, VirtualTable>();
  const renamed = new Set<VirtualTable>();
  for (const [key, table] of from.virtualTables) {
    const name = renames.table(key);
    if (name !== key) renamed.add(table);
    // A table of the wanted schema may get a name that a rename frees.
    if (name !== key || renames.oldTable(key) === key) present.set(name, table);
  }
  const changes = compareObjects(
    present,
    to.virtualTables,
    (a, b) => !renamed.has(a) && sameVirtualTable(a, b),
  );
  const kept = new Set(present.values());
  const dropped = [...from.virtualTables.values()].filter((table) => !kept.has(table));
  return [...dropped.map((object): Change => ({ kind: "drop-object", object })), ...changes];
}

function sameIndex(a: Index, b: Index, from: Schema, to: Schema, renames: Renames): boolean {
  if (a.sql === b.sql && renames.isEmpty) return true;
  const oldTable = from.tables.get(foldName(a.table));
  const table = to.tables.get(foldName(b.table));
  const key = foldName(a.table);
  const before = indexKey(a, oldTable, {
    text: oldTable === undefined
      ? { isName: () => false }
      : tableScope(oldTable, renames.columns(key), renames.table(key), table),
    table: (folded) => renames.table(folded),
    column: (folded, owner) => renames.columns(owner).get(folded) ?? folded,
  });
  const after = indexKey(b, table, {
    text: table === undefined ? { isName: () => false } : tableScope(table),
    ...AS_IT_IS,
  });
  return before === after;
}

function sameText(
  a: View | Trigger,
  b: View | Trigger,
  from: Schema,
  to: Schema,
  renames: Renames,
  hasStrings: boolean,
): boolean {
  if (a.sql === b.sql && renames.isEmpty) return true;
  const before = renames.isEmpty
    ? objectScope(a.sql, from, hasStrings)
    : renamedScope(a.sql, from, renames, hasStrings);
  return before !== undefined &&
    definition(a, before) === definition(b, objectScope(b.sql, to, hasStrings));
}

/** The normal text. FOR EACH ROW is left out: it is what a trigger does without it, too. */
function definition(object: View | Trigger, scope: NameScope): string {
  if (object.kind === "view") return normalText(object.sql, scope);
  const tokens = normalTokens(object.sql, scope);
  const at = tokens.findIndex((token, at) =>
    token === "FOR" && tokens[at + 1] === "EACH" && tokens[at + 2] === "ROW"
  );
  if (at >= 0) tokens.splice(at, 3);
  return tokens.join(" ");
}

/** Whether two virtual tables are the same, except perhaps for their names. */
export function sameVirtualTable(a: VirtualTable, b: VirtualTable): boolean {
  return a.sql === b.sql ||
    sameName(a.module, b.module) &&
      JSON.stringify(a.arguments.map(argumentText)) ===
        JSON.stringify(b.arguments.map(argumentText));
}

/** An argument without spaces and comments. Only the module knows what else means the same. */
function argumentText(argument: string): string {
  const words: string[] = [];
  const tokenizer = new Tokenizer(argument);
  while (tokenizer.nextSignificant()) words.push(tokenizer.current);
  return words.join(" ");
}
