import { type Connection, SqlError } from "../../db/connection.ts";
import { quoteName, quoteText, unquote } from "../../sql/identifier.ts";
import { indexedContent } from "../../sql/token_reader.ts";
import { compareRows } from "./compare_rows.ts";
import type { CopyStatement } from "./copy_statement.ts";
import { type CopyMap, mapCopy } from "./copy_map.ts";
import {
  comparison,
  type DeclaredWrites,
  type Pairing,
  type Plan,
  planCopied,
  planWritten,
} from "./comparison_plan.ts";
import { type LostKey, noDifference, type RowComparison, type RowDifference } from "./row_match.ts";
import {
  isContentless,
  type LostEntries,
  lostEntries,
  lostOptions,
  missingEntries,
} from "./fts_index.ts";
import { literalOf } from "./same_value.ts";
import { compareUnordered, isUnordered } from "./virtual_rows.ts";
import { readShape, type ShapeColumn, type TableShape } from "./table_shape.ts";
import type { TableWrites } from "./write_log.ts";

/** A table that existed before a segment, and that the segment wrote to, dropped or altered. */
export interface TouchedTable {
  /** Its folded name before. */
  readonly before: string;
  /** The folded present name of the table or its replacement; null if it was dropped without one. */
  readonly now: string | null;
  /** The writes to it. */
  readonly writes: TableWrites | undefined;
  /** The writes that filled its replacement; undefined if the table was not replaced. */
  readonly filled: TableWrites | undefined;
  /** The writes to each of its replacements, in order. */
  readonly replacements: readonly TableWrites[];
  /** Whether a copy was taken from this table. */
  readonly isSource: (copy: TableWrites["copies"][number]) => boolean;
  /** Maps a folded old column to its folded present name; undefined if it was dropped. */
  readonly columnNow: (column: string) => string | undefined;
  /** Maps a folded present column to its first folded name; undefined if it was added in place of a dropped one. */
  readonly columnThen: (column: string) => string | undefined;
}

/** The loss of a table, and the writes that explain it. */
export interface TableMeasure {
  /** The name before. */
  readonly table: string;
  /** The present name; null if it was dropped. */
  readonly now: string | null;
  /** The number of rows before; 0 if they were not counted. */
  readonly of: number;
  readonly difference: RowDifference;
  /** The stored columns that are gone, with the number of their values that were not NULL. */
  readonly dropped: ReadonlyMap<string, number>;
  /** The folded names of columns that its replacement lacks. */
  readonly absent: ReadonlySet<string>;
  /** Whether another table replaced it. */
  readonly replaced: boolean;
  /** Whether no SELECT filled its replacement, which means that the rows were to be deleted. */
  readonly emptied: boolean;
  readonly declared: DeclaredWrites;
  /** The columns, by their names before, whose affinity changed or that an expression converts. */
  readonly converted: ReadonlySet<string>;
  /** The lost settings of a virtual table. */
  readonly options: readonly string[];
  /** The lost words of an FTS5 index without rows. */
  readonly entries?: LostEntries;
}

/**
 * Measures what a table lost. Reads as little as the writes allow.
 * @param old A connection to the state before the segment.
 * @param fresh A connection to the present state.
 * @param lost Called with the key of each row that is gone or changed, unless the whole table is gone.
 * @returns undefined if the table did not exist before, or cannot be read.
 */
export async function measureTable(
  old: Connection,
  fresh: Connection,
  touched: TouchedTable,
  lost?: LostKey,
): Promise<TableMeasure | undefined> {
  const before = await readShape(old, touched.before);
  if (before === undefined || !await isReadable(old, before)) return undefined;
  const now = touched.now === null ? undefined : await readShape(fresh, touched.now);
  // A table that can no longer be read is reported by findBrokenObjects.
  if (now !== undefined && !await isReadable(fresh, now)) return undefined;
  return await measureShapes(old, fresh, touched, before, now, lost);
}

/** Whether the rows can be read, which may need a missing module or tokenizer. */
async function isReadable(connection: Connection, { virtual, name }: TableShape): Promise<boolean> {
  if (!virtual) return true;
  try {
    await connection.query(`SELECT * FROM main.${quoteName(name)} LIMIT 1`);
    return true;
  } catch (error) {
    if (error instanceof SqlError && !error.busy) return false;
    throw error;
  }
}

/** The part of a measure that is known without reading rows, and what must be read. */
export interface TablePlan extends
  Pick<
    TableMeasure,
    "table" | "now" | "absent" | "replaced" | "emptied" | "declared" | "converted"
  > {
  /** The stored columns that are gone. */
  readonly droppedColumns: readonly ShapeColumn[];
  readonly compared: Plan;
  /** The comparison of all common columns; undefined if the table is gone or empty. */
  readonly whole: RowComparison | undefined;
}

/**
 * Decides what must be compared to measure a table.
 * @param fresh A connection to the present schema.
 * @param now The present shape; undefined if the table is gone.
 */
