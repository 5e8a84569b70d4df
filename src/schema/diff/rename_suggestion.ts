import { editDistance } from "../../text/closest.ts";
import { displayName, foldName, sameName } from "../../sql/identifier.ts";
import type { Change } from "../model/change.ts";
import type { Column, Table } from "../model/model.ts";
import { normalDefault, normalType } from "../model/normal_text.ts";

/** A drop plus an add of something similar: perhaps a rename. */
export interface RenameSuggestion {
  readonly kind: "table" | "column";
  /** The wanted table: the one that is renamed, or that has the column. */
  readonly table: string;
  readonly from: string;
  readonly to: string;
  /** The line to put above the table or column in the schema file. */
  readonly line: string;
}

/** The lowest similarity for a suggestion, from 0 to 1. */
const ENOUGH = 0.6;

/**
 * Suggests renames: a dropped and a created table with mostly the same columns, or a dropped and an added
 * column of the same type. Each is suggested once, with the one most similar to it. A person decides.
 */
export function suggestRenames(changes: readonly Change[]): RenameSuggestion[] {
  const suggestions: RenameSuggestion[] = [];
  const dropped: Table[] = [];
  const created: Table[] = [];
  for (const change of changes) {
    if (change.kind === "drop-table") dropped.push(change.table);
    if (change.kind === "create-table") created.push(change.table);
    if (change.kind !== "alter-table") continue;
    const droppedColumns: Column[] = [];
    const addedColumns: Column[] = [];
    for (const inside of change.changes) {
      if (inside.kind === "drop-column") droppedColumns.push(inside.column);
      if (inside.kind === "add-column") addedColumns.push(inside.column);
    }
    const table = change.to.name;
    for (const [from, to] of bestPairs(droppedColumns, addedColumns, columnLikeness)) {
      suggestions.push(suggestion("column", table, from.name, to.name));
    }
  }
  for (const [from, to] of bestPairs(dropped, created, tableLikeness)) {
    suggestions.push(suggestion("table", to.name, from.name, to.name));
  }
  return suggestions;
}

function suggestion(
  kind: RenameSuggestion["kind"],
  table: string,
  from: string,
  to: string,
): RenameSuggestion {
  return { kind, table, from, to, line: `-- aludel: renamed from=${displayName(from)}` };
}

/** Pairs the most similar first, each object once; ties in their present order. */
function bestPairs<T>(
  from: readonly T[],
  to: readonly T[],
  likeness: (a: T, b: T) => number,
): (readonly [T, T])[] {
  const pairs = from.flatMap((a) => to.map((b) => ({ a, b, likeness: likeness(a, b) })))
    .filter((pair) => pair.likeness >= ENOUGH)
    .sort((one, other) => other.likeness - one.likeness);
  const taken = new Set<T>();
  const best: (readonly [T, T])[] = [];
  for (const { a, b } of pairs) {
    if (taken.has(a) || taken.has(b)) continue;
    taken.add(a).add(b);
    best.push([a, b]);
  }
  return best;
}

function columnLikeness(a: Column, b: Column): number {
  if (normalType(a.type) !== normalType(b.type)) return 0;
  if ((a.generated === undefined) !== (b.generated === undefined)) return 0;
  const facets = [
    (a.notNull === undefined) === (b.notNull === undefined),
    (a.default && normalDefault(a.default)) === (b.default && normalDefault(b.default)),
    sameName(a.collation ?? "", b.collation ?? ""),
  ];
  const same = facets.filter((isSame) => isSame).length / facets.length;
  return 0.6 * same + 0.4 * nameLikeness(a.name, b.name);
}

function tableLikeness(a: Table, b: Table): number {
  const columns = new Set(a.columns.map(columnText));
  const shared = b.columns.filter((column) => columns.has(columnText(column))).length;
  const all = a.columns.length + b.columns.length - shared;
  return 0.9 * (shared / all) + 0.1 * nameLikeness(a.name, b.name);
}

function columnText(column: Column): string {
  return `${foldName(column.name)} ${normalType(column.type)}`;
}

/** The share of letters that need no edit. */
function nameLikeness(a: string, b: string): number {
  return 1 - editDistance(foldName(a), foldName(b)) / Math.max(a.length, b.length, 1);
}
