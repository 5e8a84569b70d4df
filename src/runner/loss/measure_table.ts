import { type Connection, SqlError } from "../../db/connection.ts";
import { type Affinity, foldName, quoteName } from "../../sql/identifier.ts";
import { indexedContent } from "../../sql/token_reader.ts";
import { compareRows } from "./compare_rows.ts";
import type { CopyStatement } from "./copy_statement.ts";
import { type CopyMap, mapCopy } from "./copy_map.ts";
import type { ComparedColumn, LostKey, RowComparison, RowDifference } from "./row_match.ts";
import { isContentless, lostEntries, lostOptions } from "./fts_index.ts";
import { readShape, type ShapeColumn, type TableShape } from "./table_shape.ts";
import type { TableWrites } from "./write_log.ts";

/** A table of before that a segment wrote to, dropped or altered. */
export interface TouchedTable {
  /** Its folded name before. */
  readonly before: string;
  /** The folded name now of it or its replacement; null: it was dropped for good. */
  readonly now: string | null;
  /** What was written to it. */
  readonly writes: TableWrites | undefined;
  /** How its replacement was filled; undefined where the table itself is there. */
  readonly filled: TableWrites | undefined;
  /** What was written to every table that took its place, one after the other. */
  readonly replacements: readonly TableWrites[];
  /** Whether the table that a copy was taken from is this one. */
  readonly isSource: (copy: TableWrites["copies"][number]) => boolean;
  /** The folded name now of a column of before; undefined: dropped. */
  readonly columnNow: (column: string) => string | undefined;
  /** The folded name of a column of now, when its table was created; undefined: it came in place of a dropped one. */
  readonly columnThen: (column: string) => string | undefined;
}

/** What statements that name a table, or one that took its place, say that they do to its rows. */
export interface SaidWrites {
  readonly deletes: boolean;
  readonly updates: boolean;
  /** Whether rows were deleted and others inserted, which can have their keys. */
  readonly replaces: boolean;
  /** The columns, as named before, that anything updated. */
  readonly updated: ReadonlySet<string>;
}

/** What a table of before lost, and how. */
export interface TableMeasure {
  /** The name before, and now; null: dropped. */
  readonly table: string;
  readonly now: string | null;
  /** How many rows it had; 0 where they did not have to be counted. */
  readonly of: number;
  readonly difference: RowDifference;
  /** Stored columns that are gone, with the number of values that were not NULL. */
  readonly dropped: ReadonlyMap<string, number>;
  /** The folded columns that its replacement does not have under their names. */
  readonly absent: ReadonlySet<string>;
  /** Whether another table has taken its place. */
  readonly replaced: boolean;
  /** Whether its replacement was filled by no SELECT: the rows were not meant to stay. */
  readonly emptied: boolean;
  readonly said: SaidWrites;
  /** The columns, as named before, that are declared to store values in another way, or that an expression converts. */
  readonly converted: ReadonlySet<string>;
  /** Settings of a virtual table that are gone. */
  readonly options: readonly string[];
  /** Entries that a statement took from an FTS5 index that has no rows of its own. */
  readonly entries?: number;
}

const NOTHING: RowDifference = { gone: 0, changed: new Map(), moved: 0 };

/**
 * Measures what a table lost, reading as little as the writes allow.
 * @param old Reads the state before the segment.
 * @param fresh Reads the state now.
 * @param lost Is told the keys of rows that are gone or changed, unless the whole table is gone.
 * @returns undefined where nothing can be lost, or nothing can be read.
 */
export async function measureTable(
  old: Connection,
  fresh: Connection,
  touched: TouchedTable,
  lost?: LostKey,
): Promise<TableMeasure | undefined> {
  const before = await readShape(old, touched.before);
  if (before === undefined) return undefined;
  const now = touched.now === null ? undefined : await readShape(fresh, touched.now);
  try {
    return await measureShapes(old, fresh, touched, before, now, lost);
  } catch (error) {
    // The rows of a virtual table whose module is not built in cannot be read.
    if (error instanceof SqlError && before.virtual) return undefined;
    throw error;
  }
}

