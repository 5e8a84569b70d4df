import type { Affinity } from "../../sql/identifier.ts";

/**
 * SQL for a literal that is equal exactly if two values and their types are equal: the result of quote(), or the letter
 * T and the bytes in hex for TEXT with a NUL, where quote() stops.
 * @param column An expression.
 */
export function literalOf(column: string): string {
  return `CASE WHEN typeof(${column}) = 'text' AND instr(${column}, char(0)) ` +
    `THEN 'T' || hex(CAST(${column} AS BLOB)) ELSE quote(${column}) END`;
}

/** 2^53: integers up to this are exact as reals. */
const EXACT = "9007199254740992";

/**
 * SQL for an old and a new value, to compare a whole block: if {@linkcode rowText} gives the same text, nothing is
 * lost. If the affinities differ, equal values of both types give the same text, so that a block of such values is not
 * read row by row.
 */
export function blockValues(
  before: string,
  now: string,
  stored: Affinity,
  storage: Affinity,
): { readonly before: string; readonly now: string } {
  const plain = { before, now };
  // A BLOB column is written as literals, because JSON has no BLOBs.
  if (stored === storage) {
    return storage === "BLOB" ? { before: literalOf(before), now: literalOf(now) } : plain;
  }
  const small = (column: string) => `${column} BETWEEN -${EXACT} AND ${EXACT}`;
  const when = (condition: string, value: string, other: string) =>
    `CASE WHEN ${condition} THEN ${value} ELSE ${other} END`;
  const whole = (column: string) =>
    `typeof(${column}) = 'real' AND ${small(column)} AND ${column} = CAST(${column} AS INTEGER)`;
  if (storage === "TEXT") {
    const isInteger = `typeof(${before}) = 'integer'`;
    return { ...plain, before: when(isInteger, `CAST(${before} AS TEXT)`, before) };
  }
  if (stored === "TEXT") {
    const isInteger = `typeof(${now}) = 'integer'`;
    const asText = when(isInteger, `CAST(${now} AS TEXT)`, now);
    return { ...plain, now: when(whole(now), `CAST(CAST(${now} AS INTEGER) AS TEXT)`, asText) };
  }
  if (storage === "REAL") {
    const isSmall = `typeof(${before}) = 'integer' AND ${small(before)}`;
    return { ...plain, before: when(isSmall, `CAST(${before} AS REAL)`, before) };
  }
  if (stored === "REAL" && storage !== "BLOB") {
    return { ...plain, before: when(whole(before), `CAST(${before} AS INTEGER)`, before) };
  }
  return plain;
}

/**
 * The form of the text of a block. `json` takes a quarter of the time of `literals`, but SQLite refuses BLOBs in JSON
 * ({@linkcode isBlobRefusal}), so a table that has BLOBs in other columns is compared by `literals`.
 */
export type BlockForm = "json" | "literals";

/** SQL for a text that is equal exactly if all values and types of two rows are equal. */
export function rowText(values: readonly string[], form: BlockForm): string {
  return form === "json"
    ? `json_array(${values.join(", ")})`
    : values.map(literalOf).join(" || ',' || ");
}

/** SQL for one text of many rows. */
export function blockText(values: readonly string[], form: BlockForm): string {
  const row = rowText(values, form);
  return form === "json" ? `json_group_array(${row})` : `group_concat(${row})`;
}

/**
 * A SELECT that returns {@linkcode EXACT_JSON} if JSON is exact. SQLite before 3.46 wrote only 15 digits of a number.
 */
export const JSON_PROBE = "SELECT json_array(0.1 + 0.2, 'a' || char(0)) AS text";
export const EXACT_JSON = '[0.30000000000000004,"a\\u0000"]';

/** Whether SQLite could not write a BLOB as JSON. */
export function isBlobRefusal(words: string): boolean {
  return words.includes("JSON cannot hold BLOB values");
}

/** SQL for a literal with every byte of TEXT, which may not be valid UTF-8. */
export function exactLiteralOf(column: string): string {
  return `CASE typeof(${column}) WHEN 'text' THEN 'T' || hex(CAST(${column} AS BLOB)) ELSE quote(${column}) END`;
}

const INTEGER = /^-?\d+$/;
/** An integer as SQLite writes it: 742, but not 00742 or +742. */
const CANONICAL = /^(?:0|-?[1-9]\d*)$/;
const REAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/**
 * Whether a new value keeps the old one: they are the same, the old one was NULL, or the new one is the equal value of
 * the type that the column prefers.
 * @param before A literal from {@linkcode literalOf}.
 * @param now A literal from {@linkcode literalOf}.
 * @param storage The affinity of the new column.
 */
export function keepsValue(before: string, now: string, storage: Affinity): boolean {
  if (before === now || before === "NULL") return true;
  if (now === "NULL") return false;
  const isText = now.startsWith("'");
  const wasText = before.startsWith("'");
  if (isText && wasText) return false;
  // An affinity converts numbers to text, or text to numbers, or numbers to other numbers.
  if (isText) {
    return storage === "TEXT" && REAL.test(before) && sameNumber(before, now.slice(1, -1));
  }
  if (storage === "TEXT" || storage === "BLOB" || !REAL.test(now)) return false;
  if (wasText) {
    const text = before.slice(1, -1);
    return text === now || CANONICAL.test(text) && sameNumber(text, now);
  }
  return REAL.test(before) && sameNumber(before, now);
}

/** Whether two numbers, given as text, are exactly equal. */
function sameNumber(a: string, b: string): boolean {
  if (!REAL.test(a) || !REAL.test(b)) return false;
  const exactA = exactInteger(a);
  const exactB = exactInteger(b);
  if (exactA !== undefined && exactB !== undefined) return exactA === exactB;
  return exactA === undefined && exactB === undefined && Number(a) === Number(b);
}

/** The number as an integer; undefined if it is none. Every real beyond 2^53 is an integer. */
function exactInteger(text: string): bigint | undefined {
  if (INTEGER.test(text)) return BigInt(text);
  const value = Number(text);
  return Number.isInteger(value) ? BigInt(value) : undefined;
}
