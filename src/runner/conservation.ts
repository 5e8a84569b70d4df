import { foldName } from "../sql/identifier.ts";
import type { Mention } from "../sql/mentions.ts";
import type { TableFates } from "./table_fates.ts";
import type { Inventory, SchemaObject, TableContents } from "./table_contents.ts";

/** Something that a revision loses without saying so. */
export interface Loss {
  /** The name to put into `-- aludel: allow-loss=`. */
  readonly name: string;
  /** The fact: `table "users": 3 of 10 rows are gone`. */
  readonly fact: string;
}

/**
 * Compares the inventories around a revision: a table that stands before and after has lost no rows that no
 * DELETE or REPLACE names, and a re-created table has its indexes, triggers, rowids and sequence again.
 *
 * @param mentions What the revision's statements name, in order.
 * @param fates Traced from the same mentions.
 * @returns Losses in a stable order; empty where nothing is lost.
 */
export function findLosses(
  before: Inventory,
  after: Inventory,
  mentions: readonly Mention[],
  fates: TableFates,
): Loss[] {
  const losses: Loss[] = [];
  const named = namesByKind(mentions);
  for (const fate of fates.touched.values()) {
    const old = before.tables.get(fate.before);
    const now = fate.after === null ? undefined : after.tables.get(fate.after);
    if (!old || !now) continue;
    const deletes = [...fate.aliases].some((alias) =>
      named("delete", alias) || named("replace", alias)
    );
    losses.push(...contentLosses(old, now, deletes));
  }
  for (const object of before.objects.values()) {
    const key = `${object.type} ${foldName(object.name)}`;
    if (after.objects.has(key) || named(`drop-${object.type}`, foldName(object.name))) continue;
    if (!ownerStands(object, after, fates)) continue;
    losses.push({ name: object.name, fact: `${object.type} "${object.name}" is gone` });
  }
  return losses;
}

/** How far the rowids of tables went, by the names that hold afterwards: for the second inventory. */
export function lastRowidsAfter(before: Inventory, fates: TableFates): ReadonlyMap<string, bigint> {
  const last = new Map<string, bigint>();
  for (const fate of fates.touched.values()) {
    const rowid = before.tables.get(fate.before)?.lastRowid ?? null;
    if (fate.after !== null && rowid !== null) last.set(fate.after, rowid);
  }
  return last;
}

/** Whether what the index or trigger belonged to, a table or a view, still stands or stands again. */
function ownerStands(object: SchemaObject, after: Inventory, fates: TableFates): boolean {
  if (object.type === "view") return true;
  if (after.objects.has(`view ${object.table}`)) return true;
  const owner = fates.touched.get(object.table)?.after;
  return owner !== undefined && owner !== null && after.tables.has(owner);
}

function contentLosses(old: TableContents, now: TableContents, deletes: boolean): Loss[] {
  const losses: Loss[] = [];
  const lose = (fact: string) =>
    losses.push({ name: now.name, fact: `table "${now.name}": ${fact}` });
  if (now.rows < old.rows && !deletes) {
    lose(`${old.rows - now.rows} of ${old.rows} rows are gone, and no DELETE names it`);
  } else if (
    old.rowids !== null && now.rowids !== null && old.rowids !== now.rowids && !deletes &&
    old.rows > 0n && now.rows >= old.rows
  ) {
    lose("its rows have other rowids than before; copy the rowid too");
  }
  if (old.autoincrement && !now.autoincrement) lose("it is no longer AUTOINCREMENT");
  else if (old.sequence !== null && (now.sequence ?? -1n) < old.sequence) {
    lose(
      `its AUTOINCREMENT sequence fell from ${old.sequence} to ${
        now.sequence ?? "nothing"
      }, so ids of deleted rows would be used again`,
    );
  }
  return losses;
}

function namesByKind(mentions: readonly Mention[]): (kind: string, name: string) => boolean {
  const found = new Set(
    mentions.filter((mention) => !mention.inTrigger).map((mention) =>
      `${mention.kind} ${foldName(mention.name)}`
    ),
  );
  return (kind, name) => found.has(`${kind} ${name}`);
}
