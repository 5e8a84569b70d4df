import type { Affinity } from "../../sql/identifier.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import type { CopyMap } from "./copy_map.ts";
import type { ComparedColumn, RowComparison } from "./row_match.ts";
import type { TableShape } from "./table_shape.ts";
import type { TableWrites } from "./write_log.ts";

/** What statements that name a table, or one that took its place, say that they do to its rows. */
export interface DeclaredWrites {
  readonly deletes: boolean;
  readonly updates: boolean;
  /** Whether rows were deleted and others inserted, which can have their keys. */
  readonly replaces: boolean;
  /** The columns, as named before, that anything updated. */
  readonly updated: ReadonlySet<string>;
}

/** How the columns of two tables belong together. */
export interface Pairing extends CopyMap {
  /** By column as named before: the literals that the copy has left in it, which does not take it. */
  readonly unfilled: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What has to be read to know what a table lost: nothing, the number of its rows, or some of its columns. */
export type Plan = "nothing" | "count" | RowComparison;

/** Columns that the copy takes as they are need no reading where the rows are found again by the rowid or the key. */
export function planCopied(
  before: TableShape,
  now: TableShape,
  map: Pairing,
  declared: DeclaredWrites,
): Plan {
  const unproven = before.columns.filter((column) => {
    const found = map.columns.get(column.folded);
    return found !== undefined && !(column.generated && found.generated) &&
      !(map.taken.has(column.folded) && found.storage === column.storage && !found.generated);
  });
  const hasRowids = before.rowidColumn === undefined && before.rowid !== undefined &&
    now.rowidColumn === undefined && now.rowid !== undefined;
  const keepsRows = !before.virtual && (!hasRowids || map.takesRowid);
  if (keepsRows && unproven.length === 0) return "count";
  const plan = comparison(before, now, map, declared, true);
  if (!keepsRows || plan.identity.kind !== "key") return plan;
  const names = new Set(unproven.map(({ name }) => name));
  const columns = plan.columns.filter(({ name }) => names.has(name));
  // The key itself may be what is not proven.
  return columns.length === names.size ? { ...plan, columns, primary: [], mayMove: false } : plan;
}

/** Reads as little as the writes to the table allow. */
export function planWritten(
  before: TableShape,
  now: TableShape,
  map: Pairing,
  declared: DeclaredWrites,
  replaced: boolean,
  writes: TableWrites | undefined,
): Plan {
  if (replaced) return comparison(before, now, map, declared, true);
  if (writes === undefined) return "nothing";
  const deletes = writes.deletesDirectly || writes.deletesIndirectly;
  const replaces = writes.mayReplace ||
    (writes.inserts || writes.updated.size > 0) && /\breplace\b/i.test(before.sql);
  if (before.virtual) {
    return deletes || writes.inserts || writes.updated.size > 0
      ? comparison(before, now, map, declared, true)
      : "nothing";
  }
  const keys = new Set([...before.key, ...["rowid", "_rowid_", "oid"]]);
  const moves = replaces || [...writes.updated].some((column) => keys.has(column)) ||
    deletes && writes.inserts;
  if (moves) return comparison(before, now, map, declared, true);
  if (writes.updated.size > 0) {
    const plan = comparison(before, now, map, declared, false);
    const columns = plan.columns.filter(({ name }) => writes.updated.has(foldName(name)));
    return plan.identity.kind === "key" ? { ...plan, columns } : plan;
  }
  return deletes ? "count" : "nothing";
}

/** Compares all columns that both tables have. */
export function comparison(
  before: TableShape,
  now: TableShape,
  map: Pairing,
  declared: DeclaredWrites,
  mayMove: boolean,
): RowComparison {
  const columns: (ComparedColumn & { readonly folded: string })[] = [];
  for (const { folded, name, generated, storage } of before.columns) {
    const column = map.columns.get(folded);
    // What was computed and is stored now has to be the same.
    if (column === undefined || generated && column.generated) continue;
    columns.push({
      folded,
      name,
      before: quoteName(name),
      now: quoteName(column.name),
      stored: storage,
      storage: column.storage,
      unfilled: map.unfilled.get(name),
      mayDiffer: map.converted.has(folded) || column.generated || column.storage !== storage ||
        declared.updated.has(name),
    });
  }
  const tables = { before: before.name, now: now.name, mayMove };
  const primaryNow = before.key.map((key) => map.columns.get(key)?.folded);
  const sameKey = before.key.length > 0 && primaryNow.length === now.key.length &&
    primaryNow.every((key, at) => key === now.key[at]);
  const primary = sameKey && before.rowidColumn === undefined
    ? before.key.map((key) => columns.findIndex(({ folded }) => folded === key))
    : [];
  const bothRowids = before.rowid !== undefined && now.rowid !== undefined;
  const alias = before.rowidColumn === undefined ? undefined : foldName(before.rowidColumn);
  const sameRowid = alias === undefined
    ? now.rowidColumn === undefined
    : map.columns.get(alias)?.name === now.rowidColumn && now.rowidColumn !== undefined;
  if (bothRowids && sameRowid) {
    return {
      ...tables,
      columns: columns.filter(({ folded }) => folded !== alias),
      primary,
      identity: { kind: "key", before: [before.rowid!], now: [now.rowid!] },
    };
  }
  const plainKey = before.rowid === undefined && now.rowid === undefined && sameKey &&
    before.keyOrder === now.keyOrder;
  const keys = !plainKey ? [] : before.key.map((key) => {
    const column = columns.find(({ folded }) => folded === key)!;
    if (column.stored === column.storage) return column;
    // An expression has no collation, and both sides must sort alike.
    return {
      before: `${asStored(column.before, column.storage)} COLLATE BINARY`,
      now: `${column.now} COLLATE BINARY`,
    };
  });
  return {
    ...tables,
    columns,
    primary: [],
    identity: plainKey
      ? { kind: "key", before: keys.map((key) => key.before), now: keys.map((key) => key.now) }
      : { kind: "content", before: orderOf(before), now: orderOf(now) },
  };
}

/** What tells the rows of a table apart; nothing for a virtual table without rowids. */
function orderOf({ rowid, virtual, key }: TableShape): readonly string[] {
  if (rowid !== undefined) return [rowid];
  return virtual ? [] : key.map(quoteName);
}

/**
 * SQL for a value as a column of another affinity stores it: https://sqlite.org/datatype3.html section 3. A comparison with a
 * number applies the affinity: `' 8' = CAST(' 8' AS NUMERIC)` is true, and `'x' = CAST('x' AS NUMERIC)` is not.
 */
function asStored(value: string, storage: Affinity): string {
  if (storage === "BLOB") return value;
  if (storage === "TEXT") {
    return `CASE WHEN typeof(${value}) IN ('integer', 'real') THEN CAST(${value} AS TEXT) ELSE ${value} END`;
  }
  const isNumber = `typeof(${value}) IN ('integer', 'real')`;
  const isNumeric = `typeof(${value}) = 'text' AND ${value} = CAST(${value} AS NUMERIC)`;
  if (storage === "REAL") {
    return `CASE WHEN ${isNumber} OR ${isNumeric} THEN CAST(${value} AS REAL) ELSE ${value} END`;
  }
  // CAST leaves a real number as it is, and a column makes an integer of it where that is the same number.
  return `CASE WHEN typeof(${value}) = 'real' AND abs(${value}) < 9223372036854775807.0 ` +
    `AND ${value} = CAST(${value} AS INTEGER) THEN CAST(${value} AS INTEGER) ` +
    `WHEN ${isNumeric} THEN CAST(${value} AS NUMERIC) ELSE ${value} END`;
}
