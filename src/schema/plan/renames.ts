import { displayName, foldName, quoteName, sameName } from "../../sql/identifier.ts";
import type { AlterTable } from "../model/change.ts";
import { type Schema } from "../model/model.ts";
import { qualifiesItself } from "./rebuild.ts";
import {
  legacyRenames,
  type PlannedStatement,
  type Rename,
  renameTable,
  statement,
} from "./statement.ts";
import { isRowidName } from "../model/row.ts";

/** Renames as statements, and the names that result. */
export interface RenamePlan {
  readonly statements: readonly PlannedStatement[];
  /** Present table, folded → present column, folded → its name after the renames. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Renames tables, then columns, by ALTER TABLE, which rewrites every index, view, trigger and foreign key
 * that names them.
 *
 * @param changes What differs. Dropped tables whose names others get must already be gone.
 * @param virtualTables The virtual tables that get another name.
 * @param isLegacy Whether the SQLite that runs it may be unable to do that: it is older than {@linkcode RENAMES}, or
 * {@linkcode renamesRowid}. Then only tables are renamed, in a way that leaves all other texts alone with any SQLite, and
 * {@linkcode rebuiltForRenames} tells which tables must be rebuilt instead.
 */
export function planRenames(
  changes: readonly AlterTable[],
  virtualTables: readonly Rename[],
  isLegacy: boolean,
): RenamePlan {
  const statements: PlannedStatement[] = [];
  const tables = [
    ...changes.flatMap(({ changes }) => changes.filter((change) => change.kind === "rename-table")),
    ...virtualTables,
  ];
  // With legacy_alter_table, SQLite refuses to rename a table that names itself.
  const naming = new Set(
    changes.filter(({ from }) => qualifiesItself(from.sql, from.name)).map(({ from }) => from.name),
  );
  for (const rename of withoutCollisions(tables)) {
    const comment = `rename table ${displayName(rename.from)} to ${displayName(rename.to)}`;
    const leavesTexts = isLegacy && !naming.has(rename.from);
    statements.push(
      ...(leavesTexts ? legacyRenames([rename], comment) : [renameTable(rename, comment)]),
    );
  }
  const columns = new Map<string, ReadonlyMap<string, string>>();
  if (isLegacy) return { statements, columns };
  for (const change of changes) {
    const names = renameColumns(change, statements);
    if (names.size > 0) columns.set(foldName(change.from.name), names);
  }
  return { statements, columns };
}

/** Whether a column is renamed from or to a name of the rowid: ALTER TABLE refuses that since SQLite 3.54. */
export function renamesRowid(changes: readonly AlterTable[]): boolean {
  return changes.some(({ from, changes }) =>
    !from.withoutRowid &&
    changes.some((change) =>
      change.kind === "rename-column" && [change.from, change.to].some(isRowidName)
    )
  );
}

/**
 * The tables that must be rebuilt because an SQLite older than {@linkcode RENAMES} cannot rename: those with renamed
 * columns, and those whose own text names a renamed table or column.
 *
 * @returns The changes, with an empty one for each other table that must be rebuilt, and the keys of all such tables.
 */
export function rebuiltForRenames(
  from: Schema,
  to: Schema,
  changes: readonly AlterTable[],
): { readonly changes: readonly AlterTable[]; readonly rebuilt: ReadonlySet<string> } {
  const renamed = new Set<string>();
  const rebuilt = new Set<string>();
  for (const change of changes) {
    const key = foldName(change.from.name);
    const kinds = new Set(change.changes.map(({ kind }) => kind));
    if (kinds.has("rename-table") || kinds.has("rename-column")) renamed.add(key);
    const isNamed = kinds.has("rename-table") && qualifiesItself(change.from.sql, change.from.name);
    if (kinds.has("rename-column") || isNamed) rebuilt.add(key);
  }
  const known = new Map(changes.map((change) => [foldName(change.from.name), change]));
  const all = [...changes];
  for (const [key, table] of from.tables) {
    const names = table.foreignKeys.some(({ parent }) => renamed.has(foldName(parent)));
    if (!names) continue;
    const wanted = known.get(key)?.to ?? to.tables.get(key);
    if (wanted === undefined) continue;
    rebuilt.add(key);
    if (!known.has(key)) all.push({ kind: "alter-table", from: table, to: wanted, changes: [] });
  }
  return { changes: all, rebuilt };
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
    // The column that has the name now is dropped after the renames.
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
    statements.push(statement(
      `ALTER TABLE ${quoteName(to.name)} RENAME COLUMN ${quoteName(old)} TO ${quoteName(name)}`,
      "metadata",
      `rename column ${table}.${displayName(old)} to ${displayName(name)}${reason}`,
    ));
  }
}

/** Orders renames: in a chain (a becomes b, b becomes c) the last link comes first. There are no circles. */
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