async function measureShapes(
  old: Connection,
  fresh: Connection,
  touched: TouchedTable,
  before: TableShape,
  now: TableShape | undefined,
  lost: LostKey | undefined,
): Promise<TableMeasure> {
  const { writes, filled } = touched;
  const replaced = filled !== undefined && now !== undefined;
  const emptied = replaced && touched.replacements.some(({ copies }) => copies.length === 0);
  const said = saidOf(touched, before);
  const names = new Set(now?.columns.map(({ folded }) => folded));
  const absent = new Set(
    replaced ? before.columns.map(({ folded }) => folded).filter((name) => !names.has(name)) : [],
  );
  const facts = { table: before.name, now: now?.name ?? null, absent, replaced, emptied, said };
  const none = { dropped: new Map(), converted: new Set<string>(), options: [] };
  // An index over another table's rows has none of its own.
  const indexes = before.virtual && indexedContent(before.sql) !== undefined;
  if (now === undefined || emptied) {
    const gone = indexes ? 0 : await countRows(old, before.name);
    return { ...facts, ...none, of: gone, difference: { ...NOTHING, gone } };
  }
  const copy = replaced && filled.copies.length === 1 ? filled.copies[0] : undefined;
  const isCopied = copy !== undefined && touched.isSource(copy);
  const map = mapCopy(
    before,
    now,
    isCopied ? copy.copy : undefined,
    touched.columnNow,
    touched.columnThen,
  );
  const options = replaced && before.virtual ? await lostOptions(old, fresh, before, now) : [];
  const stored = before.columns.filter(({ generated }) => !generated);
  const dropped = await countValues(
    old,
    before,
    stored.filter(({ folded }) => !map.columns.has(folded)),
  );
  const converted = new Set(
    stored.filter(({ folded, storage }) => {
      const column = map.columns.get(folded);
      return column !== undefined &&
        (column.storage !== storage || column.generated || map.converted.has(folded));
    }).map(({ name }) => name),
  );
  const plan = indexes
    ? "nothing"
    : isCopied && isProven(touched, copy.copy)
    ? planCopied(before, now, map, said)
    : planWritten(before, now, map, said, replaced, writes);
  const isNamed = writes?.deletesDirectly || writes?.insertsDirectly || writes?.updatesDirectly ||
    writes?.byOwnTrigger;
  const hasEntries = indexes ? !replaced && isNamed : (replaced || isNamed) && before.virtual &&
    await isContentless(old, before);
  const entries = hasEntries ? await lostEntries(old, fresh, before.name, now.name) : 0;
  const rest = { ...facts, dropped, converted, options, entries };
  if (plan === "nothing") return { ...rest, of: 0, difference: NOTHING };
  const of = await countRows(old, before.name);
  if (plan === "count" && lost !== undefined) {
    // To count them it need not be known which ones they are.
    const compared = comparison(before, now, map, said, true);
    return { ...rest, of, difference: await compareRows(old, fresh, compared, lost) };
  }
  if (plan === "count") {
    const gone = Math.max(of - await countRows(fresh, now.name), 0);
    return { ...rest, of, difference: { ...NOTHING, gone } };
  }
  return { ...rest, of, difference: await compareRows(old, fresh, plan, lost) };
}

function saidOf(
  { writes, replacements, columnNow }: TouchedTable,
  before: TableShape,
): SaidWrites {
  const updated = before.columns.filter(({ folded }) => {
    const now = columnNow(folded);
    return writes?.updated.has(folded) ||
      replacements.some((each) =>
        each.updated.has(folded) || now !== undefined && each.updated.has(now)
      );
  });
  const all = [...writes === undefined ? [] : [writes], ...replacements];
  return {
    deletes: all.some(({ deletesDirectly }) => deletesDirectly),
    replaces: all.some(({ deletesDirectly, inserts }) => deletesDirectly && inserts),
    // An UPDATE of the copy cannot take rows that the copy forgot.
    updates: writes?.updatesDirectly ?? false,
    updated: new Set(updated.map(({ name }) => name)),
  };
}

/** Whether the rows of the replacement are, by the tokens of one statement, all or some of the rows of the table before. */
function isProven({ writes, filled }: TouchedTable, { projects }: CopyStatement): boolean {
  if (!projects || filled === undefined || filled.others > 0) return false;
  return writes === undefined ||
    !(writes.altered || writes.inserts || writes.deletesDirectly || writes.deletesIndirectly ||
      writes.updated.size > 0);
}

type Plan = "nothing" | "count" | RowComparison;

