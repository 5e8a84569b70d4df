import { foldName } from "../../sql/identifier.ts";
import type { ColumnFacet, TableChange, TableOption } from "../model/change.ts";
import { AS_IT_IS, constraintKey, type ConstraintScope } from "../model/constraint.ts";
import type { Column, Constraint, Table } from "../model/model.ts";
import {
  type NameScope,
  normalDefault,
  normalExpression,
  normalType,
} from "../model/normal_text.ts";
import { type Renames, tableScope } from "./renames.ts";

/**
 * The differences between a present table and the wanted one: none if both mean the same.
 *
 * They are in an order in which they could be made: dropped constraints, columns that are dropped,
 * renamed, added and altered, added constraints.
 */
export function compareTables(
  from: Table,
  to: Table,
  renames: Renames,
  columnOrder: boolean,
): TableChange[] {
  // The same text means the same, unless names in it are renamed.
  if (from.sql === to.sql && renames.isEmpty) return [];
  const key = foldName(from.name);
  const renamed = renames.columns(key);
  const before = tableScope(from, renamed, renames.table(key), to);
  const after = tableScope(to);
  const changes: TableChange[] = [];

  if (renames.isRenamed(key)) changes.push({ kind: "rename-table", from: from.name, to: to.name });
  const constraints = compareConstraints(from, to, before, after, renames);
  for (const constraint of constraints.dropped) {
    changes.push({ kind: "drop-constraint", constraint });
  }
  changes.push(...compareColumns(from, to, renamed, before, after));
  if (columnOrder) changes.push(...compareOrder(from, to, renamed));
  for (const constraint of constraints.added) {
    changes.push({ kind: "add-constraint", constraint });
  }
  for (const [option, was, is] of options(from, to)) {
    if (was !== is) changes.push({ kind: "set-option", option, value: is });
  }
  return changes;
}

function options(from: Table, to: Table): [option: TableOption, was: boolean, is: boolean][] {
  return [
    ["strict", from.strict, to.strict],
    ["without-rowid", from.withoutRowid, to.withoutRowid],
    ["autoincrement", from.autoincrement, to.autoincrement],
  ];
}

function compareColumns(
  from: Table,
  to: Table,
  renamed: ReadonlyMap<string, string>,
  before: NameScope,
  after: NameScope,
): TableChange[] {
  const wanted = new Map(to.columns.map((column) => [foldName(column.name), column]));
  const present = new Map<string, Column>();
  const changes: TableChange[] = [];
  for (const column of from.columns) {
    const old = foldName(column.name);
    const name = renamed.get(old) ?? old;
    // If another column is renamed to this name, this column is dropped.
    const found = wanted.get(name);
    if (found === undefined || (name === old && isTaken(old))) {
      changes.push({ kind: "drop-column", column });
      continue;
    }
    present.set(name, column);
    if (name !== old) changes.push({ kind: "rename-column", from: column.name, to: found.name });
  }
  for (const [name, column] of wanted) {
    const old = present.get(name);
    if (old === undefined) {
      changes.push({ kind: "add-column", column });
      continue;
    }
    const facets = differingFacets(old, column, before, after);
    if (facets.length > 0) changes.push({ kind: "alter-column", from: old, to: column, facets });
  }
  return changes;

  function isTaken(name: string): boolean {
    return [...renamed.values()].includes(name);
  }
}

function differingFacets(
  from: Column,
  to: Column,
  before: NameScope,
  after: NameScope,
): ColumnFacet[] {
  const facets: ColumnFacet[] = [];
  if (from.type !== to.type && normalType(from.type) !== normalType(to.type)) facets.push("type");
  if (notNullKey(from) !== notNullKey(to)) facets.push("not-null");
  if (from.default !== to.default && defaultKey(from) !== defaultKey(to)) facets.push("default");
  if (foldName(from.collation ?? "") !== foldName(to.collation ?? "")) facets.push("collation");
  if (generatedKey(from, before) !== generatedKey(to, after)) facets.push("generated");
  return facets;
}

function notNullKey({ notNull }: Column): string {
  return notNull === undefined
    ? ""
    : JSON.stringify([foldName(notNull.name ?? ""), notNull.conflict ?? null]);
}

function defaultKey(column: Column): string | undefined {
  return column.default === undefined ? undefined : normalDefault(column.default);
}

function generatedKey({ generated }: Column, scope: NameScope): string {
  return generated === undefined
    ? ""
    : JSON.stringify([generated.stored, normalExpression(generated.expression, scope)]);
}

function compareConstraints(
  from: Table,
  to: Table,
  before: NameScope,
  after: NameScope,
  renames: Renames,
): { readonly dropped: Constraint[]; readonly added: Constraint[] } {
  const underRenames: ConstraintScope = {
    text: before,
    table: (folded) => renames.table(folded),
    column: (folded, table) => renames.columns(table).get(folded) ?? folded,
  };
  const dropped = new Map<string, Constraint[]>();
  for (const constraint of constraintsOf(from)) {
    const key = constraintKey(constraint, from, underRenames);
    const same = dropped.get(key);
    if (same === undefined) dropped.set(key, [constraint]);
    else same.push(constraint);
  }
  const added: Constraint[] = [];
  for (const constraint of constraintsOf(to)) {
    const same = dropped.get(constraintKey(constraint, to, { text: after, ...AS_IT_IS }));
    if (same?.pop() === undefined) added.push(constraint);
  }
  return { dropped: [...dropped.values()].flat(), added };
}

/** Every constraint of the table, the primary key first. */
function constraintsOf(table: Table): Constraint[] {
  return [
    ...(table.primaryKey === undefined ? [] : [table.primaryKey]),
    ...table.uniques,
    ...table.foreignKeys,
    ...table.checks,
  ];
}

/** New columns at the end are no other order; new columns elsewhere are. */
function compareOrder(
  from: Table,
  to: Table,
  renamed: ReadonlyMap<string, string>,
): TableChange[] {
  const wanted = to.columns.map(({ name }) => foldName(name));
  const present = from.columns.map(({ name }) => renamed.get(foldName(name)) ?? foldName(name));
  const kept = present.filter((name) => wanted.includes(name));
  const natural = [...kept, ...wanted.filter((name) => !kept.includes(name))];
  return natural.every((name, at) => name === wanted[at])
    ? []
    : [{ kind: "reorder-columns", from: natural, to: wanted }];
}
