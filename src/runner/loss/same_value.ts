import type { Affinity } from "../../sql/identifier.ts";

/**
 * SQL for a literal that two values share exactly when they are the same, type included: what quote() gives, and
 * for TEXT with a NUL, where quote() stops, the letter T and the bytes in hex.
 * @param column An expression.
 */
export function literalOf(column: string): string {
  return `CASE WHEN typeof(${column}) = 'text' AND instr(${column}, char(0)) ` +
    `THEN 'T' || hex(CAST(${column} AS BLOB)) ELSE quote(${column}) END`;
}

/** Integers up to this are exact as reals: 2^53. */
const EXACT = "9007199254740992";

/**
 * SQL for a value before and now, by which a whole block is compared: if {@linkcode rowText} makes the same text of them,
 * nothing is lost. If a column stores values in another way, the equal value of the other type is the same, so that a
 * block of nothing but such values is not read row by row.
 */
export function blockValues(
  before: string,
  now: string,
  stored: Affinity,
  storage: Affinity,
): { readonly before: string; readonly now: string } {
  const plain = { before, now };
  // Where BLOBs are to be expected, they are written as literals, since JSON has none.
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
 * How the rows of a block become one text. `json` takes a quarter of the time, and SQLite refuses BLOBs in it
 * ({@linkcode isBlobRefusal}): a table with some in columns that are not declared so is compared by `literals`.
 */
export type BlockForm = "json" | "literals";

/** SQL for a text that two rows share exactly when all their values are the same, types included. */
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

/** A SELECT that gives {@linkcode EXACT_JSON} if JSON is exact: SQLite before 3.46 wrote 15 digits of a number. */
export const JSON_PROBE = "SELECT json_array(0.1 + 0.2, 'a' || char(0)) AS text";
export const EXACT_JSON = '[0.30000000000000004,"a\\u0000"]';

/** Whether SQLite could not write a BLOB as JSON. */
export function isBlobRefusal(words: string): boolean {
  return words.includes("JSON cannot hold BLOB values");
}

/** SQL for a literal that shows each byte: for TEXT that is no UTF-8, which cannot be read as text. */
export function exactLiteralOf(column: string): string {
  return `CASE typeof(${column}) WHEN 'text' THEN 'T' || hex(CAST(${column} AS BLOB)) ELSE quote(${column}) END`;
}

const INTEGER = /^-?\d+$/;
/** An integer as SQLite itself writes it: 742, and neither 00742 nor +742. */
const CANONICAL = /^(?:0|-?[1-9]\d*)$/;
const REAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/**
 * Whether nothing of an old value is lost in a new one, both as {@linkcode literalOf} writes them: they are the same, the
 * old one was NULL, or the new one is the equal value of the type that the column prefers.
 * @param storage The new column's.
 */
export function keepsValue(before: string, now: string, storage: Affinity): boolean {
  if (before === now || before === "NULL") return true;
  if (now === "NULL") return false;
  const isText = now.startsWith("'");
  const wasText = before.startsWith("'");
  if (isText && wasText) return false;
  // A column's affinity makes text of numbers, or numbers of text and of each other, and nothing else.
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

/** Whether two numbers, as text, are equal as exact values. */
function sameNumber(a: string, b: string): boolean {
  if (!REAL.test(a) || !REAL.test(b)) return false;
  const exactA = exactInteger(a);
  const exactB = exactInteger(b);
  if (exactA !== undefined && exactB !== undefined) return exactA === exactB;
  return exactA === undefined && exactB === undefined && Number(a) === Number(b);
}

/** The number as an integer, if it is one. Every real beyond 2^53 is. */
function exactInteger(text: string): bigint | undefined {
  if (INTEGER.test(text)) return BigInt(text);
  const value = Number(text);
  return Number.isInteger(value) ? BigInt(value) : undefined;
}