export async function planTable(
  fresh: Connection,
  touched: TouchedTable,
  before: TableShape,
  now: TableShape | undefined,
): Promise<TablePlan> {
  const { writes, filled } = touched;
  const replaced = filled !== undefined && now !== undefined;
  const emptied = replaced && touched.replacements.some(({ copies }) => copies.length === 0);
  const declared = declaredOf(touched, before);
  const names = new Set(now?.columns.map(({ folded }) => folded));
  const absent = new Set(
    replaced ? before.columns.map(({ folded }) => folded).filter((name) => !names.has(name)) : [],
  );
  const facts = { table: before.name, now: now?.name ?? null, absent, replaced, emptied, declared };
  if (now === undefined || emptied) {
    const none = { droppedColumns: [], converted: new Set<string>(), whole: undefined };
    return { ...facts, ...none, compared: "nothing" };
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
  const stored = before.columns.filter(({ generated }) => !generated);
  const converted = new Set(
    stored.filter(({ folded, storage }) => {
      const column = map.columns.get(folded);
      return column !== undefined &&
        (column.storage !== storage || column.generated || map.converted.has(folded));
    }).map(({ name }) => name),
  );
  const unfilled = isCopied ? await unfilledColumns(fresh, before, map) : new Map();
  const pairing = { ...map, unfilled };
  return {
    ...facts,
    droppedColumns: isIndexOfOthers(before)
      ? []
      : stored.filter(({ folded }) => !map.columns.has(folded)),
    converted,
    compared: isIndexOfOthers(before)
      ? "nothing"
      : isCopied && isProven(touched, copy.copy)
      ? planCopied(before, now, pairing, declared)
      : planWritten(before, now, pairing, declared, replaced, writes),
    whole: comparison(before, now, pairing, declared, true),
  };
}

/** Whether it is an FTS index over the rows of another table. */
function isIndexOfOthers({ virtual, sql }: TableShape): boolean {
  return virtual && indexedContent(sql) !== undefined;
}

async function measureShapes(
  old: Connection,
  fresh: Connection,
  touched: TouchedTable,
  before: TableShape,
  now: TableShape | undefined,
  lost: LostKey | undefined,
): Promise<TableMeasure> {
  const { writes } = touched;
  const planned = await planTable(fresh, touched, before, now);
  const { droppedColumns, compared: plan, whole, ...facts } = planned;
  const { replaced, emptied } = facts;
  const indexes = isIndexOfOthers(before);
  if (now === undefined || emptied || whole === undefined) {
    const gone = indexes ? 0 : await countRows(old, before.name);
    const entries = indexes && now?.virtual && /\bfts5\b/i.test(before.sql)
      ? await missingEntries(old, fresh, before.name, now.name)
      : 0;
    const none = { dropped: new Map(), options: [] };
    return { ...facts, ...none, of: gone, difference: { ...noDifference(), gone }, entries };
  }
  const options = replaced && before.virtual ? await lostOptions(old, fresh, before, now) : [];
  const dropped = await countValues(old, before, droppedColumns);
  const isNamed = writes?.deletesDirectly || writes?.insertsDirectly || writes?.updatesDirectly ||
    writes?.byOwnTrigger;
  const hasEntries = indexes ? !replaced && isNamed : (replaced || isNamed) && before.virtual &&
    await isContentless(old, before);
  const entries = hasEntries ? await lostEntries(old, fresh, before.name, now.name) : 0;
  const rest = { ...facts, dropped, options, entries };
  if (plan === "nothing") return { ...rest, of: 0, difference: noDifference() };
  const unordered = { before: isUnordered(before), now: isUnordered(now) };
  const compare = async (rows: RowComparison) =>
    unordered.before || unordered.now
      ? await compareUnordered(old, fresh, rows, unordered, lost)
      : await compareRows(old, fresh, rows, lost);
  const of = await countRows(old, before.name);
  if (plan === "count" && lost !== undefined) {
    // Counting does not give the keys, so the rows are compared.
    return { ...rest, of, difference: await compare(whole) };
  }
  if (plan === "count") {
    const gone = Math.max(of - await countRows(fresh, now.name), 0);
    return { ...rest, of, difference: { ...noDifference(), gone } };
  }
  return { ...rest, of, difference: await compare(plan) };
}

function declaredOf(
  { writes, replacements, columnNow }: TouchedTable,
  before: TableShape,
): DeclaredWrites {
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
    // An UPDATE of the new table does not declare the loss of rows that were not copied.
    updates: writes?.updatesDirectly ?? false,
    updated: new Set(updated.map(({ name }) => name)),
  };
}

/** Whether the tokens of a copy prove that the replacement has only rows of the old table. */
function isProven({ writes, filled }: TouchedTable, { projects }: CopyStatement): boolean {
  if (!projects || filled === undefined || filled.others > 0) return false;
  return writes === undefined ||
    !(writes.altered || writes.inserts || writes.deletesDirectly || writes.deletesIndirectly ||
      writes.updated.size > 0);
}

/**
 * The literals that a copy leaves in the columns which it does not take: their DEFAULT, in each form that may be
 * stored.
 */
async function unfilledColumns(
  fresh: Connection,
  { columns }: TableShape,
  map: CopyMap,
): Promise<Pairing["unfilled"]> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const { folded, name } of columns) {
    const column = map.columns.get(folded);
    if (column === undefined || column.generated) continue;
    if (map.taken.has(folded) || map.converted.has(folded)) continue;
    const literal = await defaultLiteral(fresh, column.default);
    const text = literal.replace(/^'(.*)'$/s, "$1");
    found.set(name, new Set([literal, text, `'${text}'`, `${text}.0`]));
  }
  return found;
}

async function defaultLiteral(connection: Connection, sql: string | null): Promise<string> {
  if (sql === null) return "NULL";
  try {
    const [row] = await connection.query(`SELECT ${literalOf(`(${sql})`)} AS literal`);
    return String(row?.["literal"]);
  } catch (error) {
    // Only in DEFAULT, SQLite reads a name as a string.
    if (error instanceof SqlError) return quoteText(unquote(sql));
    throw error;
  }
}

async function countRows(connection: Connection, table: string): Promise<number> {
  const [row] = await connection.query(`SELECT count(*) AS n FROM main.${quoteName(table)}`);
  return Number(row?.["n"] ?? 0);
}

/** Counts the values that are not NULL in some columns. */
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