/** Columns that the copy takes as they are need no reading where the rows are found again by the rowid or the key. */
function planCopied(
  before: TableShape,
  now: TableShape,
  map: CopyMap,
  said: SaidWrites,
): Plan {
  const unproven = before.columns.filter((column) => {
    const found = map.columns.get(column.folded);
    return !column.generated && found !== undefined &&
      !(map.taken.has(column.folded) && found.storage === column.storage && !found.generated);
  });
  const hasRowids = before.rowidColumn === undefined && before.rowid !== undefined &&
    now.rowidColumn === undefined && now.rowid !== undefined;
  const keepsRows = !before.virtual && (!hasRowids || map.takesRowid);
  if (keepsRows && unproven.length === 0) return "count";
  const plan = comparison(before, now, map, said, true);
  if (!keepsRows || plan.identity.kind !== "key") return plan;
  const names = new Set(unproven.map(({ name }) => name));
  const columns = plan.columns.filter(({ name }) => names.has(name));
  // The key itself may be what is not proven.
  return columns.length === names.size ? { ...plan, columns, primary: [], mayMove: false } : plan;
}

function planWritten(
  before: TableShape,
  now: TableShape,
  map: CopyMap,
  said: SaidWrites,
  replaced: boolean,
  writes: TableWrites | undefined,
): Plan {
  if (replaced) return comparison(before, now, map, said, true);
  if (writes === undefined) return "nothing";
  const deletes = writes.deletesDirectly || writes.deletesIndirectly;
  const replaces = writes.mayReplace ||
    (writes.inserts || writes.updated.size > 0) && /\breplace\b/i.test(before.sql);
  if (before.virtual) {
    return deletes || writes.inserts || writes.updated.size > 0
      ? comparison(before, now, map, said, true)
      : "nothing";
  }
  const keys = new Set([...before.key, ...["rowid", "_rowid_", "oid"]]);
  const moves = replaces || [...writes.updated].some((column) => keys.has(column)) ||
    deletes && writes.inserts;
  if (moves) return comparison(before, now, map, said, true);
  if (writes.updated.size > 0) {
    const plan = comparison(before, now, map, said, false);
    const columns = plan.columns.filter(({ name }) => writes.updated.has(foldName(name)));
    return plan.identity.kind === "key" ? { ...plan, columns } : plan;
  }
  return deletes ? "count" : "nothing";
}

function comparison(
  before: TableShape,
  now: TableShape,
  map: CopyMap,
  said: SaidWrites,
  mayMove: boolean,
): RowComparison {
  const columns: (ComparedColumn & { readonly folded: string })[] = [];
  for (const { folded, name, generated, storage } of before.columns) {
    const column = map.columns.get(folded);
    if (generated || column === undefined) continue;
    columns.push({
      folded,
      name,
      before: quoteName(name),
      now: quoteName(column.name),
      stored: storage,
      storage: column.storage,
      mayDiffer: map.converted.has(folded) || column.generated || column.storage !== storage ||
        said.updated.has(name),
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
  return {
    ...tables,
    columns,
    primary: [],
    identity: plainKey
      ? {
        kind: "key",
        before: before.key.map((key) => {
          const column = columns.find(({ folded }) => folded === key)!;
          const was = before.columns.find(({ folded }) => folded === key)!;
          return was.storage === column.storage
            ? column.before
            : asStored(column.before, column.storage);
        }),
        now: before.key.map((key) => columns.find(({ folded }) => folded === key)!.now),
      }
      : { kind: "content" },
  };
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

async function countRows(connection: Connection, table: string): Promise<number> {
  const [row] = await connection.query(`SELECT count(*) AS n FROM main.${quoteName(table)}`);
  return Number(row?.["n"] ?? 0);
}

/** How many values that are not NULL are in columns. */
async function countValues(
  connection: Connection,
  table: TableShape,
  columns: readonly ShapeColumn[],
): Promise<ReadonlyMap<string, number>> {
  if (columns.length === 0) return new Map();
  const list = columns.map(({ name }, at) => `count(${quoteName(name)}) AS n${at}`).join(", ");
  const [row] = await connection.query(`SELECT ${list} FROM main.${quoteName(table.name)}`);
  return new Map(columns.map(({ name }, at) => [name, Number(row?.[`n${at}`] ?? 0)]));
}
