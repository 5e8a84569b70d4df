import type { Affinity } from "../../sql/identifier.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import type { CopyMap } from "./copy_map.ts";
import type { ComparedColumn, RowComparison } from "./row_match.ts";
import type { TableShape } from "./table_shape.ts";
import type { TableWrites } from "./write_log.ts";

/** The writes that statements declare by naming a table or its replacement. */
export interface DeclaredWrites {
  readonly deletes: boolean;
  readonly updates: boolean;
  /** Whether rows were deleted and others inserted, which may have the same keys. */
  readonly replaces: boolean;
  /** The columns that were updated, by their names before. */
  readonly updated: ReadonlySet<string>;
}

/** The pairs of columns of two tables. */
export interface Pairing extends CopyMap {
  /** For each column that the copy does not take, by its name before: the literals that the copy leaves in it. */
  readonly unfilled: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What must be read to measure a loss: nothing, the number of rows, or some columns. */
export type Plan = "nothing" | "count" | RowComparison;

/**
 * Plans the comparison after a proven copy. Columns that it takes unchanged are not read if the rows have a common key.
 */
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
  // The key itself may be unproven; then it is compared too.
  return columns.length === names.size ? { ...plan, columns, primary: [], mayMove: false } : plan;
}

/** Plans the comparison after other writes, to read as little as they allow. */
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

/** Plans a comparison of all columns that both tables have. @param mayMove Whether rows may have other keys. */
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
    // A generated column that is now stored must have the same values.
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
    // An expression has no collation, but both sides must have the same order.
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

/** The expressions that order a table's rows; none for a virtual table without rowids. */
function orderOf({ rowid, virtual, key }: TableShape): readonly string[] {
  if (rowid !== undefined) return [rowid];
  return virtual ? [] : key.map(quoteName);
}

/**
 * SQL for a value as a column of another affinity would store it: https://sqlite.org/datatype3.html section 3. A
 * comparison with a number applies the affinity: `' 8' = CAST(' 8' AS NUMERIC)` is true, but `'x' = CAST('x' AS
 * NUMERIC)` is false.
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
  // CAST does not change a real number, but a column converts it to an integer if that is the same number.
  return `CASE WHEN typeof(${value}) = 'real' AND abs(${value}) < 9223372036854775807.0 ` +
    `AND ${value} = CAST(${value} AS INTEGER) THEN CAST(${value} AS INTEGER) ` +
    `WHEN ${isNumeric} THEN CAST(${value} AS NUMERIC) ELSE ${value} END`;
}
