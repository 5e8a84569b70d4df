import { type Connection, type Row, SqlError, type SqlValue } from "../../db/connection.ts";
import { quoteName } from "../../sql/identifier.ts";
import type { ReadRow, RowComparison } from "./row_match.ts";
import {
  type BlockForm,
  blockText,
  blockValues,
  EXACT_JSON,
  exactLiteralOf,
  isBlobRefusal,
  JSON_PROBE,
  literalOf,
} from "./same_value.ts";

/**
 * The rows with a key above `low` and up to `high`. An undefined `low` is the beginning, an undefined `high` the end.
 */
export interface Block {
  readonly low: readonly SqlValue[] | undefined;
  readonly high: readonly SqlValue[] | undefined;
}

/** One of the two tables of a comparison, read in blocks by a key. */
export class TableSide {
  readonly #connection: Connection;
  readonly #table: string;
  readonly #key: readonly string[];
  readonly #columns: readonly string[];
  /** The expressions from {@linkcode blockValues}. */
  readonly #values: readonly string[];

  constructor(connection: Connection, comparison: RowComparison, which: "before" | "now") {
    const { columns, identity, schemas } = comparison;
    this.#connection = connection;
    this.#table = `${schemas?.[which] ?? "main"}.${quoteName(comparison[which])}`;
    this.#key = identity[which];
    this.#columns = columns.map((column) => column[which]);
    this.#values = columns.map((column) =>
      blockValues(column.before, column.now, column.stored, column.storage)[which]
    );
  }

  /** Whether it has a key. A table without one is a single block. */
  get isOrdered(): boolean {
    return this.#key.length > 0;
  }

  /**
   * Finds the key of the row that is `rows` rows after `low`, or of the last row; undefined if there are no more rows.
   */
  async keyAfter(
    low: readonly SqlValue[] | undefined,
    rows: number,
  ): Promise<{ readonly key: readonly SqlValue[]; readonly isLast: boolean } | undefined> {
    const list = this.#key.map((key, at) => `${key} AS k${at}`).join(", ");
    const order = this.#key.join(", ");
    const select = `SELECT ${list} FROM ${this.#table} ${this.#where(low, undefined)} ORDER BY `;
    const [row] = await this.#connection.query(
      `${select}${order} LIMIT 1 OFFSET ${rows - 1}`,
      low ?? [],
    );
    if (row !== undefined) return { key: this.#keyOf(row), isLast: false };
    const [last] = await this.#connection.query(
      `${select}${this.#key.map((key) => `${key} DESC`).join(", ")} LIMIT 1`,
      low ?? [],
    );
    return last === undefined ? undefined : { key: this.#keyOf(last), isLast: true };
  }

  /** Reads all values of a block as one text, with or without keys. Blocks with equal texts have the same rows. */
  async text(block: Block, form: BlockForm, withKeys: boolean): Promise<string> {
    const values = withKeys ? [...this.#key, ...this.#values] : this.#values;
    const [found] = await this.#read(blockText(values.length === 0 ? ["1"] : values, form), block);
    return String(found?.["c0"] ?? "");
  }

  /** Counts the rows of a block. */
  async count(block: Block): Promise<number> {
    const [found] = await this.#read("count(*)", block);
    return Number(found?.["c0"] ?? 0);
  }

  /** Reads for each row of a block the literals of some columns as one text. */
  async contents(block: Block, columns: readonly number[]): Promise<string[]> {
    const literals = columns.map((at) => literalOf(this.#columns[at]!));
    const rows = await this.#read(literals.join(" || ',' || ") || "''", block);
    return rows.map((row) => String(row["c0"]));
  }

  async #read(expression: string, { low, high }: Block): Promise<Row[]> {
    return await this.#connection.query(
      `SELECT ${expression} AS c0 FROM ${this.#table} ${this.#where(low, high)}`,
      [...low ?? [], ...high ?? []],
    );
  }

  async rows({ low, high }: Block, exactly: boolean): Promise<ReadRow[]> {
    const list = [
      ...this.#key.map((key, at) => `${key} AS k${at}`),
      `${this.#key.map(literalOf).join(" || ',' || ") || "''"} AS id`,
      ...this.#columns.map((column, at) => `${literalOf(column)} AS c${at}`),
      ...(exactly ? this.#columns.map((column, at) => `${exactLiteralOf(column)} AS e${at}`) : []),
    ];
    const valueOf = (row: Row, at: number) => {
      const literal = String(row[`c${at}`]);
      return exactly && literal.includes("\ufffd") ? String(row[`e${at}`]) : literal;
    };
    const rows = await this.#connection.query(
      `SELECT ${list.join(", ")} FROM ${this.#table} ${this.#where(low, high)}`,
      [...low ?? [], ...high ?? []],
    );
    return rows.map((row) => ({
      key: this.#keyOf(row),
      id: String(row["id"]),
      values: this.#columns.map((_, at) => valueOf(row, at)),
    }));
  }

  #keyOf(row: Row): readonly SqlValue[] {
    return this.#key.map((_, at) => row[`k${at}`] ?? null);
  }

  #where(low: readonly SqlValue[] | undefined, high: readonly SqlValue[] | undefined): string {
    const key = this.#key.length === 1 ? this.#key[0]! : `(${this.#key.join(", ")})`;
    const value = this.#key.length === 1 ? "?" : `(${this.#key.map(() => "?").join(", ")})`;
    const terms = [
      ...low === undefined ? [] : [`${key} > ${value}`],
      ...high === undefined ? [] : [`${key} <= ${value}`],
    ];
    return terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`;
  }
}

/** Whether two keys are equal. */
export function isSameKey(
  key: readonly SqlValue[],
  other: readonly SqlValue[] | undefined,
): boolean {
  return other !== undefined && key.every((value, at) => value === other[at]);
}

/** The number of rows in the next block. */
export interface BlockSize {
  rows: number;
}

/** Divides a table into blocks, in the order of its key. @param size Read for each block. */
export async function* blocksOf(side: TableSide, size: BlockSize): AsyncGenerator<Block> {
  let low: Block["low"];
  if (!side.isOrdered) return yield { low, high: undefined };
  for (;;) {
    const next = await side.keyAfter(low, size.rows);
    if (next === undefined) return;
    // TEXT is cut at a NUL when it is read, so the key may look like the last one; then the block must be longer.
    const isStuck = isSameKey(next.key, low);
    if (isStuck && !next.isLast) {
      size.rows *= 2;
      continue;
    }
    const high = isStuck ? undefined : next.key;
    yield { low, high };
    if (high === undefined) return;
    low = high;
  }
}

const ROWS = 1_000;
const FIRST_ROWS = 16;
/** The maximum length of a block's text, unless a single row is longer. */
const BLOCK_TEXT = 4_000_000;

/** Compares blocks as texts, in a form that both connections support, and adapts the size of the next blocks. */
export class BlockTexts {
  readonly size: BlockSize = { rows: FIRST_ROWS };
  #form: BlockForm;

  private constructor(form: BlockForm) {
    this.#form = form;
  }

  static async for(before: Connection, now: Connection): Promise<BlockTexts> {
    const isExact = await writesExactJson(before) && await writesExactJson(now);
    return new BlockTexts(isExact ? "json" : "literals");
  }

  /**
   * Compares a block of each table.
   * @returns `same`: whether their texts are equal · `opaque`: whether the text has bytes that are not valid UTF-8, so
   * that equal texts may hide a difference.
   */
  async compare(
    before: readonly [TableSide, Block],
    now: readonly [TableSide, Block],
    withKeys: boolean,
  ): Promise<{ readonly same: boolean; readonly opaque: boolean }> {
    const read = ([side, block]: readonly [TableSide, Block]) =>
      side.text(block, this.#form, withKeys);
    let texts: readonly [string, string];
    try {
      texts = [await read(before), await read(now)];
    } catch (error) {
      const isBlob = error instanceof SqlError && isBlobRefusal(error.sqlite);
      if (this.#form === "literals" || !isBlob) throw error;
      this.#form = "literals";
      return await this.compare(before, now, withKeys);
    }
    const [text, other] = texts;
    const length = Math.max(text.length, other.length);
    if (length < BLOCK_TEXT / 4) this.size.rows = Math.min(this.size.rows * 4, ROWS);
    else if (length > BLOCK_TEXT) this.size.rows = Math.max(Math.floor(this.size.rows / 4), 1);
    // U+FFFD may stand for any invalid bytes.
    return { same: text === other, opaque: text.includes("\ufffd") };
  }
}

async function writesExactJson(connection: Connection): Promise<boolean> {
  const [row] = await connection.query(JSON_PROBE);
  return row?.["text"] === EXACT_JSON;
}
