import { displayName, foldName, quoteName, sameName } from "../../sql/identifier.ts";
import type { AlterTable } from "../model/change.ts";
import type { PlannedStatement } from "./statement.ts";

/** Renames as statements, and the names that result. */
export interface RenamePlan {
  readonly statements: readonly PlannedStatement[];
  /** Present table, folded → present column, folded → its name by now. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Renames tables, then columns, by ALTER TABLE, which rewrites every index, view, trigger and foreign key
 * that names them.
 *
 * @param changes What differs. A new name is that of no table that stays; one that is dropped must be gone.
 * @param virtualTables The virtual tables that get another name.
 */
export function planRenames(
  changes: readonly AlterTable[],
  virtualTables: readonly Rename[],
): RenamePlan {
  const statements: PlannedStatement[] = [];
  const tables = [
    ...changes.flatMap(({ changes }) => changes.filter((change) => change.kind === "rename-table")),
    ...virtualTables,
  ];
  for (const { from, to } of withoutCollisions(tables)) {
    statements.push({
      sql: `ALTER TABLE ${quoteName(from)} RENAME TO ${quoteName(to)}`,
      cost: "metadata",
      comment: `rename table ${displayName(from)} to ${displayName(to)}`,
      hazards: [],
    });
  }
  const columns = new Map<string, ReadonlyMap<string, string>>();
  for (const change of changes) {
    const names = renameColumns(change, statements);
    if (names.size > 0) columns.set(foldName(change.from.name), names);
  }
  return { statements, columns };
}

function renameColumns(
  { from, to, changes }: AlterTable,
  statements: PlannedStatement[],
): ReadonlyMap<string, string> {
  const renames = changes.filter((change) => change.kind === "rename-column");
  const names = new Map<string, string>();
  if (renames.length === 0) return names;
  const present = new Map(from.columns.map(({ name }) => [foldName(name), name]));
  const taken = new Set([...present.keys(), ...to.columns.map(({ name }) => foldName(name))]);
  for (const { to: name } of renames) {
    const holder = present.get(foldName(name));
    if (holder === undefined || renames.some((other) => sameName(other.from, name))) continue;
    // That column is dropped afterwards.
    let away = `${holder}__old`;
    for (let number = 2; taken.has(foldName(away)); number++) away = `${holder}__old${number}`;
    taken.add(foldName(away));
    rename(holder, away, ", to free its name");
  }
  for (const { from: old, to: name } of withoutCollisions(renames)) rename(old, name);
  return names;

  function rename(old: string, name: string, reason = ""): void {
    names.set(foldName(old), name);
    const table = displayName(to.name);
    statements.push({
      sql: `ALTER TABLE ${quoteName(to.name)} RENAME COLUMN ${quoteName(old)} TO ${
        quoteName(name)
      }`,
      cost: "metadata",
      comment: `rename column ${table}.${displayName(old)} to ${displayName(name)}${reason}`,
      hazards: [],
    });
  }
}

/** A name that becomes another one. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** Of a chain (a becomes b, b becomes c) the last link first. There are no circles. */
function withoutCollisions<T extends Rename>(renames: readonly T[]): T[] {
  const byOld = new Map(renames.map((rename) => [foldName(rename.from), rename]));
  const ordered = new Set<T>();
  for (const rename of renames) {
    const chain: T[] = [];
    let link: T | undefined = rename;
    while (link !== undefined && !ordered.has(link) && !chain.includes(link)) {
      chain.push(link);
      link = byOld.get(foldName(link.to));
    }
    for (const one of chain.toReversed()) ordered.add(one);
  }
  return [...ordered];
}
